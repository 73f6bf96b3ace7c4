//! Random formulas on random rows, here and in PostgreSQL: equal to the last digit, and where one
//! refuses the other refuses too.

use std::collections::BTreeMap;

use domain::Rounding;
use oracle::Schema as Server;

use super::{OUTCOME, answers};
use crate::fault::FaultKind;
use crate::frame::{ColumnData, Frame};
use crate::pack::{HitPolicy, Output};
use crate::plan::Plan;
use crate::sample::{Answer, Level, Question, Random, Reach, Setting, Trial, facts_of};
use crate::sql::node::Writer;
use crate::sql::{Dialect, Exporter, SqlError, text};

/// Subjects, and most rows of one.
const SIZE: (usize, usize) = (24, 16);

/// A formula with its answers here and its query there.
struct Case {
    text: String,
    /// A query of key and value.
    query: String,
    key: &'static str,
    /// The peer group of each department, where the formula compares within it.
    groups: Option<Vec<u32>>,
    /// `None` where ours is a fault.
    answers: Vec<Option<Answer>>,
}

/// The setting with a table that has a gap and one whose rows contradict each other: the evaluation
/// must say so, although no pack with such tables can be loaded.
fn setting(mode: Rounding) -> Setting {
    let setting = Setting::new(mode).unwrap();
    let mut pack = setting.plan.pack().clone();
    for table in &mut pack.tables {
        if table.id == "t_season" {
            table.rows[1].value = Output::Number("100.02".parse().unwrap());
        }
        if table.id == "t_label" {
            table.hit = HitPolicy::Unique;
            table.otherwise = None;
        }
    }
    let plan = Plan::new(&pack, &setting.schema, setting.plan.period()).unwrap();
    Setting { plan, ..setting }
}

/// Facts; the quotient of `n` and `m` often lies on a midpoint of few decimals or right beside one.
fn facts(setting: &Setting, random: &mut Random) -> Frame {
    let mut frame = facts_of(&setting.schema, random, Reach::Extreme, SIZE);
    let rows = frame.tables[0].rows();
    let (mut n, mut m) = (Vec::new(), Vec::new());
    for _ in 0..rows {
        let digits = u32::try_from(random.below(10)).unwrap();
        let below = random.between(1, 10_i64.pow(digits));
        let power = 10_i64.pow(u32::try_from(random.below(7)).unwrap());
        let odd = 2 * random.between(0, 5_000) + 1;
        let midpoint = i128::from(odd) * i128::from(below) / i128::from(2 * power);
        let above = i64::try_from(midpoint).unwrap() + random.between(-1, 1);
        n.push(if random.chance(50) { above } else { -above });
        m.push(if random.chance(5) { 0 } else { below });
    }
    for (name, numbers) in [("n", n), ("m", m)] {
        let column = ColumnData::numbers(numbers);
        frame
            .set_column(&setting.schema, "facts", name, column)
            .unwrap();
    }
    frame
}

const fn name(kind: &FaultKind) -> &'static str {
    match kind {
        FaultKind::Overflow => "overflow",
        FaultKind::ZeroDenominator => "zero denominator",
        FaultKind::NoRow { .. } => "no row",
        FaultKind::ManyRows { .. } => "many rows",
        FaultKind::Calendar(_) => "calendar",
        _ => "other",
    }
}

/// The query of key and value of a formula, and its key.
pub(super) fn query(
    plan: &Plan,
    question: &Question,
    dialect: Dialect,
) -> Result<(String, &'static str), SqlError> {
    let compiled = &question.compiled;
    let writer = Writer {
        rule: "sample",
        pack: &plan.pack,
        constants: &plan.constants,
        dialect,
        key: "row_no",
        aggregates: &[],
        peers: &[],
    };
    if question.level == Level::Row {
        let value = writer.node(&compiled.root)?.text;
        return Ok((
            format!("SELECT row_no AS key, CAST({value} AS text) AS value FROM facts"),
            "row_no",
        ));
    }
    let writer = Writer {
        key: "department",
        aggregates: &compiled.aggregates,
        peers: &compiled.peers,
        ..writer
    };
    let value = writer.node(&compiled.root)?.text;
    let counted = writer.counted(&compiled.aggregates, None, "facts")?;
    let counted = writer.compared(compiled, 0, counted)?;
    Ok((
        format!(
            "SELECT department AS key, CAST({value} AS text) AS value FROM ({counted}) AS c WHERE cases >= 0"
        ),
        "department",
    ))
}

