//! What another result of the same period would mean: who wins, who loses, in points, rank, grade
//! and money. Plain differences of two assessments with their awards; nothing is weighed.

use std::collections::{BTreeMap, BTreeSet};

use domain::{DepartmentGroup, DepartmentId, Fen, Period};

use crate::assessment::{Assessment, DepartmentResult};
use crate::awards::{Awards, PotLine};
use crate::exact::{Exact, Shown};

/// One department's result on one side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Side {
    /// Total counted, points.
    pub total: Exact,
    /// The total in the pack's decimals.
    pub shown: Shown,
    /// Rank in its group; `None` when unranked.
    pub rank: Option<u32>,
    /// Grade id; `None` when ungraded.
    pub grade: Option<String>,
    /// Grade title as the pack of this side has it; empty when ungraded.
    pub grade_title: String,
    /// Sum of its awards.
    pub awarded_fen: Fen,
    /// Sum of what is due to it and not covered.
    pub unfunded_fen: Fen,
}

/// One department on both sides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DepartmentChange {
    /// Department.
    pub id: DepartmentId,
    /// Its name.
    pub name: String,
    /// Peer group.
    pub group: DepartmentGroup,
    /// As it was; `None` when it was not assessed.
    pub before: Option<Side>,
    /// As it would be; `None` when it would not be assessed.
    pub after: Option<Side>,
    /// Indicators whose points differ: id, points before, points after.
    pub indicators: Vec<(String, Exact, Exact)>,
}

impl DepartmentChange {
    /// Points won; zero when not assessed on both sides.
    pub fn total_change(&self) -> Exact {
        match (&self.before, &self.after) {
            (Some(before), Some(after)) => &after.total - &before.total,
            _ => Exact::zero(),
        }
    }

    /// Money won, lost when negative.
    pub fn money_change(&self) -> Fen {
        let of = |side: &Option<Side>| side.as_ref().map_or(Fen::ZERO, |side| side.awarded_fen);
        // Awards lie within 2^53 fen: their difference fits.
        of(&self.after)
            .checked_sub(of(&self.before))
            .unwrap_or_default()
    }

    /// Places won; `None` when unranked on either side.
    pub fn places_change(&self) -> Option<i64> {
        let rank = |side: &Option<Side>| side.as_ref().and_then(|side| side.rank);
        let (before, after) = rank(&self.before).zip(rank(&self.after))?;
        Some(i64::from(before) - i64::from(after))
    }

    /// Whether the grade differs.
    pub fn changes_grade(&self) -> bool {
        let grade = |side: &Option<Side>| side.as_ref().and_then(|side| side.grade.clone());
        grade(&self.before) != grade(&self.after)
    }

    /// Whether anything of what is compared differs.
    pub fn is_change(&self) -> bool {
        self.before != self.after || !self.indicators.is_empty()
    }
}

/// One pot on both sides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PotChange {
    /// The line.
    pub line: PotLine,
    /// The year's appropriation.
    pub authority_fen: Fen,
    /// Awarded before.
    pub awarded_before_fen: Fen,
    /// Awarded after.
    pub awarded_after_fen: Fen,
    /// Due and not covered, before.
    pub unfunded_before_fen: Fen,
    /// Due and not covered, after.
    pub unfunded_after_fen: Fen,
    /// Left in the pot after the period, before.
    pub left_before_fen: Fen,
    /// Left in the pot after the period, after.
    pub left_after_fen: Fen,
}

/// Two results of one period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// The period.
    pub period: Period,
    /// Pack and version on the side of what was.
    pub pack_before: String,
    /// Pack and version on the side of what would be.
    pub pack_after: String,
    /// Every department of either side, by id.
    pub departments: Vec<DepartmentChange>,
    /// Every pot of either side.
    pub pots: Vec<PotChange>,
}

impl Comparison {
    /// Compares what was with what would be.
    pub fn of(before: (&Assessment, &Awards), after: (&Assessment, &Awards)) -> Self {
        let ids: BTreeSet<&DepartmentId> = [before.0, after.0]
            .into_iter()
            .flat_map(|one| one.departments.iter().map(|result| &result.id))
            .collect();
        Self {
            period: after.0.period,
            pack_before: before.0.pack.clone(),
            pack_after: after.0.pack.clone(),
            departments: ids
                .into_iter()
                .filter_map(|id| department(id, before, after))
                .collect(),
            pots: pots(before.1, after.1),
        }
    }

