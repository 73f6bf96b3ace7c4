//! Indicators: cases counted, rows aggregated, the value of every subject at once.

use std::ops::Range;

use super::bound::{Bound, subject_fault};
use crate::eval::{
    Aggregated, Bands, CHUNK, Given, Grouping, LaneFault, Lanes, Machine, Rows, Stretch, aggregate,
    count, show_number,
};
use crate::evaluation::{Cells, Evaluation, IndicatorColumn, Status, Value};
use crate::exact::Quantity;
use crate::fault::{Fault, FaultKind};
use crate::frame::Columns;
use crate::pack::{BandMethod, CompiledRule, Indicator, IndicatorKind, JudgedIn, PreparedTable};
use crate::table::{Input, Slice, SliceShare, shares, slices, sum};
use domain::Place;

/// Most rows of subjects that are worked out together, unless one subject has more: what is noted
/// of each row stays in the processor's second cache.
const BLOCK_ROWS: u32 = 1 << 16;

/// A rule with what its evaluation needs for every block of subjects.
pub(crate) struct Job<'a> {
    pub(crate) rule: &'a CompiledRule,
    pub(crate) indicator: &'a Indicator,
    bands: Option<Bands<'a>>,
    /// Of an indicator whose band table gives points per unit; empty for others.
    slices: Vec<Slice>,
    /// The table that these are of.
    sliced: Option<&'a PreparedTable>,
}

/// What a rule found in a block of subjects: which rows are cases, what the aggregates gave.
pub(crate) struct Worked<'r, 'c> {
    pub(crate) rows: Rows<'r>,
    pub(crate) aggregates: Vec<Aggregated<'c>>,
    cases: Vec<u32>,
    statuses: Vec<Status>,
}

impl Worked<'_, '_> {
    /// Which subjects have enough cases.
    pub(super) fn active(&self) -> Vec<bool> {
        let statuses = self.statuses.iter();
        statuses.map(|one| *one == Status::Known).collect()
    }
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