fn key(case: &Case, lane: usize) -> String {
    match case.key {
        "row_no" => (lane + 1).to_string(),
        _ => format!("'{lane:03}'"),
    }
}

/// The query over some rows or departments only; of the others nothing is computed.
fn over(case: &Case, keys: &str) -> String {
    let from = match case.key {
        "row_no" => "FROM facts",
        _ => "FROM departments AS d",
    };
    let table = if case.key == "row_no" {
        "facts"
    } else {
        "departments"
    };
    let alias = if case.key == "row_no" { "facts" } else { "d" };
    let only = format!(
        "(SELECT * FROM {table} WHERE {} {keys} OFFSET 0) AS {alias}",
        case.key
    );
    let query = case.query.replace(from, &format!("FROM {only}"));
    if case.key == "row_no" {
        return query;
    }
    // Nor are the rows of other departments aggregated.
    let rows = format!("(SELECT * FROM facts WHERE department {keys} OFFSET 0) AS facts");
    query.replace("FROM facts", &format!("FROM {rows}"))
}

/// Asks for the lanes with values all at once; `Err` says what PostgreSQL refused or has otherwise.
fn values(server: &Server, cases: &[Case]) -> Result<(), String> {
    let mut script = String::new();
    let cases = || cases.iter().filter(|case| case.groups.is_none());
    for case in cases() {
        let faulty = case
            .answers
            .iter()
            .enumerate()
            .filter(|(_, one)| one.is_none());
        let faulty: Vec<String> = faulty.map(|(lane, _)| key(case, lane)).collect();
        let query = if faulty.is_empty() {
            case.query.clone()
        } else {
            over(case, &format!("NOT IN ({})", faulty.join(", ")))
        };
        script.push_str(&format!(
            "SELECT key, value FROM ({query}) AS q ORDER BY key;\n"
        ));
    }
    let output = server.run(&script)?;
    let mut lines = output.lines();
    for case in cases() {
        for (lane, expected) in case.answers.iter().enumerate() {
            let Some(expected) = expected else { continue };
            let line = lines.next().unwrap_or_default();
            let (at, found) = line.split_once(oracle::separator()).unwrap_or((line, ""));
            if answers::read(found, expected).as_ref() != Some(expected) {
                return Err(format!(
                    "{}\n{}\nat {at} (lane {lane}): ours {expected:?}, PostgreSQL {found}",
                    case.text, case.query
                ));
            }
        }
    }
    Ok(())
}

/// Asks for every lane that must be refused; those that are not.
fn given(server: &Server, cases: &[Case]) -> Vec<String> {
    let mut asked = Vec::new();
    let mut script = String::new();
    for case in cases {
        let lanes = case.answers.iter().enumerate();
        let compared = |lane: usize| case.groups.as_ref().and_then(|groups| groups.get(lane));
        for (lane, answer) in lanes {
            // A comparison needs the whole group, so that its values are asked for here as well.
            let query = match (compared(lane), answer) {
                (None, Some(_)) => continue,
                (None, None) => over(case, &format!("= {}", key(case, lane))),
                (Some(group), _) => over(
                    case,
                    &format!(
                        "IN (SELECT department FROM departments WHERE peer_group = '{group}')"
                    ),
                ),
            };
            let value = format!(
                "SELECT value FROM ({query}) AS q WHERE key = {}",
                key(case, lane)
            );
            script.push_str(&format!("SELECT outcome({});\n", text::quoted(&value)));
            asked.push((case, lane));
        }
    }
    let output = server.run(&script).unwrap();
    assert_eq!(output.lines().count(), asked.len());
    let lines = output.lines().zip(asked);
    lines
        .filter(|(line, (case, lane))| match &case.answers[*lane] {
            None => !line.starts_with("refused "),
            Some(ours) => {
                let theirs = line
                    .strip_prefix("value ")
                    .and_then(|text| answers::read(text, ours));
                theirs.as_ref() != Some(ours)
            }
        })
        .map(|(line, (case, lane))| format!("{}\n{}\nlane {lane}: {line}", case.text, case.query))
        .collect()
}

