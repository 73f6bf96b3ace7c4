//! The tests of a pack, `tests/*.toml`, run through engine and scoring.
//!
//! A case gives rows of the fact tables for one or several subjects and expects, by subject:
//!
//! | key | value |
//! |---|---|
//! | an indicator's id | its points, or the name of its status, such as `no_cases` |
//! | `<indicator>.value`, `.cases`, `.available`, `.status` | as said |
//! | `axis.<id>` | points of an axis |
//! | `before_bonus`, `total`, `grade`, `rank`, `standing`, `vetoes` | as in the assessment |
//! | `parameter.<id>` (without subject) | the value in force |
//! | `reward.<payer>` | yuan of a notional pot of [`NOTIONAL_FEN`] a year and payer |
//! | `<indicator>.trace` | texts that its explanation must have: formula, values, words, articles |
//! | `fault` (without subject) | part of the message that stops the period |
//!
//! `groups` gives subjects the name of a peer group (`municipal` without it), and `prior` what they
//! were in the period before: `total`, and values of indicators.
//!
//! `[case.set]` changes settings of the pack for the case ([`engine::pack::Setting`]).
//!
//! What a row leaves out: importance is that of the resource among the given rows, or one; days are
//! the first of the period; a request's `agreed_on` is its day of an agreeing reply.

mod company;
mod explained;
mod found;

use std::collections::{BTreeMap, BTreeSet};

use domain::{DepartmentId, Diagnostic, Facts, Fen, JurisdictionCode, Place, WorkdayCalendar};
use engine::pack_test::{Expectation, Expected, GivenRow, PackTest, load_tests};
use engine::{ColumnData, Datum, Frame, Pack, PackFiles, Plan, Schema, Type, Values};

use crate::assessment::DepartmentResult;
use crate::awards::{Awards, Component, Pot, PotLine};
use crate::compensation::Means;
use crate::coverage::Exercised;
use crate::error::AssessError;
use crate::exact::Exact;
use crate::frame::{FactFrame, FactTable};
use crate::month::Prepared;
use crate::schema::IMPORTANCE_ONE;
use crate::year_so_far::YearSoFar;
use found::{indicator, overall};

/// Appropriation of each payer in the tests of rewards: 12 000 yuan a year.
pub const NOTIONAL_FEN: i64 = 1_200_000;

/// An expectation that was not met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The key, its parts joined by dots.
    pub key: String,
    /// What the case expects.
    pub expected: String,
    /// What came out.
    pub found: String,
    /// Where the expectation is written.
    pub place: Place,
}

/// How one case went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseResult {
    /// Its name.
    pub name: String,
    /// Where it is written.
    pub place: Place,
    /// What was not as expected; empty for a pass.
    pub differences: Vec<Difference>,
}

impl CaseResult {
    /// Whether everything was as expected.
    pub fn passed(&self) -> bool {
        self.differences.is_empty()
    }
}

/// Runs all tests of a pack. The diagnostics are of cases that cannot be read.
pub fn run_pack_tests(
    files: &PackFiles,
    pack: &Pack,
    calendar: &WorkdayCalendar,
) -> (Vec<CaseResult>, Vec<Diagnostic>) {
    run_watched(files, pack, calendar, &mut Exercised::default())
}

/// The same, noting what the tests exercise.
pub(crate) fn run_watched(
    files: &PackFiles,
    pack: &Pack,
    calendar: &WorkdayCalendar,
    exercised: &mut Exercised,
) -> (Vec<CaseResult>, Vec<Diagnostic>) {
    let schema = crate::schema::schema();
    let (cases, diagnostics) = load_tests(files, &schema);
    let results = cases
        .into_iter()
        .map(|case| run_case(pack, calendar, &schema, case, exercised))
        .collect();
    (results, diagnostics)
}

fn run_case(
    pack: &Pack,
    calendar: &WorkdayCalendar,
    schema: &Schema,
    case: PackTest,
    exercised: &mut Exercised,
) -> CaseResult {
    let case = completed(case, schema);
    let outcome = outcome(pack, calendar, schema, &case, exercised);
    if let Ok(outcome) = &outcome {
        exercised.note(&outcome.departments, &outcome.awards);
    }
    let differences = case.expect.iter().filter_map(|expectation| {
        let expected = text(&expectation.value);
        let found = match &outcome {
            Ok(outcome) => outcome.find(&case, expectation),
            Err(error) => error.to_string(),
        };
        let is_fault = expectation.key.first().is_some_and(|key| key == "fault");
        let met = if is_fault {
            outcome.is_err() && found.contains(&expected)
        } else if is_trace(expectation) {
            let mut texts = listed(&expectation.value).into_iter();
            outcome.is_ok() && texts.all(|text| found.contains(&text))
        } else {
            outcome.is_ok() && same(&expected, &found)
        };
        (!met).then(|| Difference {
            key: expectation.key.join("."),
            expected,
            found,
            place: expectation.place.clone(),
        })
    });
    CaseResult {
        differences: differences.collect(),
        name: case.name.clone(),
        place: case.place.clone(),
    }
}

