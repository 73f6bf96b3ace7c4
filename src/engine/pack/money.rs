//! What follows from a score: compensation and fiscal consequences.

use domain::facts::ClaimKind;
use domain::{Place, Relation};

use super::{Cite, Formula};

/// `[compensation]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compensation {
    /// How the payer of a flow is found (`lowest_common_superior`).
    pub payer: String,
    /// What happens to claims that the pots do not cover.
    pub exhaustion: Exhaustion,
    /// How long a claim that is not covered stays due.
    pub unfunded: Unfunded,
    /// Who pays when the payer has no pot.
    pub without_pot: WithoutPot,
    /// Components, in the order written.
    pub components: Vec<Component>,
    /// Deductions, in the order in which they are made.
    pub deductions: Vec<Deduction>,
    /// What becomes of pots at the end of the year.
    pub year_end: YearEnd,
    /// Citations.
    pub cite: Vec<Cite>,
    /// Where it is written.
    pub place: Place,
}

impl Compensation {
    /// Its formulas: conditions, weights, costs, amounts.
    pub fn formulas(&self) -> impl Iterator<Item = &Formula> {
        let components = self.components.iter().flat_map(|one| {
            let condition = match &one.kind {
                ComponentKind::Pool { condition, .. } => condition.as_ref(),
                _ => None,
            };
            condition.into_iter().chain(one.kind.formula())
        });
        let deductions = self.deductions.iter();
        let deductions = deductions.flat_map(|one| one.condition.iter().chain([&one.amount]));
        components.chain(deductions)
    }

    /// Ids of the parameters that it names itself, beside those of its components.
    pub fn parameters(&self) -> Option<&str> {
        match &self.exhaustion {
            Exhaustion::ProRataAtYearEnd { advance } => Some(advance),
            Exhaustion::PriorityClasses | Exhaustion::FirstCome => None,
        }
    }

    /// A component by id.
    pub fn component(&self, id: &str) -> Option<&Component> {
        self.components.iter().find(|one| one.id == id)
    }
}

/// `exhaustion`: how claims share pots that do not suffice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Exhaustion {
    /// Class after class in full; the class for which it does not suffice is cut alike, pro rata.
    #[default]
    PriorityClasses,
    /// In the order of decision, whatever the class, each in full while there is money.
    FirstCome,
    /// A share of each until December; then all of the year are settled pro rata.
    ProRataAtYearEnd {
        /// Parameter id: share of a claim that is paid before the year ends.
        advance: String,
    },
}

/// `unfunded`: how long a claim that is not covered stays due.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Unfunded {
    /// For the month only; afterwards it is a matter of record.
    #[default]
    Lapse,
    /// Until the end of the budget year.
    Year,
    /// Until it is paid, in later budget years too.
    Carry,
}

/// `without_pot`: who pays for flows whose payer has no pot in the budget year.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WithoutPot {
    /// Nobody: what is due is shown as unfunded.
    #[default]
    Unfunded,
    /// The nearest superior that has one advances it; settled between the levels at year end.
    SuperiorAdvances,
}

/// `[compensation.year_end]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct YearEnd {
    /// How many years an unused balance may be carried on; none at all: it lapses.
    pub carry_years: u32,
    /// Citations; those of the compensation apply when empty.
    pub cite: Vec<Cite>,
}

/// What a component pays for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ComponentKind {
    /// Approved claims, times a rate.
    Claims {
        /// Costs or losses.
        of: ClaimKind,
        /// Parameter id of the rate.
        rate: String,
    },
    /// A slice of the pot, shared by weight.
    Pool {
        /// Parameter id of the yearly share.
        pool: String,
        /// Fact table of the weight.
        from: String,
        /// Which of its rows; all without it.
        condition: Option<Formula>,
        /// Weight of a subject, over rows of the table.
        weight: Formula,
        /// Parameter id: lowest ratio to the last period's amount.
        floor_ratio: Option<String>,
        /// Parameter id: highest ratio to the last period's amount.
        cap_ratio: Option<String>,
    },
    /// A slice of the pot, shared by what owners of data receive in the Shapley value of the game
    /// in which a coalition without a data set must replace it.
    Shapley {
        /// Parameter id of the yearly share.
        pool: String,
        /// What it would cost a year to replace a resource, over the columns of `resources`.
        cost: Formula,
        /// What counts as one data set.
        data_set: DataSet,
    },
}

