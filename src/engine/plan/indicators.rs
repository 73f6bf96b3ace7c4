//! Indicators: cases counted, rows aggregated, the value of every subject at once.

use super::bound::{Bound, subject_fault};
use crate::eval::{
    Aggregated, Grouping, LaneFault, Lanes, Machine, Stretch, aggregate, count, select_rows,
};
use crate::evaluation::{Cell, Evaluation, IndicatorColumn, Status, Value};
use crate::exact::Quantity;
use crate::fault::{Fault, FaultKind};
use crate::pack::{CompiledRule, Indicator, IndicatorKind, Output};
use crate::table::{Hit, Input};

/// A rule worked out: which rows are cases, what the aggregates gave, one cell per group.
pub(crate) struct Worked {
    pub(crate) rows: Vec<bool>,
    pub(crate) aggregates: Vec<Aggregated>,
    pub(crate) cells: Vec<Cell>,
}

/// A fault at a row or at a subject.
pub(crate) enum PlacedFault {
    Row(LaneFault),
    Subject(LaneFault),
}

impl Bound<'_> {
    /// Every indicator in force for every subject; the first fault of each when there is any.
    pub fn evaluate(&self) -> Result<Evaluation, Vec<Fault>> {
        let mut evaluation = Evaluation::default();
        let mut faults = Vec::new();
        for index in self.plan.indicators() {
            match self.indicator(index) {
                Ok(cells) => evaluation.indicators.push(IndicatorColumn {
                    indicator: index,
                    cells,
                }),
                Err(fault) => faults.push(*fault),
            }
        }
        if faults.is_empty() {
            Ok(evaluation)
        } else {
            Err(faults)
        }
    }

    /// The compiled rule of an indicator.
    pub(crate) fn rule(&self, index: usize) -> Option<(&CompiledRule, &Indicator)> {
        let mut rules = self.plan.compiled.indicators.iter();
        let rule = rules.find(|rule| rule.index == index)?;
        Some((rule, self.plan.pack.indicators.get(index)?))
    }

    fn indicator(&self, index: usize) -> Result<Vec<Cell>, Box<Fault>> {
        let Some((rule, indicator)) = self.rule(index) else {
            return Ok(Vec::new());
        };
        let Some(groups) = self.groups.get(rule.table) else {
            return Ok(Vec::new());
        };
        let worked = self.work_out(rule, indicator, &self.machine(rule.table), groups);
        let named = (indicator.id.as_str(), &indicator.place);
        worked.map(|worked| worked.cells).map_err(|fault| {
            Box::new(match fault {
                PlacedFault::Row(fault) => self.row_fault(named, rule.table, fault),
                PlacedFault::Subject(fault) => subject_fault(named, fault.lane, fault.kind),
            })
        })
    }

    /// The cells of a rule over the rows of a machine.
    pub(crate) fn work_out(
        &self,
        rule: &CompiledRule,
        indicator: &Indicator,
        machine: &Machine<'_>,
        groups: &Grouping,
    ) -> Result<Worked, PlacedFault> {
        let all = vec![true; groups.of_row.len()];
        let condition = rule.condition.as_ref();
        let rows = select_rows(machine, condition, &all).map_err(PlacedFault::Row)?;
        let cases = count(&rows, groups);
        let statuses: Vec<Status> = cases
            .iter()
            .map(|cases| status(indicator, *cases))
            .collect();
        let aggregates =
            Self::aggregates(machine, rule, &rows, groups).map_err(PlacedFault::Row)?;
        let active: Vec<bool> = statuses.iter().map(|one| *one == Status::Known).collect();
        let over = Machine::new(&self.plan.constants, Some(&self.calendar), &[], &aggregates);
        let at = Stretch {
            start: 0,
            active: &active,
        };
        let root = &rule.value.root;
        let lanes = over.eval(root, at).map_err(PlacedFault::Subject)?;
        let mut cells = Vec::with_capacity(statuses.len());
        for (lane, (status, cases)) in statuses.iter().zip(&cases).enumerate() {
            let value = if *status == Status::Known {
                Some(value_at(&lanes, root.ty.scale(), lane).map_err(PlacedFault::Subject)?)
            } else {
                None
            };
            let band = self.judge(indicator, rule, value, lane);
            cells.push(Cell {
                status: *status,
                cases: u64::try_from(*cases).unwrap_or(0),
                value,
                band: band.map_err(PlacedFault::Subject)?,
            });
        }
        Ok(Worked {
            rows,
            aggregates,
            cells,
        })
    }

    /// The aggregates of a rule over the selected rows.
    pub(crate) fn aggregates(
        machine: &Machine<'_>,
        rule: &CompiledRule,
        rows: &[bool],
        groups: &Grouping,
    ) -> Result<Vec<Aggregated>, LaneFault> {
        let all = rule.value.aggregates.iter();
        all.map(|one| aggregate(machine, one, rows, groups))
            .collect()
    }

    /// What the kind demands of the value; for banded indicators, the points it gives.
    fn judge(
        &self,
        indicator: &Indicator,
        rule: &CompiledRule,
        value: Option<Value>,
        subject: usize,
    ) -> Result<Option<Quantity>, LaneFault> {
        let Some(Value::Number(number)) = value else {
            return Ok(None);
        };
        let fault = |kind| Err(LaneFault::new(subject, kind));
        match &indicator.kind {
            IndicatorKind::Ratio if number < Quantity::ZERO || number > Quantity::ONE => {
                fault(FaultKind::RatioOutOfRange {
                    value: number.to_string(),
                })
            }
            IndicatorKind::Deduct { .. }
            | IndicatorKind::Bonus { .. }
            | IndicatorKind::Relative
                if number < Quantity::ZERO =>
            {
                fault(FaultKind::Negative {
                    value: number.to_string(),
                })
            }
            IndicatorKind::Banded { .. } => {
                let tables = &self.plan.constants.tables;
                let table = rule.band.and_then(|band| tables.get(band)?.as_ref());
                let Some(table) = table else {
                    return Ok(None);
                };
                let input = Input::Number(number.numerator, number.denominator);
                let class = table.lookup.class(0, input);
                let hit = table.lookup.hit(&[class]);
                match table.output(hit) {
                    Some(Output::Number(points)) => Ok(points.quantity()),
                    _ => fault(table.fault(hit, number.to_string())),
                }
            }
            _ => Ok(None),
        }
    }

    /// The row of the band table that a value falls into.
    pub(crate) fn band_hit(&self, rule: &CompiledRule, value: Quantity) -> Option<Hit> {
        let table = self.plan.constants.tables.get(rule.band?)?.as_ref()?;
        let input = Input::Number(value.numerator, value.denominator);
        let class = table.lookup.class(0, input);
        Some(table.lookup.hit(&[class]))
    }
}

