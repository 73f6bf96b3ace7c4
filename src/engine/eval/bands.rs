//! Which points of a band table each value falls into, for many values at once.

use super::Answer;
use super::lanes::{LaneFault, Lanes, show_number};
use crate::exact::{Exact, Quantity, pow10};
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
    /// How many of these a value with the scale reaches is its class; `None` when one of them does
    /// not fit.
    edges: Option<Vec<i64>>,
    /// Where the input is cut, as numerators and denominators; `None` when one does not fit.
    cuts: Option<Vec<(i64, i64)>>,
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
        Self {
            table,
            points: hits.iter().map(given).collect(),
            hits,
            edges: scale.and_then(|scale| edges(points, scale)),
            cuts: points
                .iter()
                .map(|point| {
                    let below = i64::try_from(pow10(point.scale)?).ok()?;
                    Some((i64::try_from(point.mantissa).ok()?, below))
                })
                .collect(),
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
        match (values, &self.edges, &self.cuts) {
            (Lanes::Small(values), Some(edges), _) => Ok(values
                .iter()
                .map(|value| reached(edges, |edge| *edge <= *value))
                .collect()),
            (Lanes::SmallFraction(above, below), _, Some(cuts)) => {
                let lanes = above.iter().zip(below);
                Ok(lanes
                    .map(|(above, below)| fraction_class(cuts, *above, *below))
                    .collect())
            }
            _ => {
                let (above, below) = values.clone().fraction(scale)?;
                let class = |(above, below)| {
                    let input = Input::Number(above, below);
                    u32::try_from(self.table.lookup.class(0, input)).unwrap_or(u32::MAX)
                };
                Ok(above.into_iter().zip(below).map(class).collect())
            }
        }
    }
}

/// A value with `scale` decimals is of class `2i + 1` on point `i` and of class `2i` before it: it
/// reaches one edge at each point, and a second one beyond it.
fn edges(points: &[Exact], scale: u8) -> Option<Vec<i64>> {
    let mut edges = Vec::with_capacity(2 * points.len());
    for point in points {
        let (floor, rest) = if scale >= point.scale {
            (point.mantissa.checked_mul(pow10(scale - point.scale)?)?, 0)
        } else {
            let power = pow10(point.scale - scale)?;
            (
                point.mantissa.div_euclid(power),
                point.mantissa.rem_euclid(power),
            )
        };
        let beyond = i64::try_from(floor).ok()?.checked_add(1)?;
        edges.push(if rest == 0 { beyond - 1 } else { beyond });
        edges.push(beyond);
    }
    Some(edges)
}

/// How many of the sorted items are reached; few are counted without branches.
fn reached<T>(sorted: &[T], is_reached: impl Fn(&T) -> bool) -> u32 {
    const FEW: usize = 16;
    if sorted.len() <= FEW {
        return sorted.iter().map(|one| u32::from(is_reached(one))).sum();
    }
    u32::try_from(sorted.partition_point(is_reached)).unwrap_or(u32::MAX)
}

fn fraction_class(cuts: &[(i64, i64)], above: i64, below: i64) -> u32 {
    let cross = |(mantissa, power): &(i64, i64)| {
        (
            i128::from(above) * i128::from(*power),
            i128::from(*mantissa) * i128::from(below),
        )
    };
    let at_or_beyond = reached(cuts, |cut| {
        let (value, cut) = cross(cut);
        value >= cut
    });
    let beyond = reached(cuts, |cut| {
        let (value, cut) = cross(cut);
        value > cut
    });
    at_or_beyond + beyond
}