/// The tables and functions that formulas over the facts need.
pub(super) fn script(setting: &Setting, frame: &Frame, dialect: Dialect) -> String {
    let exporter = Exporter::new(&setting.plan, dialect);
    let mut script = exporter.functions().to_owned();
    script.push_str(&exporter.calendar(&setting.calendar));
    script.push_str(&exporter.tables().unwrap());
    script.push_str(&exporter.fact_table("facts", &[], false).unwrap());
    let offsets = &frame.tables[0].offsets;
    let owner = |row: usize| {
        let subject = offsets.partition_point(|end| *end as usize <= row) - 1;
        Some(format!("{subject:03}"))
    };
    let mut push = |text: &str| script.push_str(text);
    exporter
        .fact_rows(("facts", frame), &[], &owner, &mut push)
        .unwrap();
    script.push_str(&exporter.extended("facts", None).unwrap());
    script.push_str("CREATE TABLE departments (department text PRIMARY KEY, peer_group text);\n");
    for subject in 0..frame.subjects {
        let group = frame.peers[subject];
        script.push_str(&format!(
            "INSERT INTO departments VALUES ('{subject:03}', '{group}');\n"
        ));
    }
    if dialect == Dialect::DuckDb {
        return script;
    }
    script.push_str(
        "CREATE TABLE period_before (department text, indicator text, value numeric[]);\n",
    );
    for (id, values) in &frame.prior {
        for (subject, value) in values.iter().enumerate() {
            let Some(value) = value else { continue };
            let (above, below) = (value.numerator, value.denominator);
            script.push_str(&format!(
                "INSERT INTO period_before VALUES ('{subject:03}', '{id}', '{{{above},{below}}}');\n"
            ));
        }
    }
    script.push_str(OUTCOME);
    script
}

/// Everything about one set of cases.
fn compare(server: &Server, cases: &[Case]) {
    if let Err(reason) = values(server, cases) {
        // Which one it was: each for itself.
        for case in cases.chunks(1) {
            if let Err(reason) = values(server, case) {
                panic!("{}\n{}\n{reason}", case[0].text, case[0].query);
            }
        }
        panic!("{reason}");
    }
    let given = given(server, cases);
    let first = given.first().map_or("", String::as_str);
    assert!(given.is_empty(), "{} differ:\n{first}", given.len());
}

#[test]
fn random_formulas_agree_with_postgresql_to_the_last_digit() {
    let Some(server) = Server::new() else { return };
    let settings = Rounding::ALL.map(setting);
    let mut random = Random::new(809);
    let frame = facts(&settings[0], &mut random);
    server
        .run(&script(&settings[0], &frame, Dialect::PostgreSql))
        .unwrap();
    let (mut pairs, mut refused, mut faults) = (0, 0, BTreeMap::new());
    while pairs < oracle::pairs() {
        let mut cases = Vec::new();
        for number in 0..120 {
            let setting = random.pick(&settings).unwrap();
            let trial = Trial::new(setting, &frame).unwrap();
            let question = match number % 12 {
                0..=7 => setting.question(&mut random, Level::Row),
                8..=10 => setting.question(&mut random, Level::Subject),
                _ => {
                    let text = format!("round(n / m, {})", random.below(9));
                    setting.ask(&text, Level::Row).unwrap()
                }
            };
            let (query, key) = query(&setting.plan, &question, Dialect::PostgreSql).unwrap();
            let answers = trial.columns(&question).into_iter().map(|answer| {
                answer
                    .inspect_err(|fault| *faults.entry(name(fault)).or_insert(0) += 1)
                    .ok()
            });
            cases.push(Case {
                answers: answers.collect(),
                text: question.text,
                query,
                key,
                groups: (!question.compiled.peers.is_empty()).then(|| frame.peers.clone()),
            });
        }
        pairs += cases.iter().map(|case| case.answers.len()).sum::<usize>();
        let none = |case: &Case| case.answers.iter().filter(|one| one.is_none()).count();
        refused += cases.iter().map(none).sum::<usize>();
        compare(&server, &cases);
    }
    eprintln!("{pairs} pairs, {refused} refused by both: {faults:?}");
    let kinds: Vec<&str> = faults.into_keys().collect();
    let all = [
        "calendar",
        "many rows",
        "no row",
        "overflow",
        "zero denominator",
    ];
    assert_eq!(kinds, all, "every kind of fault is to be met");
}

#[test]
fn powers_of_ten_have_their_bits() {
    for scale in 0..=24 {
        let bits = super::super::width::power_bits(scale);
        assert!(
            crate::exact::pow10(scale).unwrap() <= 1_i128 << bits,
            "{scale}"
        );
    }
}