    /// The rule of an indicator, ready to be worked out.
    pub(crate) fn job(&self, index: usize) -> Option<Job<'_>> {
        let (rule, indicator) = self.rule(index)?;
        let table = self.band_table(rule);
        let slices = table.and_then(|table| slices_of(table, indicator));
        let (banded, sliced) = match &slices {
            None => (table, None),
            Some(_) => (None, table),
        };
        Some(Job {
            rule,
            indicator,
            bands: banded.map(|table| Bands::new(table, rule.value.root.ty.scale())),
            slices: slices.unwrap_or_default(),
            sliced,
        })
    }

    /// The band table of a rule.
    pub(super) fn band_table(&self, rule: &CompiledRule) -> Option<&PreparedTable> {
        let tables = &self.plan.constants.tables;
        tables.get(rule.band?)?.as_ref()
    }

    /// What each slice of a value earns; nothing unless the indicator is banded by slices.
    pub(crate) fn slice_shares(
        &self,
        rule: &CompiledRule,
        indicator: &Indicator,
        value: Quantity,
    ) -> Vec<SliceShare> {
        let table = self.band_table(rule);
        let slices = table.and_then(|table| slices_of(table, indicator));
        shares(&indicator.id, &slices.unwrap_or_default(), value).unwrap_or_default()
    }

    fn indicator(&self, index: usize) -> Result<Cells, Box<Fault>> {
        let Some(job) = self.job(index) else {
            return Ok(Cells::default());
        };
        let machine = self.machine(job.rule.table);
        let places = self.places(&job)?;
        let mut cells = job.cells(self.frame.subjects);
        self.each_block(&job, |block, groups, all| {
            let given = self.given(job.rule, &places, block);
            self.work_out(&job, &machine, groups, all, &given, &mut cells)
                .map(|_| ())
        })?;
        Ok(cells)
    }

    /// Runs `body` over blocks of subjects: which they are, their rows, and a flag for each row.
    pub(super) fn each_block(
        &self,
        job: &Job<'_>,
        mut body: impl FnMut(Range<usize>, Grouping<'_>, &Rows<'_>) -> Result<(), PlacedFault>,
    ) -> Result<(), Box<Fault>> {
        let table = job.rule.table;
        let offsets = self.offsets(table);
        let ones = vec![true; CHUNK];
        for block in blocks(offsets) {
            let subject = block.start;
            let groups = Grouping::runs(offsets.get(subject..=block.end).unwrap_or_default());
            let all = match ones.get(..groups.rows()) {
                Some(all) => Rows::new(all),
                None => Rows::new(vec![true; groups.rows()]),
            };
            body(block, groups, &all).map_err(|fault| {
                Box::new(match fault {
                    PlacedFault::Row(mut fault) => {
                        fault.lane += groups.first_row();
                        self.row_fault(job.named(), table, fault)
                    }
                    PlacedFault::Subject(fault) => {
                        subject_fault(job.named(), subject + fault.lane, fault.kind)
                    }
                })
            })?;
        }
        Ok(())
    }

    /// Which rows of a block of subjects are cases, and what the aggregates give of them.
    pub(super) fn cases<'r, 'c>(
        job: &Job<'_>,
        machine: &Machine<'c>,
        groups: Grouping<'_>,
        all: &'r Rows<'_>,
    ) -> Result<Worked<'r, 'c>, PlacedFault> {
        let condition = job.rule.condition.as_ref();
        let rows = all.select(machine, condition, groups.first_row());
        let rows = rows.map_err(PlacedFault::Row)?;
        let cases = count(&rows, groups);
        let statuses = cases
            .iter()
            .map(|cases| status(job.indicator, *cases))
            .collect();
        let aggregates = Self::aggregates(machine, job.rule, &rows, groups);
        Ok(Worked {
            aggregates: aggregates.map_err(PlacedFault::Row)?,
            rows,
            cases,
            statuses,
        })
    }

    /// A machine over subjects.
    pub(crate) fn over<'m>(
        &'m self,
        aggregates: &'m [Aggregated<'m>],
        given: &'m Given,
    ) -> Machine<'m> {
        let constants = &self.plan.constants;
        Machine::new(constants, Some(&self.calendar), Columns::NONE, aggregates).with(given)
    }

    /// Appends the cells of a rule over a block of subjects whose rows the machine has.
    pub(crate) fn work_out<'r, 'c>(
        &self,
        job: &Job<'_>,
        machine: &Machine<'c>,
        groups: Grouping<'_>,
        all: &'r Rows<'_>,
        given: &Given,
        cells: &mut Cells,
    ) -> Result<Worked<'r, 'c>, PlacedFault> {
        let worked = Self::cases(job, machine, groups, all)?;
        let active = worked.active();
        let at = Stretch {
            start: 0,
            active: &active,
        };
        let root = &job.rule.value.root;
        let over = self.over(&worked.aggregates, given);
        let lanes = over.eval(root, at).map_err(PlacedFault::Subject)?;
        let scale = root.ty.scale();
        let bands = job
            .judge(&lanes, scale, &active)
            .map_err(PlacedFault::Subject)?;
        let counted = (worked.statuses.as_slice(), worked.cases.as_slice());
        cells
            .append(counted, (lanes, scale), &active, &bands)
            .map_err(PlacedFault::Subject)?;
        Ok(worked)
    }

    /// The aggregates of a rule over the selected rows.
    pub(crate) fn aggregates<'c>(
        machine: &Machine<'c>,
        rule: &CompiledRule,
        rows: &Rows<'_>,
        groups: Grouping<'_>,
    ) -> Result<Vec<Aggregated<'c>>, LaneFault> {
        let all = rule.value.aggregates.iter();
        all.map(|one| aggregate(machine, one, rows, groups))
            .collect()
    }

    /// The rows of the band table that a value falls into; `None` stands for `otherwise`.
    pub(crate) fn band_rows(&self, rule: &CompiledRule, value: Quantity) -> Vec<Option<u32>> {
        self.band_table(rule).map_or_else(Vec::new, |table| {
            let input = Input::Number(value.numerator, value.denominator);
            table.rows_behind(&[table.lookup.class(0, input)])
        })
    }
}

/// The slices of the band table of an indicator that is banded by them.
pub(super) fn slices_of(table: &PreparedTable, indicator: &Indicator) -> Option<Vec<Slice>> {
    let by_slices = matches!(
        &indicator.kind,
        IndicatorKind::Banded {
            method: BandMethod::Marginal,
            ..
        }
    );
    by_slices.then(|| slices(&table.table))
}

