//! From the value of an indicator to its points, kind by kind.

use engine::pack::{Indicator, IndicatorKind, JudgedIn, NotApplicable};

use super::{Input, min};
use crate::assessment::Status;
use crate::error::AssessError;
use crate::exact::Exact;

/// Points of one scored indicator before rounding.
pub(super) fn points(
    indicator: &Indicator,
    input: &Input,
    status: Status,
    available: &Exact,
) -> Result<Exact, AssessError> {
    let rule = |reason: &str| AssessError::Rule {
        rule: indicator.id.clone(),
        reason: reason.to_owned(),
    };
    if status.is_not_applicable() {
        return Ok(match indicator.not_applicable {
            NotApplicable::Full => available.clone(),
            _ => Exact::zero(),
        });
    }
    let value = input
        .number
        .clone()
        .ok_or_else(|| rule("没有数值 (the value is not a number)"))?;
    let declared = Exact::from(indicator.points);
    // Points given out of the declared ones, in proportion to those available.
    let of_declared = |points: Exact| {
        let part = min(points, declared.clone()).checked_div(&declared);
        let part = part.ok_or_else(|| rule("分值为零 (zero points)"))?;
        Ok::<_, AssessError>(&part * available)
    };
    Ok(match &indicator.kind {
        IndicatorKind::Ratio | IndicatorKind::Judged(JudgedIn::Ratio) => available * &value,
        IndicatorKind::Judged(JudgedIn::Points) => of_declared(value)?,
        IndicatorKind::Banded { .. } => {
            let band = input.band.clone();
            of_declared(band.ok_or_else(|| rule("分档表没有给出分值 (no points from the band)"))?)?
        }
        IndicatorKind::Deduct { cap } => available - &min(most_lost(*cap, available), value),
        IndicatorKind::Relative => {
            let best = input.best.clone().unwrap_or_else(Exact::zero);
            let part = value.checked_div(&best);
            &part.ok_or_else(|| rule("组内最优值为零 (best of the group is zero)"))? * available
        }
        IndicatorKind::Bonus { .. } | IndicatorKind::Veto(_) => Exact::zero(),
    })
}

/// Most points that a deduction takes: its cap, and never more than there are.
pub(crate) fn most_lost(cap: Option<engine::Exact>, available: &Exact) -> Exact {
    let cap = cap.map_or_else(|| available.clone(), Exact::from);
    min(cap, available.clone())
}
