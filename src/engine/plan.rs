//! A pack in one period: the parameters, tables and indicators in force, ready to evaluate.

mod bound;
mod deadlines;
mod decompose;
mod given;
mod in_force;
mod indicators;
mod money;
mod rows;
mod rungs;
mod trace;
mod weights;

use std::sync::Arc;

use chrono::{Datelike as _, NaiveDate};
use domain::{Diagnostic, Period, WorkdayCalendar};

pub use bound::Bound;
#[cfg(any(test, feature = "reference"))]
pub(crate) use given::numbers;
pub use rungs::Rung;

use crate::coverage::Watch;
use crate::eval::Constants;
use crate::evaluation::Evaluation;

use crate::fault::{Fault, FaultKind};
use crate::formula::Names;
use crate::frame::Frame;
use crate::pack::{CompiledPack, Pack, ParameterValue, compile, placed};
use crate::schema::Schema;

/// A pack in one period.
#[derive(Clone, Debug)]
pub struct Plan {
    pub(crate) pack: Pack,
    pub(crate) compiled: CompiledPack,
    pub(crate) period: Period,
    pub(crate) constants: Constants,
    /// Those of January 1, when importance is frozen for the year.
    pub(crate) importance_constants: Constants,
    /// Tables as given, without the columns of deadlines.
    pub(crate) base: Schema,
}

impl Plan {
    /// What is in force on the period's last day. An element that a formula in force needs and that
    /// has no value then is an error, and so is a pack that is not in force throughout the period.
    pub fn new(pack: &Pack, schema: &Schema, period: Period) -> Result<Self, Vec<Diagnostic>> {
        let compiled = compile(pack, schema).map_err(|faults| {
            faults
                .iter()
                .map(|fault| placed(fault, &[]))
                .collect::<Vec<_>>()
        })?;
        let effective = pack.header.effective;
        if !effective.contains(period.first_day()) || !effective.contains(period.last_day()) {
            let until = effective
                .to
                .map_or_else(String::new, |to| format!("至 {to} 前"));
            let message = format!(
                "规则包“{}”自 {} 起{until}有效，不适用于 {period} (not in force in {period})",
                pack.header.id, effective.from
            );
            return Err(vec![Diagnostic::error(
                "rules.not_in_force",
                pack.header.place.clone(),
                message,
            )]);
        }
        let mut faults = Vec::new();
        let day = period.last_day();
        let frozen_day = NaiveDate::from_ymd_opt(period.year(), 1, 1)
            .map_or(effective.from, |first| first.max(effective.from));
        let frozen = pack
            .importance
            .as_ref()
            .is_some_and(|one| one.frozen_for_year);
        let importance_day = if frozen { frozen_day } else { day };
        let plan = Self {
            constants: constants(pack, &compiled, period, day),
            importance_constants: constants(pack, &compiled, period, importance_day),
            pack: pack.clone(),
            compiled,
            period,
            base: schema.clone(),
        };
        plan.require_in_force(day, importance_day, &mut faults);
        faults.sort();
        faults.dedup();
        if faults.is_empty() {
            Ok(plan)
        } else {
            Err(faults)
        }
    }

    /// The plan with everything it touches noted.
    #[must_use]
    pub fn watched(mut self, watch: &Arc<Watch>) -> Self {
        for constants in [&mut self.constants, &mut self.importance_constants] {
            constants.watch = Some(Arc::clone(watch));
            for table in constants.tables.iter_mut().flatten() {
                table.watch = Some(Arc::clone(watch));
            }
        }
        self
    }

    /// The pack.
    pub const fn pack(&self) -> &Pack {
        &self.pack
    }

    /// The period.
    pub const fn period(&self) -> Period {
        self.period
    }

    /// Fact tables with the columns that deadlines add.
    pub const fn schema(&self) -> &Schema {
        &self.compiled.schema
    }

