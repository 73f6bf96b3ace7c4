//! What lies ahead of an indicator whose points come from bands or slices.

use engine::plan::Rung;

use super::cases::Way;
use super::{Action, Raise, Raiser, Subject};
use crate::error::AssessError;
use crate::exact::Exact;

impl Raiser<'_> {
    /// The nearest better band above and below, the best one, and the cases that lead there.
    pub(super) fn banded(
        &self,
        one: &Subject<'_>,
        all: &mut Vec<Raise>,
    ) -> Result<(), AssessError> {
        let Some(now) = self.points_at(one, &one.value) else {
            return Ok(());
        };
        let declared = Exact::from(one.indicator.points);
        let rungs = self.month.rungs(one.index);
        let better = rungs
            .iter()
            .map(|rung| (rung, Exact::from(rung.value)))
            .filter(|(rung, _)| Exact::from(rung.points).min(declared.clone()) > now);
        let (above, mut below): (Vec<_>, Vec<_>) =
            better.partition(|(_, value)| *value > one.value);
        below.reverse();
        for (way, ahead) in [(Way::TurnedGood, above), (Way::Removed, below)] {
            let Some(next) = ahead.first() else {
                continue;
            };
            self.add(
                one,
                next.1.clone(),
                Vec::new(),
                reached(one, next.0, way),
                all,
            )?;
            // The best, and of those that are alike the nearest: the first.
            let best = ahead.iter().rev().max_by_key(|(rung, _)| rung.points);
            if let Some(best) = best.filter(|best| best.1 != next.1) {
                self.add(
                    one,
                    best.1.clone(),
                    Vec::new(),
                    reached(one, best.0, way),
                    all,
                )?;
            }
            self.cases(one, way, all)?;
        }
        Ok(())
    }

    /// The points that the band table gives for a value, no more than there are.
    pub(super) fn points_at(&self, one: &Subject<'_>, value: &Exact) -> Option<Exact> {
        let points = self.month.band_points(one.index, value)?;
        Some(points.min(one.indicator.points.into()))
    }
}

/// What it takes to stand on another rung.
fn reached(one: &Subject<'_>, rung: &Rung, way: Way) -> Action {
    let (title, value) = (&one.indicator.title, &one.value);
    let points = Exact::from(rung.points).min(one.indicator.points.into());
    let (edge, alone) = match way {
        Way::TurnedGood => (rung.low, rung.low == rung.high),
        Way::Removed => (rung.high, rung.low == rung.high),
    };
    let edge = edge.unwrap_or(rung.value);
    let (verb, verb_en) = match (alone, way) {
        (true, _) => ("达到", "reach"),
        (false, Way::TurnedGood) => ("高于", "rise above"),
        (false, Way::Removed) => ("低于", "fall below"),
    };
    (
        format!("“{title}”{verb} {edge}（现为 {value}），分档得 {points} 分"),
        format!("{verb_en} {edge} (now {value}), where the bands give {points} points"),
    )
}
