//! Awards 应补偿额(建议): what each payer owes each department, and from which pot.

use chrono::NaiveDate;
use domain::canon::{encode, sha256_hex};
use domain::{DepartmentId, Fen, JurisdictionCode, Period};

use crate::encoding::{canon_enum, canon_struct};
use crate::exact::Exact;

/// The budget line that a pot is drawn from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PotLine {
    /// Paying jurisdiction: a government, never a consuming department (无偿共享).
    pub payer: JurisdictionCode,
    /// Budget year.
    pub budget_year: i32,
    /// Budget line 科目 code.
    pub budget_line: String,
    /// Programme 项目.
    pub programme: String,
}

/// A pot 补偿资金池 as it stands before the run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pot {
    /// The line.
    pub line: PotLine,
    /// The year's appropriation.
    pub authority_fen: Fen,
    /// What is neither reserved nor spent.
    pub available_fen: Fen,
}

/// What an award is for, as the books and the bulletin group it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Component {
    /// 成本
    Cost,
    /// 损失
    Loss,
    /// 激励
    Reward,
}

impl Component {
    /// Chinese name.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Cost => "成本补偿",
            Self::Loss => "损失补偿",
            Self::Reward => "共享激励",
        }
    }
}

/// Why an award has its amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// Paid in full.
    Full,
    /// Cut: the pot does not suffice.
    PotShort,
    /// A part is paid ahead; the year is settled in December.
    Advanced,
    /// Raised to the floor against the period before.
    AtFloor,
    /// Cut to the cap against the period before, or to what the Shapley value gives.
    AtCap,
    /// Floors together exceed the pool and were scaled down.
    FloorScaled,
    /// Nothing: the grade is below the component's gate.
    GradeTooLow,
    /// Nothing: a veto was hit.
    Vetoed,
    /// Nothing: the department is not assessed in the period.
    NotAssessed,
    /// Nothing: no government that may pay has a pot of the budget year.
    NoPot,
}

/// What a claim gets in the period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimShare {
    /// The claim.
    pub claim: String,
    /// Day of the decision on it.
    pub decided_on: NaiveDate,
    /// What is due for it in the budget year.
    pub due_fen: Fen,
    /// What earlier periods of the budget year paid of that.
    pub before_fen: Fen,
    /// What this period pays.
    pub paid_fen: Fen,
}

/// What one payer owes one department for one component, from one pot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Award {
    /// Who receives.
    pub department: DepartmentId,
    /// Who is to pay: the lowest common superior. When the pot is another's, that government
    /// advances the money and the two settle at the end of the year.
    pub payer: JurisdictionCode,
    /// Index of the pot in the list given; `None` when nobody who may pay has one.
    pub pot: Option<u32>,
    /// The component of the pack, by id.
    pub rule: String,
    /// What for.
    pub component: Component,
    /// Amount, deductions taken off.
    pub amount_fen: Fen,
    /// What deductions took off.
    pub deducted_fen: Fen,
    /// What is due beyond the amount and is not paid for want of money, earlier periods included.
    pub unfunded_fen: Fen,
    /// What earlier periods had left unfunded of the same and brought into this one.
    pub brought_fen: Fen,
    /// Why.
    pub outcome: Outcome,
    /// The exact share or entitlement in fen before whole fen were made.
    pub exact_fen: Exact,
    /// The claims that it answers, over all pots; empty for a reward.
    pub claims: Vec<ClaimShare>,
    /// The reason: a Chinese sentence, then English in brackets.
    pub reason: String,
    /// Articles, `source:article`.
    pub cite: Vec<String>,
}

/// What a run takes from one pot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PotTotal {
    /// The line.
    pub line: PotLine,
    /// The year's appropriation.
    pub authority_fen: Fen,
    /// Available before the run.
    pub available_fen: Fen,
    /// Awarded for claims, deductions taken off.
    pub claims_fen: Fen,
    /// Set aside for rewards this period.
    pub reward_pool_fen: Fen,
    /// Awarded as rewards, deductions taken off.
    pub rewards_fen: Fen,
    /// Of the reward pool, left because nobody was eligible or every share was at its cap.
    pub undistributed_fen: Fen,
    /// What deductions left in the pot.
    pub deducted_fen: Fen,
    /// Due and not paid for want of money.
    pub unfunded_fen: Fen,
}