    /// What formulas over a fact table may name.
    pub(crate) fn names(&self, table: usize) -> Option<Names<'_>> {
        Some(Names {
            table: self.compiled.schema.tables.get(table)?,
            parameters: &self.compiled.parameters,
            tables: &self.compiled.signatures,
            carried: &self.compiled.carried,
            rounding: self.pack.rounding.score.mode,
        })
    }

    /// Indices into the pack of the indicators in force.
    pub fn indicators(&self) -> impl Iterator<Item = usize> + '_ {
        let day = self.period.last_day();
        let all = self.pack.indicators.iter().enumerate();
        all.filter(move |(_, one)| one.effective.contains(day))
            .map(|(index, _)| index)
    }

    /// Indices into the pack of the axes in force.
    pub fn axes(&self) -> impl Iterator<Item = usize> + '_ {
        let day = self.period.last_day();
        let all = self.pack.axes.iter().enumerate();
        all.filter(move |(_, one)| one.effective.contains(day))
            .map(|(index, _)| index)
    }

    /// A parameter's value in force on the period's last day.
    pub fn parameter(&self, id: &str) -> Option<&ParameterValue> {
        let (_, value) = self.pack.parameter_on(id, self.period.last_day())?;
        Some(value)
    }

    /// The frame with the columns of the deadlines, ready for evaluation, traces and weights.
    pub fn bind<'a>(
        &'a self,
        frame: &'a Frame,
        calendar: &'a WorkdayCalendar,
    ) -> Result<Bound<'a>, Vec<Fault>> {
        Bound::new(self, frame, calendar)
    }

    /// Every indicator in force for every subject; all faults when there is any.
    pub fn evaluate(
        &self,
        frame: &Frame,
        calendar: &WorkdayCalendar,
    ) -> Result<Evaluation, Vec<Fault>> {
        self.bind(frame, calendar)?.evaluate()
    }

    /// A table of the frame, if it has the rows and columns the schema says.
    pub(crate) fn checked_table<'f>(
        &self,
        frame: &'f Frame,
        index: usize,
    ) -> Result<&'f crate::frame::FrameTable, Vec<Fault>> {
        let rules = self.base.tables.get(index);
        let table = frame.tables.get(index);
        if let (Some(rules), Some(table)) = (rules, table) {
            let rows = table.rows();
            let fits = table.columns.len() == rules.columns.len()
                && table.offsets.len() == frame.subjects + 1
                && table.offsets.first() == Some(&0)
                && table.offsets.is_sorted()
                && table
                    .columns
                    .iter()
                    .all(|column| column.values.len() == rows);
            if fits {
                return Ok(table);
            }
        }
        Err(self.wrong_frame(rules.map_or("", |rules| &rules.name)))
    }

    /// Whether the frame says of every subject what it says of any.
    pub(crate) fn check_subjects(&self, frame: &Frame) -> Result<(), Vec<Fault>> {
        let fits = |count: usize| count == frame.subjects;
        if fits(frame.peers.len()) && frame.prior.values().all(|values| fits(values.len())) {
            return Ok(());
        }
        Err(self.wrong_frame("subjects"))
    }

    fn wrong_frame(&self, table: &str) -> Vec<Fault> {
        vec![Fault {
            rule: self.pack.header.id.clone(),
            place: self.pack.header.place.clone(),
            subject: None,
            table: table.to_owned(),
            row: None,
            kind: FaultKind::WrongFrame {
                table: table.to_owned(),
            },
        }]
    }
}

/// Parameters and tables in force on a day.
fn constants(pack: &Pack, compiled: &CompiledPack, period: Period, day: NaiveDate) -> Constants {
    let parameters = pack
        .parameters
        .iter()
        .map(|parameter| {
            let mut values = parameter.values.iter();
            let value = values.find(|value| value.range.contains(day))?;
            Some(value.value.rescaled(parameter.scale)?.mantissa)
        })
        .collect();
    let tables = compiled
        .signatures
        .iter()
        .zip(&compiled.by_date)
        .map(|(signature, by_date)| {
            if let Some(index) = by_date {
                return compiled.tables.get(*index).cloned();
            }
            let mut versions = pack.tables.iter().enumerate();
            let (index, _) =
                versions.find(|(_, one)| one.id == signature.id && one.effective.contains(day))?;
            compiled.tables.get(index).cloned()
        })
        .collect();
    Constants {
        period_start: period.first_day().num_days_from_ce(),
        period_end: period.last_day().num_days_from_ce(),
        parameters,
        tables,
        watch: None,
    }
}
