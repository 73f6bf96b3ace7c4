//! Which points of a band table each value falls into, for many values at once.

use super::Answer;
use super::lanes::{LaneFault, Lanes, show_number};
use super::steps::Steps;
use crate::exact::Quantity;
use crate::pack::PreparedTable;
use crate::table::{Hit, Input};

/// A table of one numeric input that gives points, prepared for values of one scale. A band is a
/// class of the input.
pub(crate) struct Bands<'t> {
    table: &'t PreparedTable,
    /// What each class of the input hits.
    hits: Vec<Hit>,
    /// The points of each class; none where the hit gives none.
    points: Vec<Option<Quantity>>,
    /// Whether every class has points.
    complete: bool,
    steps: Steps,
}

impl<'t> Bands<'t> {
    /// Prepares a table for values with `scale` decimals, or for fractions.
    pub(crate) fn new(table: &'t PreparedTable, scale: Option<u8>) -> Self {
        let lookup = &table.lookup;
        let points = lookup.points(0);
        let hits: Vec<Hit> = (0..=2 * points.len())
            .map(|class| lookup.hit(&[class]))
            .collect();
        let given = |hit: &Hit| match table.answer(*hit) {
            Some(Answer::Number(points)) => points.quantity(),
            _ => None,
        };
        let given: Vec<Option<Quantity>> = hits.iter().map(given).collect();
        Self {
            table,
            complete: given.iter().all(Option::is_some),
            points: given,
            hits,
            steps: Steps::new(points, scale),
        }
    }

    /// The points of every band.
    pub(crate) fn points(&self) -> Vec<Option<Quantity>> {
        self.points.clone()
    }

    /// The band of each value asked for.
    pub(crate) fn of(
        &self,
        values: &Lanes,
        scale: Option<u8>,
        active: &[bool],
    ) -> Result<Vec<u32>, LaneFault> {
        let bands = self.classes(values, scale)?;
        if let Some(watch) = &self.table.watch {
            let asked = bands.iter().zip(active).filter(|(_, active)| **active);
            for (band, _) in asked {
                watch.look_up(&self.table.table.place, &[*band as usize]);
            }
        }
        if self.complete {
            return Ok(bands);
        }
        let missed = |band: &u32| self.points.get(*band as usize).is_none_or(Option::is_none);
        for (lane, (band, active)) in bands.iter().zip(active).enumerate() {
            if *active && missed(band) {
                let hit = self.hits.get(*band as usize).copied().unwrap_or(Hit::None);
                let value = show_number(values, scale, lane);
                return Err(LaneFault::new(lane, self.table.fault(hit, value)));
            }
        }
        Ok(bands)
    }

    fn classes(&self, values: &Lanes, scale: Option<u8>) -> Result<Vec<u32>, LaneFault> {
        if let Some(classes) = self.steps.classes(values) {
            return Ok(classes);
        }
        let (above, below) = values.clone().fraction(scale)?;
        let class = |(above, below)| {
            let input = Input::Number(above, below);
            u32::try_from(self.table.lookup.class(0, input)).unwrap_or(u32::MAX)
        };
        Ok(above.into_iter().zip(below).map(class).collect())
    }
}