/// Money to be asked back 追回 of what a department was awarded earlier in the budget year.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clawback {
    /// The line that had paid it.
    pub line: PotLine,
    /// Amount, above zero.
    pub amount_fen: Fen,
}

/// A deduction 考核扣减 from what a department is awarded in the period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deduction {
    /// The deduction of the pack, by id.
    pub rule: String,
    /// Chinese title.
    pub title: String,
    /// Department.
    pub department: DepartmentId,
    /// What is to be deducted.
    pub amount_fen: Fen,
    /// Of that, taken off the period's awards.
    pub taken_fen: Fen,
    /// Of that, asked back of earlier awards, the last ones first.
    pub clawbacks: Vec<Clawback>,
    /// Of that, given up: the pack waives it, or nothing was awarded that could be asked back.
    pub waived_fen: Fen,
    /// What happened: a Chinese sentence, then English in brackets.
    pub reason: String,
    /// Articles, `source:article`.
    pub cite: Vec<String>,
}

/// Fiscal advice 财政约束 (art. 38): never executed by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Advice {
    /// Constraint id of the pack.
    pub constraint: String,
    /// Chinese title.
    pub title: String,
    /// Department concerned.
    pub department: DepartmentId,
    /// Share of the period's award that it concerns, from zero to one.
    pub share: Exact,
    /// That share in fen, by the pack's rounding of money.
    pub amount_fen: Fen,
    /// What is advised, and why.
    pub reason: String,
    /// Articles, `source:article`.
    pub cite: Vec<String>,
}

/// All awards of a period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Awards {
    /// The period.
    pub period: Period,
    /// Pack and version, `id@version`.
    pub pack: String,
    /// Digest of the assessment that they rest on.
    pub assessment_digest: String,
    /// Awards by class of payment, payer, department, component, pot.
    pub awards: Vec<Award>,
    /// Deductions in the order made: by rule, then by department.
    pub deductions: Vec<Deduction>,
    /// Totals in the order of the pots given.
    pub pots: Vec<PotTotal>,
    /// Fiscal advice by constraint and department.
    pub advice: Vec<Advice>,
}

impl Awards {
    /// SHA-256 of the canonical bytes, hex.
    pub fn digest(&self) -> String {
        sha256_hex(&encode(self))
    }

    /// The awards of a department.
    pub fn of<'a>(&'a self, department: &'a DepartmentId) -> impl Iterator<Item = &'a Award> {
        self.awards
            .iter()
            .filter(move |award| award.department == *department)
    }

    /// The pot that an award is drawn from.
    pub fn pot_of(&self, award: &Award) -> Option<&PotTotal> {
        self.pots.get(usize::try_from(award.pot?).ok()?)
    }
}

canon_enum! {
    Component { Cost = "cost", Loss = "loss", Reward = "reward" }
    Outcome {
        Full = "full", PotShort = "pot_short", Advanced = "advanced", AtFloor = "at_floor",
        AtCap = "at_cap", FloorScaled = "floor_scaled", GradeTooLow = "grade_too_low",
        Vetoed = "vetoed", NotAssessed = "not_assessed", NoPot = "no_pot",
    }
}

canon_struct! {
    PotLine { payer, budget_year, budget_line, programme }
    Pot { line, authority_fen, available_fen }
    ClaimShare { claim, decided_on, due_fen, before_fen, paid_fen }
    Award {
        department, payer, pot, rule, component, amount_fen, deducted_fen, unfunded_fen,
        brought_fen, outcome, exact_fen, claims, reason, cite,
    }
    PotTotal {
        line, authority_fen, available_fen, claims_fen, reward_pool_fen, rewards_fen,
        undistributed_fen, deducted_fen, unfunded_fen,
    }
    Clawback { line, amount_fen }
    Deduction {
        rule, title, department, amount_fen, taken_fen, clawbacks, waived_fen, reason, cite,
    }
    Advice { constraint, title, department, share, amount_fen, reason, cite }
    Awards { period, pack, assessment_digest, awards, deductions, pots, advice }
}
