//! What the vetoes that were hit do to the rest.

use engine::pack::{IndicatorKind, VetoEffect};

use super::{Rules, min};
use crate::assessment::{IndicatorResult, Status};
use crate::exact::Exact;

/// The vetoes hit, by id, with their effects.
fn hit<'r>(
    rules: &Rules<'r>,
    statuses: impl Iterator<Item = Status>,
) -> Vec<(&'r str, &'r VetoEffect)> {
    let all = rules.indicators.iter().zip(statuses);
    all.filter(|(_, status)| *status == Status::Vetoed)
        .filter_map(|((_, indicator), _)| match &indicator.kind {
            IndicatorKind::Veto(effect) => Some((indicator.id.as_str(), effect)),
            _ => None,
        })
        .collect()
}

/// When a veto that stands alone was hit, nothing else is scored.
pub(super) fn silence(rules: &Rules<'_>, statuses: &mut [Status]) {
    let hit = hit(rules, statuses.iter().copied());
    if hit.iter().any(|(_, effect)| effect.alone) {
        for status in statuses {
            if !matches!(status, Status::Vetoed | Status::Clear) {
                *status = Status::Silenced;
            }
        }
    }
}

/// The vetoes hit, and the total they leave: the lowest fixed score, then the lowest maximum.
pub(super) fn total(
    rules: &Rules<'_>,
    indicators: &[IndicatorResult],
    computed: Exact,
) -> (Vec<String>, Exact) {
    let hit = hit(rules, indicators.iter().map(|result| result.status));
    let fixed = hit.iter().filter_map(|(_, effect)| effect.score).min();
    let most = hit.iter().filter_map(|(_, effect)| effect.score_max).min();
    let total = fixed.map_or(computed, Exact::from);
    let total = match most {
        Some(most) => min(total, most.into()),
        None => total,
    };
    let ids = hit.into_iter().map(|(id, _)| id.to_owned());
    (ids.collect(), total)
}