/// Whether the expectation is about an explanation.
fn is_trace(expectation: &Expectation) -> bool {
    matches!(expectation.key.as_slice(), [_, _, last] if last == "trace")
}

fn listed(expected: &Expected) -> Vec<String> {
    match expected {
        Expected::List(all) => all.iter().map(text).collect(),
        one => vec![text(one)],
    }
}

fn text(expected: &Expected) -> String {
    match expected {
        Expected::Text(text) => text.clone(),
        Expected::Whole(whole) => whole.to_string(),
        Expected::Bool(flag) => flag.to_string(),
        Expected::Date(day) => day.to_string(),
        Expected::List(all) => all.iter().map(text).collect::<Vec<_>>().join(", "),
    }
}

/// Numbers are the same by value, all else by text.
fn same(expected: &str, found: &str) -> bool {
    match (expected.parse::<Exact>(), found.parse::<Exact>()) {
        (Ok(expected), Ok(found)) => expected == found,
        _ => expected == found,
    }
}

/// Subjects in the order of ids, as in every frame, and what the rows leave out filled in.
fn completed(mut case: PackTest, schema: &Schema) -> PackTest {
    let mut sorted = case.subjects.clone();
    sorted.sort();
    let subjects = case.subjects.clone();
    let place = |subject: usize| {
        let name = subjects.get(subject);
        let place = name.and_then(|name| sorted.binary_search(name).ok());
        place.unwrap_or_default()
    };
    for row in &mut case.given {
        row.subject = place(row.subject);
        complete_row(row, schema, case.period);
    }
    let groups = std::mem::take(&mut case.groups).into_iter();
    case.groups = groups.map(|(at, group)| (place(at), group)).collect();
    let prior = std::mem::take(&mut case.prior).into_iter();
    case.prior = prior.map(|(at, values)| (place(at), values)).collect();
    // Keys without subject mean the first as written.
    let first = case.subjects.first().cloned().unwrap_or_default();
    for expectation in &mut case.expect {
        let key = expectation.key.first();
        if key.is_some_and(|key| {
            !case.subjects.contains(key) && !["fault", "parameter"].contains(&key.as_str())
        }) {
            expectation.key.insert(0, first.clone());
        }
    }
    case.subjects = sorted;
    case
}

fn complete_row(row: &mut GivenRow, schema: &Schema, period: domain::Period) {
    let given = |row: &GivenRow, name: &str| {
        let mut values = row.values.iter();
        values
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.clone())
    };
    if row.table == FactTable::Requests.name() && given(row, "agreed_on").is_none() {
        let agreed = given(row, "outcome") == Some(Datum::Text("agreed".into()));
        let start = if agreed { "replied_on" } else { "received_on" };
        if let Some(day) = given(row, start) {
            row.values.push(("agreed_on".into(), day));
        }
    }
    let columns = schema.table(&row.table).map(|table| &table.columns);
    for column in columns.into_iter().flatten() {
        if column.ty == Type::Date && !column.optional && given(row, &column.name).is_none() {
            let first = Datum::Date(period.first_day());
            row.values.push((column.name.clone(), first));
        }
    }
    if row.table == FactTable::Incidents.name()
        && given(row, "in_period").is_none()
        && let Some(Datum::Date(day)) = given(row, "confirmed_on")
    {
        let in_period = Datum::Bool(period.contains(day));
        row.values.push(("in_period".into(), in_period));
    }
}

/// What a case came to.
struct Outcome {
    /// Values in force, by id.
    parameters: BTreeMap<String, String>,
    departments: Vec<DepartmentResult>,
    awards: Awards,
    /// Explanations asked for, by subject and indicator.
    traces: BTreeMap<(String, String), String>,
}

