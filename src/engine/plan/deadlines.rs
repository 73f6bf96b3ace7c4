//! Deadlines: due dates, days taken, and whether a case is open, in time, and due in this period.

use chrono::Datelike as _;
use domain::{CalendarError, DateRange};

use super::bound::Bound;
use crate::eval::{LaneFault, Rows};
use crate::fault::{Fault, FaultKind};
use crate::frame::{ColumnData, Values};
use crate::pack::{CompiledDeadline, Deadline};

/// Appends the columns of every deadline, in the order of the extended schema.
pub(super) fn compute(bound: &mut Bound<'_>) -> Result<(), Vec<Fault>> {
    let plan = bound.plan;
    let mut faults = Vec::new();
    for compiled in &plan.compiled.deadlines {
        let Some(deadline) = plan.pack.deadlines.get(compiled.index) else {
            continue;
        };
        match columns(bound, compiled, deadline) {
            Ok(new) => {
                if let Some(columns) = bound.computed.get_mut(compiled.table) {
                    columns.extend(new);
                }
            }
            Err(fault) => {
                let named = (deadline.id.as_str(), &deadline.place);
                faults.push(bound.row_fault(named, compiled.table, fault));
            }
        }
        if !faults.is_empty() {
            break; // later columns would no longer stand where formulas expect them
        }
    }
    if faults.is_empty() {
        Ok(())
    } else {
        Err(faults)
    }
}

/// What a rule gives a row.
#[derive(Clone, Copy)]
struct Term {
    rule: usize,
    workdays: u32,
    extension_max: u32,
}

/// The deadline of one row.
#[derive(Clone, Copy, Default)]
struct Outcome {
    /// Due date; none when it lies beyond the period in a year without notice.
    due_on: Option<i32>,
    days: Option<i64>,
    limit: Option<i64>,
    on_time: bool,
    open: bool,
    due: bool,
}

fn columns(
    bound: &Bound<'_>,
    compiled: &CompiledDeadline,
    deadline: &Deadline,
) -> Result<[ColumnData; 6], LaneFault> {
    let terms = terms(bound, compiled, deadline)?;
    let read = Reader::new(bound, compiled);
    let mut outcomes = Vec::with_capacity(terms.len());
    for (row, term) in terms.iter().enumerate() {
        let outcome = match term {
            None => Outcome::default(),
            Some(term) => outcome(bound, &read.case(row), *term)
                .map_err(|error| LaneFault::new(row, FaultKind::Calendar(error)))?,
        };
        outcomes.push(outcome);
    }
    let known = |value: &dyn Fn(&Outcome) -> bool| Some(outcomes.iter().map(value).collect());
    let numbers = |value: &dyn Fn(&Outcome) -> Option<i64>| ColumnData {
        values: Values::Number(outcomes.iter().map(|one| value(one).unwrap_or(0)).collect()),
        known: known(&|one| value(one).is_some()),
    };
    let bools =
        |value: &dyn Fn(&Outcome) -> bool| ColumnData::bools(outcomes.iter().map(value).collect());
    Ok([
        ColumnData {
            values: Values::Date(outcomes.iter().map(|one| one.due_on.unwrap_or(0)).collect()),
            known: known(&|one| one.due_on.is_some()),
        },
        numbers(&|one| one.days),
        numbers(&|one| one.limit),
        bools(&|one| one.on_time),
        bools(&|one| one.open),
        bools(&|one| one.due),
    ])
}

/// The rule of every row: exactly one in force on its start date whose condition holds.
fn terms(
    bound: &Bound<'_>,
    compiled: &CompiledDeadline,
    deadline: &Deadline,
) -> Result<Vec<Option<Term>>, LaneFault> {
    let starts = dates(bound, compiled.table, compiled.start);
    let mut terms: Vec<Option<Term>> = vec![None; starts.len()];
    let machine = bound.machine(compiled.table);
    for (index, (rule, when)) in deadline.rules.iter().zip(&compiled.rules).enumerate() {
        let in_force: Vec<bool> = starts
            .iter()
            .map(|start| contains(rule.effective, *start))
            .collect();
        let condition = when.as_ref().map(|when| &when.root);
        let in_force = Rows::new(in_force);
        let matches = in_force.select(&machine, condition, 0)?;
        let matches = matches.flags();
        if let Some(watch) = &bound.plan.constants.watch
            && matches.contains(&true)
        {
            watch.deadline(&deadline.id, index);
        }
        let matched = matches.iter().enumerate().filter(|(_, matched)| **matched);
        for (row, _) in matched {
            let Some(term) = terms.get_mut(row) else {
                continue;
            };
            if let Some(before) = term {
                let kind = FaultKind::ManyRows {
                    table: deadline.id.clone(),
                    input: input(starts, row),
                    first: before.rule + 1,
                    second: index + 1,
                };
                return Err(LaneFault::new(row, kind));
            }
            *term = Some(Term {
                rule: index,
                workdays: rule.workdays,
                extension_max: rule.extension_max,
            });
        }
    }
    let uncovered = terms.iter().position(Option::is_none);
    if let (Some(row), false) = (uncovered, deadline.otherwise_none) {
        let kind = FaultKind::NoRow {
            table: deadline.id.clone(),
            input: input(starts, row),
        };
        return Err(LaneFault::new(row, kind));
    }
    Ok(terms)
}