impl ComponentKind {
    /// The parameters that it names.
    pub fn parameters(&self) -> Vec<&str> {
        match self {
            Self::Claims { rate, .. } => vec![rate],
            Self::Shapley { pool, .. } => vec![pool],
            Self::Pool {
                pool,
                floor_ratio,
                cap_ratio,
                ..
            } => std::iter::once(pool)
                .chain(floor_ratio)
                .chain(cap_ratio)
                .map(String::as_str)
                .collect(),
        }
    }

    /// The formula that it is shared by, of a component that takes a slice of the pot.
    pub fn formula(&self) -> Option<&Formula> {
        match self {
            Self::Claims { .. } => None,
            Self::Pool { weight, .. } => Some(weight),
            Self::Shapley { cost, .. } => Some(cost),
        }
    }

    /// The parameter with the yearly share, of a component that takes a slice of the pot.
    pub fn pool(&self) -> Option<&str> {
        match self {
            Self::Claims { .. } => None,
            Self::Pool { pool, .. } | Self::Shapley { pool, .. } => Some(pool),
        }
    }
}

/// What counts as one data set of a cooperative pot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DataSet {
    /// Each resource: its provider alone owns it.
    #[default]
    Resource,
    /// All resources of one classification code 分类码: their providers own it together.
    Family,
}

/// Which flows a component pays for, by how the jurisdictions of the two sides lie to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flows {
    /// Within one jurisdiction.
    pub horizontal: bool,
    /// Between superior and subordinate.
    pub vertical: bool,
    /// Between jurisdictions of which neither is above the other.
    pub cross_region: bool,
}

impl Flows {
    /// Every flow.
    pub const ALL: Self = Self {
        horizontal: true,
        vertical: true,
        cross_region: true,
    };

    /// Whether a flow between jurisdictions that lie to each other like this is included.
    pub const fn include(self, relation: Relation) -> bool {
        match relation {
            Relation::Horizontal => self.horizontal,
            Relation::Vertical => self.vertical,
            Relation::CrossRegion => self.cross_region,
        }
    }

    /// The names of the flows included: the columns of `usage` that tell them.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        [
            (self.horizontal, "horizontal"),
            (self.vertical, "vertical"),
            (self.cross_region, "cross_region"),
        ]
        .into_iter()
        .filter_map(|(included, name)| included.then_some(name))
    }
}

/// Pots that a component may draw from: those of the payer that have what is named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PotSelector {
    /// Budget line 科目; any without it.
    pub budget_line: Option<String>,
    /// Programme 项目; any without it.
    pub programme: Option<String>,
}

/// `[[compensation.component]]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Component {
    /// Id, as in `cost`, `loss`, `reward`.
    pub id: String,
    /// Title; may be empty.
    pub title: String,
    /// What it pays for.
    pub kind: ComponentKind,
    /// Class of payment, smaller first. Components without one follow those that have one: claims,
    /// then pools, in the order written, each a class of its own.
    pub priority: Option<u32>,
    /// Which flows it pays for.
    pub flows: Flows,
    /// Pots it draws from, in this order; all of the payer's by line when empty.
    pub pots: Vec<PotSelector>,
    /// Grade id needed; none needed without it.
    pub min_grade: Option<String>,
    /// Whether a department under a veto gets it all the same.
    pub despite_veto: bool,
    /// Citations of the component; those of the compensation apply when empty.
    pub cite: Vec<Cite>,
    /// Where it is written.
    pub place: Place,
}

/// `excess`: what becomes of a deduction beyond what a department is awarded in the period.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Excess {
    /// It is asked back of what the department was awarded earlier in the budget year 追回.
    #[default]
    Clawback,
    /// It is waived, and shown.
    Waive,
}

/// `[[compensation.deduction]]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deduction {
    /// Id.
    pub id: String,
    /// Title.
    pub title: String,
    /// Fact table of the amount.
    pub from: String,
    /// Which of its rows; all without it.
    pub condition: Option<Formula>,
    /// Yuan to be deducted from a department, over rows of the table.
    pub amount: Formula,
    /// Components it reduces, in this order; all of them, rewards first, when empty.
    pub components: Vec<String>,
    /// What becomes of the part beyond the period's awards.
    pub excess: Excess,
    /// Citations.
    pub cite: Vec<Cite>,
    /// Where it is written.
    pub place: Place,
}

/// `[[constraint]]`: a fiscal consequence, as advice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Constraint {
    /// Id.
    pub id: String,
    /// Title.
    pub title: String,
    /// Grade ids it follows from.
    pub when_grade: Vec<String>,
    /// Parameter id of the share concerned.
    pub share: Option<String>,
    /// The advice.
    pub advice: String,
    /// Citations.
    pub cite: Vec<Cite>,
    /// Where it is written.
    pub place: Place,
}