fn outcome(
    pack: &Pack,
    calendar: &WorkdayCalendar,
    schema: &Schema,
    case: &PackTest,
    exercised: &Exercised,
) -> Result<Outcome, AssessError> {
    let pack = &pack.with(&case.settings).map_err(AssessError::Plan)?;
    let plan = Plan::new(pack, schema, case.period).map_err(AssessError::Plan)?;
    let plan = exercised.watching(plan);
    let mut frame = case.frame(schema)?;
    join_importance(pack, &plan, schema, &mut frame)?;
    let departments = company::departments(case)?;
    let prior = company::prior(case, pack)?;
    let payers = texts(&frame, schema, FactTable::Usage, "payer");
    let payers: BTreeSet<&String> = payers.iter().filter(|payer| !payer.is_empty()).collect();
    let pots: Vec<Pot> = payers
        .into_iter()
        .map(|payer| Pot {
            line: PotLine {
                payer: payer.as_str().into(),
                budget_year: case.period.year(),
                budget_line: String::new(),
                programme: String::new(),
            },
            authority_fen: Fen::new(NOTIONAL_FEN),
            available_fen: Fen::new(NOTIONAL_FEN),
        })
        .collect();
    let frame = FactFrame::by_hand(departments, frame);
    let facts = Facts::default();
    let prepared = Prepared::of_frame(pack, &facts, calendar, (plan, frame), prior.as_ref())?;
    let month = prepared.month()?;
    let assessment = month.assess()?;
    let mut traces = BTreeMap::new();
    for expectation in case.expect.iter().filter(|one| is_trace(one)) {
        if let [subject, indicator, _] = expectation.key.as_slice() {
            let id = DepartmentId::from(subject.as_str());
            let explanation = month.explain(&assessment, &id, Some(indicator))?;
            let key = (subject.clone(), indicator.clone());
            traces.insert(key, explained::text(&explanation.root));
        }
    }
    let day = case.period.last_day();
    let in_force = pack.parameters.iter().filter_map(|one| {
        let (_, value) = pack.parameter_on(&one.id, day)?;
        Some((one.id.clone(), value.value.to_string()))
    });
    Ok(Outcome {
        parameters: in_force.collect(),
        awards: month.compensate(
            &assessment,
            Means {
                pots: &pots,
                so_far: &YearSoFar::default(),
            },
        )?,
        departments: assessment.departments,
        traces,
    })
}

/// A text column of the frame, row by row.
fn texts(frame: &Frame, schema: &Schema, table: FactTable, column: &str) -> Vec<String> {
    let at = schema
        .table(table.name())
        .and_then(|rules| rules.column_index(column));
    let data = at.and_then(|at| frame.tables.get(table as usize)?.columns.get(at));
    let Some(Values::Text { codes, dictionary }) = data.map(|data| &data.values) else {
        return Vec::new();
    };
    let text = |code: &u32| dictionary.text(*code).unwrap_or_default().to_owned();
    codes.iter().map(text).collect()
}

/// Fills importance where a row gives none: zero is no importance.
fn join_importance(
    pack: &Pack,
    plan: &Plan,
    schema: &Schema,
    frame: &mut Frame,
) -> Result<(), AssessError> {
    let codes = texts(frame, schema, FactTable::Resources, "code");
    let computed = if pack.importance.is_some() {
        plan.importance(frame).map_err(crate::faults::unnamed)?
    } else {
        vec![IMPORTANCE_ONE; codes.len()]
    };
    let by_code: BTreeMap<&String, i64> = codes.iter().zip(computed).collect();
    for table in FactTable::ALL {
        let rules = schema.table(table.name());
        let Some(at) = rules.and_then(|rules| rules.column_index("importance")) else {
            continue;
        };
        let key = if table == FactTable::Resources {
            "code"
        } else {
            "resource"
        };
        let keys = texts(frame, schema, table, key);
        let column = frame
            .tables
            .get(table as usize)
            .and_then(|rows| rows.columns.get(at));
        let Some(Values::Number(given)) = column.map(|column| &column.values) else {
            continue;
        };
        let joined = given.iter().zip(&keys).map(|(given, key)| match given {
            0 => by_code.get(key).copied().unwrap_or(IMPORTANCE_ONE),
            given => given,
        });
        let joined = ColumnData::numbers(joined.collect());
        frame.set_column(schema, table.name(), "importance", joined)?;
    }
    Ok(())
}

impl Outcome {
    /// The value of an expectation's key as text.
    fn find(&self, case: &PackTest, expectation: &Expectation) -> String {
        let missing = || "没有这一项 (no such key)".to_owned();
        if let [kind, id] = expectation.key.as_slice()
            && kind == "parameter"
        {
            return self.parameters.get(id).cloned().unwrap_or_else(missing);
        }
        let mut key = expectation.key.iter().map(String::as_str);
        let subject = key
            .next()
            .and_then(|name| case.subjects.iter().position(|s| s == name));
        let result = subject.and_then(|subject| self.departments.get(subject));
        let found = match (result, key.next(), key.next()) {
            (Some(result), Some("axis"), Some(axis)) => {
                result.axis(axis).map(|axis| axis.score.shown.to_string())
            }
            (Some(result), Some("reward"), Some(payer)) => Some(self.reward(result, payer)),
            (Some(result), Some(indicator), Some("trace")) => {
                let key = (result.id.to_string(), indicator.to_owned());
                self.traces.get(&key).cloned()
            }
            (Some(result), Some(key), None) => {
                overall(result, key).or_else(|| indicator(result, key, "points"))
            }
            (Some(result), Some(key), Some(part)) => indicator(result, key, part),
            _ => None,
        };
        found.unwrap_or_else(missing)
    }

    fn reward(&self, result: &DepartmentResult, payer: &str) -> String {
        let payer = JurisdictionCode::from(payer);
        let awards = self.awards.of(&result.id);
        let paid = awards
            .filter(|award| award.component == Component::Reward && award.payer == payer)
            .map(|award| &award.amount_fen);
        paid.sum::<Fen>().to_plain()
    }
}

#[cfg(test)]
mod tests;