fn status(indicator: &Indicator, cases: i64) -> Status {
    let cases = u64::try_from(cases).unwrap_or(0);
    let least = if indicator.kind.counts_without_cases() {
        indicator.min_cases
    } else {
        indicator.min_cases.max(1)
    };
    match cases {
        cases if cases >= least => Status::Known,
        0 => Status::NoCases,
        _ => Status::BelowMinimum,
    }
}

/// The value of one lane.
pub(crate) fn value_at(lanes: &Lanes, scale: Option<u8>, lane: usize) -> Result<Value, LaneFault> {
    let misfit = || {
        let table = String::new();
        LaneFault::new(lane, FaultKind::WrongFrame { table })
    };
    let overflow = || LaneFault::new(lane, FaultKind::Overflow);
    let power = crate::exact::pow10(scale.unwrap_or(0)).ok_or_else(overflow)?;
    let (above, below) = match lanes {
        Lanes::Bool(values) => {
            return values
                .get(lane)
                .copied()
                .map(Value::Bool)
                .ok_or_else(misfit);
        }
        Lanes::Small(values) => (values.get(lane).copied().map(i128::from), Some(power)),
        Lanes::Wide(values) => (values.get(lane).copied(), Some(power)),
        Lanes::Fraction(above, below) => (above.get(lane).copied(), below.get(lane).copied()),
        Lanes::Text(..) | Lanes::Date(_) => return Err(misfit()),
    };
    let quantity = Quantity::new(above.ok_or_else(misfit)?, below.ok_or_else(misfit)?);
    quantity.map(Value::Number).ok_or_else(overflow)
}