fn input(starts: &[i32], row: usize) -> String {
    let start = starts.get(row).copied().unwrap_or(0);
    chrono::NaiveDate::from_num_days_from_ce_opt(start)
        .map_or_else(|| start.to_string(), |day| format!("起算日 {day}"))
}

fn contains(range: DateRange, day: i32) -> bool {
    range.from.num_days_from_ce() <= day && range.to.is_none_or(|to| day < to.num_days_from_ce())
}

fn dates<'b>(bound: &'b Bound<'_>, table: usize, column: usize) -> &'b [i32] {
    match column_of(bound, table, column).map(|column| &column.values) {
        Some(Values::Date(days)) => days,
        _ => &[],
    }
}

fn column_of<'b>(bound: &'b Bound<'_>, table: usize, column: usize) -> Option<&'b ColumnData> {
    bound.columns(table).get(column)
}

/// The dates of one case.
struct Case {
    start: i32,
    done: Option<i32>,
    extension: u32,
    /// Day of the consent; `None` when it is needed and absent.
    consent: Option<Consent>,
}

enum Consent {
    NotNeeded,
    On(i32),
}

struct Reader<'b> {
    start: &'b [i32],
    done: Option<&'b ColumnData>,
    extension: Option<&'b ColumnData>,
    consent: Option<&'b ColumnData>,
}

impl<'b> Reader<'b> {
    fn new(bound: &'b Bound<'_>, compiled: &CompiledDeadline) -> Self {
        let column = |at: usize| column_of(bound, compiled.table, at);
        Self {
            start: dates(bound, compiled.table, compiled.start),
            done: column(compiled.done),
            extension: compiled.extension.and_then(column),
            consent: compiled.consent.and_then(column),
        }
    }

    fn case(&self, row: usize) -> Case {
        let day = |column: Option<&ColumnData>| {
            let column = column?;
            let known = column
                .known
                .as_ref()
                .is_none_or(|known| known.get(row) == Some(&true));
            match &column.values {
                Values::Date(days) if known => days.get(row).copied(),
                _ => None,
            }
        };
        let extension = match self.extension.map(|column| &column.values) {
            Some(Values::Number(days)) => days.get(row).unwrap_or(0),
            _ => 0,
        };
        Case {
            start: self.start.get(row).copied().unwrap_or(0),
            done: day(self.done),
            extension: u32::try_from(extension.max(0)).unwrap_or(u32::MAX),
            consent: match self.consent {
                None => Some(Consent::NotNeeded),
                consent => day(consent).map(Consent::On),
            },
        }
    }
}

fn outcome(bound: &Bound<'_>, case: &Case, term: Term) -> Result<Outcome, CalendarError> {
    let period_end = bound.plan.constants.period_end;
    let period_start = bound.plan.constants.period_start;
    let plain_due = end_within(bound, case.start, term.workdays)?;
    // An extension counts only if it was consented to while the case was still in time.
    let consented = match (&case.consent, plain_due) {
        (Some(Consent::NotNeeded), _) => true,
        (Some(Consent::On(day)), Some(due)) => *day <= due,
        (Some(Consent::On(day)), None) => *day <= period_end,
        (None, _) => false,
    };
    let extension = if consented {
        case.extension.min(term.extension_max)
    } else {
        0
    };
    let limit = term.workdays.saturating_add(extension);
    let due = if extension == 0 {
        plain_due
    } else {
        end_within(bound, case.start, limit)?
    };
    let done = case.done.filter(|done| *done <= period_end);
    let until = done.unwrap_or(period_end);
    let days = bound.calendar.workdays_between(case.start, until)?;
    Ok(Outcome {
        due_on: due,
        days: Some(i64::from(days)),
        limit: Some(i64::from(limit)),
        // Without a date the term ends after the period, so what is done by then is in time.
        on_time: match (case.done, due) {
            (Some(done), Some(due)) => done <= due,
            (Some(done), None) => done <= period_end,
            (None, _) => false,
        },
        open: done.is_none(),
        due: due.is_some_and(|due| period_start <= due && due <= period_end),
    })
}

/// The end of a term; `None` when it certainly lies after the period but in a year whose holidays
/// are not published. A missing year before that is a fault.
fn end_within(bound: &Bound<'_>, start: i32, workdays: u32) -> Result<Option<i32>, CalendarError> {
    match bound.calendar.end_of_term(start, workdays) {
        Ok(end) => Ok(Some(end)),
        Err(CalendarError::NotPublished { year }) if year > bound.plan.period.year() => Ok(None),
        Err(error) => Err(error),
    }
}
