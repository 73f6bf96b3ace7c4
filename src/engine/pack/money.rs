//! What follows from a score: compensation and fiscal consequences.

use domain::Place;

use super::{Cite, Formula};

/// `[compensation]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compensation {
    /// How the payer of a flow is found (`lowest_common_superior`).
    pub payer: String,
    /// Components, in the order of payment.
    pub components: Vec<Component>,
    /// Citations.
    pub cite: Vec<Cite>,
    /// Where it is written.
    pub place: Place,
}

/// What a component pays for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ComponentKind {
    /// Approved claims of the kind named by the id, times a rate.
    Claims {
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
}

impl ComponentKind {
    /// Ids of the parameters it names.
    pub fn parameters(&self) -> Vec<&String> {
        match self {
            Self::Claims { rate } => vec![rate],
            Self::Pool {
                pool,
                floor_ratio,
                cap_ratio,
                ..
            } => std::iter::once(pool)
                .chain(floor_ratio)
                .chain(cap_ratio)
                .collect(),
        }
    }

    /// Its formulas.
    pub fn formulas(&self) -> Vec<&Formula> {
        match self {
            Self::Claims { .. } => Vec::new(),
            Self::Pool {
                condition, weight, ..
            } => condition.iter().chain([weight]).collect(),
        }
    }
}

/// `[[compensation.component]]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Component {
    /// Id: `cost`, `loss`, `reward`.
    pub id: String,
    /// Title; may be empty.
    pub title: String,
    /// What it pays for.
    pub kind: ComponentKind,
    /// Grade id needed; none needed without it.
    pub min_grade: Option<String>,
    /// Citations of the component; those of the compensation apply when empty.
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