impl Job<'_> {
    /// Id of the indicator and where it is defined, for faults.
    pub(super) fn named(&self) -> (&str, &Place) {
        (&self.indicator.id, &self.indicator.place)
    }

    /// No cell yet, with room for those of all subjects.
    pub(crate) fn cells(&self, subjects: usize) -> Cells {
        let points = self.bands.as_ref().map(Bands::points);
        Cells::new(subjects, points.unwrap_or_default(), self.slices.clone())
    }

    /// What the kind demands of the values asked for; for banded indicators, the band of each.
    fn judge(
        &self,
        lanes: &Lanes,
        scale: Option<u8>,
        active: &[bool],
    ) -> Result<Vec<u32>, LaneFault> {
        let fault = |lane: usize, kind: fn(String) -> FaultKind| {
            let value = show_number(lanes, scale, lane);
            Err(LaneFault::new(lane, kind(value)))
        };
        match &self.indicator.kind {
            IndicatorKind::Ratio => {
                if let Some(lane) = lanes.outside(scale, Some(1), active) {
                    return fault(lane, |value| FaultKind::RatioOutOfRange { value });
                }
            }
            IndicatorKind::Deduct { .. }
            | IndicatorKind::Bonus { .. }
            | IndicatorKind::Relative
            | IndicatorKind::Banded {
                method: BandMethod::Marginal,
                ..
            } => {
                if let Some(lane) = lanes.outside(scale, None, active) {
                    return fault(lane, |value| FaultKind::Negative { value });
                }
            }
            _ => {}
        }
        if !self.slices.is_empty() || matches!(self.indicator.kind, IndicatorKind::Judged(_)) {
            for (lane, _) in active.iter().enumerate().filter(|(_, active)| **active) {
                self.check(lanes, scale, lane)?;
            }
        }
        match &self.bands {
            Some(bands) => bands.of(lanes, scale, active),
            None => Ok(Vec::new()),
        }
    }
}

impl Job<'_> {
    /// Whether a judgement can be given, and whether the slices of a value have points.
    fn check(&self, lanes: &Lanes, scale: Option<u8>, lane: usize) -> Result<(), LaneFault> {
        let Value::Number(value) = value_at(lanes, scale, lane)? else {
            return Ok(());
        };
        let fault = |kind| Err(LaneFault::new(lane, kind));
        match &self.indicator.kind {
            IndicatorKind::Judged(given) => {
                let most = match given {
                    JudgedIn::Ratio => Some(Quantity::ONE),
                    JudgedIn::Points => self.indicator.points.quantity(),
                };
                match most {
                    Some(most) if value < Quantity::ZERO || value > most => {
                        fault(FaultKind::JudgementOutOfRange {
                            value: value.to_string(),
                            most: most.to_string(),
                        })
                    }
                    Some(_) => Ok(()),
                    None => fault(FaultKind::Overflow),
                }
            }
            IndicatorKind::Banded { band, .. } => match shares(band, &self.slices, value) {
                Ok(shares) if sum(&shares).is_none() => fault(FaultKind::Overflow),
                Ok(_) => {
                    self.note(value);
                    Ok(())
                }
                Err(kind) => fault(kind),
            },
            _ => Ok(()),
        }
    }

    /// Notes in which slice a value ends, while the tests of a pack run.
    fn note(&self, value: Quantity) {
        let Some(table) = self.sliced else { return };
        if let Some(watch) = &table.watch {
            let input = Input::Number(value.numerator, value.denominator);
            watch.look_up(&table.table.place, &[table.lookup.class(0, input)]);
        }
    }
}

/// Stretches of subjects with about as many rows as the caches like; each of at least one subject.
fn blocks(offsets: &[u32]) -> impl Iterator<Item = Range<usize>> + '_ {
    let subjects = offsets.len().saturating_sub(1);
    let mut start = 0;
    std::iter::from_fn(move || {
        let first_row = offsets.get(start).filter(|_| start < subjects)?;
        let most = (start + CHUNK).min(subjects);
        let ends = offsets.get(start + 1..=most).unwrap_or_default();
        let fitting = ends.partition_point(|end| end - first_row <= BLOCK_ROWS);
        let block = start..start + fitting.max(1);
        start = block.end;
        Some(block)
    })
}

fn status(indicator: &Indicator, cases: u32) -> Status {
    match u64::from(cases) {
        cases if cases >= indicator.least_cases() => Status::Known,
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
    if let Lanes::Bool(values) = lanes {
        return values
            .get(lane)
            .copied()
            .map(Value::Bool)
            .ok_or_else(misfit);
    }
    let (above, below) = lanes.number(scale, lane).ok_or_else(misfit)?;
    let quantity = Quantity::new(above, below);
    quantity.map(Value::Number).ok_or_else(overflow)
}