    /// Departments that win or lose, those with the largest loss of money first, then of points.
    pub fn losers_first(&self) -> Vec<&DepartmentChange> {
        let mut changed: Vec<&DepartmentChange> = self
            .departments
            .iter()
            .filter(|one| one.is_change())
            .collect();
        changed.sort_by(|a, b| {
            (a.money_change(), a.total_change(), &a.id).cmp(&(
                b.money_change(),
                b.total_change(),
                &b.id,
            ))
        });
        changed
    }

    /// Sum of awards on both sides.
    pub fn awarded(&self) -> (Fen, Fen) {
        let sum = |side: fn(&DepartmentChange) -> &Option<Side>| {
            let amounts = self.departments.iter().filter_map(side_of(side));
            Fen::checked_sum(amounts).unwrap_or_default()
        };
        (sum(|one| &one.before), sum(|one| &one.after))
    }
}

fn side_of(
    side: fn(&DepartmentChange) -> &Option<Side>,
) -> impl Fn(&DepartmentChange) -> Option<Fen> {
    move |one| side(one).as_ref().map(|side| side.awarded_fen)
}

fn department(
    id: &DepartmentId,
    before: (&Assessment, &Awards),
    after: (&Assessment, &Awards),
) -> Option<DepartmentChange> {
    let (old, new) = (before.0.department(id), after.0.department(id));
    let known = new.or(old)?;
    Some(DepartmentChange {
        id: id.clone(),
        name: known.name.clone(),
        group: known.group,
        before: old.map(|result| side(result, before)),
        after: new.map(|result| side(result, after)),
        indicators: indicators(old, new),
    })
}

fn side(result: &DepartmentResult, (assessment, awards): (&Assessment, &Awards)) -> Side {
    let own = || awards.of(&result.id);
    let grade = result.grade.as_ref();
    let title = grade.and_then(|id| assessment.grades.iter().find(|grade| grade.id == *id));
    Side {
        total: result.total.counted.clone(),
        shown: result.total.shown,
        rank: result.rank,
        grade: grade.cloned(),
        grade_title: title.map_or_else(String::new, |grade| grade.title.clone()),
        awarded_fen: own().map(|award| &award.amount_fen).sum(),
        unfunded_fen: own().map(|award| &award.unfunded_fen).sum(),
    }
}

/// Indicators whose points differ; one that only one side has counts as zero on the other.
fn indicators(
    old: Option<&DepartmentResult>,
    new: Option<&DepartmentResult>,
) -> Vec<(String, Exact, Exact)> {
    let points = |result: Option<&DepartmentResult>| -> BTreeMap<String, Exact> {
        let all = result.into_iter().flat_map(|result| &result.indicators);
        all.map(|one| (one.id.clone(), one.score.counted.clone()))
            .collect()
    };
    let (old, new) = (points(old), points(new));
    let ids: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    ids.into_iter()
        .filter_map(|id| {
            let of = |side: &BTreeMap<String, Exact>| side.get(id).cloned().unwrap_or_default();
            let (before, after) = (of(&old), of(&new));
            (before != after).then(|| (id.clone(), before, after))
        })
        .collect()
}

fn pots(before: &Awards, after: &Awards) -> Vec<PotChange> {
    let lines: BTreeSet<&PotLine> = [before, after]
        .into_iter()
        .flat_map(|awards| awards.pots.iter().map(|pot| &pot.line))
        .collect();
    let used = |awards: &Awards, line: &PotLine| {
        let pot = awards.pots.iter().find(|pot| pot.line == *line)?;
        let awarded: Fen = [&pot.claims_fen, &pot.rewards_fen].into_iter().sum();
        let left = pot.available_fen.checked_sub(awarded).unwrap_or_default();
        Some((pot.authority_fen, awarded, pot.unfunded_fen, left))
    };
    lines
        .into_iter()
        .map(|line| {
            let old = used(before, line);
            let new = used(after, line);
            let zero = Fen::ZERO;
            let (_, awarded_before_fen, unfunded_before_fen, left_before_fen) =
                old.unwrap_or((zero, zero, zero, zero));
            let (_, awarded_after_fen, unfunded_after_fen, left_after_fen) =
                new.unwrap_or((zero, zero, zero, zero));
            PotChange {
                line: line.clone(),
                authority_fen: new.or(old).map_or(zero, |(authority, ..)| authority),
                awarded_before_fen,
                awarded_after_fen,
                unfunded_before_fen,
                unfunded_after_fen,
                left_before_fen,
                left_after_fen,
            }
        })
        .collect()
}
