//! What earlier periods left: claims that are still due, and what each line has awarded this year.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use domain::{DepartmentId, Fen, JurisdictionCode, Period};

use crate::awards::{Awards, PotLine};
use crate::encoding::canon_struct;

/// A claim decided in an earlier period and not paid in full.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenClaim {
    /// The claim.
    pub claim: String,
    /// The department that was owed it.
    pub department: DepartmentId,
    /// Who is to pay it.
    pub payer: JurisdictionCode,
    /// The component of the pack, by id.
    pub rule: String,
    /// Day of the decision on it.
    pub decided_on: NaiveDate,
    /// The budget year that left it open.
    pub budget_year: i32,
    /// What was due for it in that year.
    pub due_fen: Fen,
    /// What that year paid of it.
    pub paid_fen: Fen,
}

impl OpenClaim {
    /// What is still due.
    pub fn open_fen(&self) -> Fen {
        Fen::new(self.due_fen.get() - self.paid_fen.get())
    }
}

/// What a line has awarded to a department in the budget year so far, less what was asked back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Awarded {
    /// The department.
    pub department: DepartmentId,
    /// The line.
    pub line: PotLine,
    /// The last period in which it did.
    pub period: Period,
    /// Amount.
    pub amount_fen: Fen,
}

/// What earlier periods left.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct YearSoFar {
    /// Claims that are still due, by day of decision and id.
    pub open_claims: Vec<OpenClaim>,
    /// Awards of the budget year by department and line.
    pub awarded: Vec<Awarded>,
}

canon_struct! {
    OpenClaim { claim, department, payer, rule, decided_on, budget_year, due_fen, paid_fen }
    Awarded { department, line, period, amount_fen }
    YearSoFar { open_claims, awarded }
}

/// Awarded so far, by department and line: the last period, and fen.
type Sums = BTreeMap<(DepartmentId, PotLine), (Period, i64)>;

impl YearSoFar {
    /// What the awards of earlier periods, in any order, leave to a period. Every period lists all
    /// claims that are open to it, so that the last one before knows them all; awards count when
    /// they are of the period's budget year.
    pub fn before(period: Period, earlier: &[Awards]) -> Self {
        Self::default().followed(period, period, earlier)
    }

    /// What is left to a period when this was left to an earlier one, and `awards` followed since.
    #[must_use]
    pub fn followed(&self, earlier: Period, period: Period, awards: &[Awards]) -> Self {
        let mut awards: Vec<&Awards> = awards.iter().filter(|one| one.period < period).collect();
        awards.sort_by_key(|one| one.period);
        let mut sums = Sums::new();
        if earlier.year() == period.year() {
            for one in &self.awarded {
                let key = (one.department.clone(), one.line.clone());
                sums.insert(key, (one.period, one.amount_fen.get()));
            }
        }
        for one in awards
            .iter()
            .filter(|one| one.period.year() == period.year())
        {
            add(&mut sums, one);
        }
        let awarded = sums.into_iter().filter(|(_, (_, sum))| *sum > 0);
        Self {
            open_claims: awards
                .last()
                .map_or_else(|| self.open_claims.clone(), |last| open_after(last)),
            awarded: awarded
                .map(|((department, line), (period, sum))| Awarded {
                    department,
                    line,
                    period,
                    amount_fen: Fen::new(sum),
                })
                .collect(),
        }
    }
}

/// Adds what a period awarded, less what it asked back.
fn add(sums: &mut Sums, awards: &Awards) {
    let paid = awards
        .awards
        .iter()
        .filter(|award| award.amount_fen > Fen::ZERO);
    for award in paid {
        let Some(pot) = awards.pot_of(award) else {
            continue;
        };
        let key = (award.department.clone(), pot.line.clone());
        let sum = sums.entry(key).or_insert((awards.period, 0));
        *sum = (awards.period, sum.1.saturating_add(award.amount_fen.get()));
    }
    for deduction in &awards.deductions {
        for clawback in &deduction.clawbacks {
            let key = (deduction.department.clone(), clawback.line.clone());
            if let Some((_, sum)) = sums.get_mut(&key) {
                *sum = sum.saturating_sub(clawback.amount_fen.get());
            }
        }
    }
}

/// The claims that a period left open. One that a gate shut out has nothing due.
fn open_after(awards: &Awards) -> Vec<OpenClaim> {
    let mut open: BTreeMap<(NaiveDate, &str), OpenClaim> = BTreeMap::new();
    for award in &awards.awards {
        for share in &award.claims {
            let paid = share.before_fen.get() + share.paid_fen.get();
            if share.due_fen.get() > paid {
                open.insert(
                    (share.decided_on, &share.claim),
                    OpenClaim {
                        claim: share.claim.clone(),
                        department: award.department.clone(),
                        payer: award.payer.clone(),
                        rule: award.rule.clone(),
                        decided_on: share.decided_on,
                        budget_year: awards.period.year(),
                        due_fen: share.due_fen,
                        paid_fen: Fen::new(paid),
                    },
                );
            }
        }
    }
    open.into_values().collect()
}
