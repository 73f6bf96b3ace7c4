//! Random decision tables of every hit policy: look-ups here and in PostgreSQL.

use chrono::Datelike as _;
use domain::{DateRange, Place};
use oracle::Schema as Server;

use super::OUTCOME;
use crate::eval::Answer;
use crate::exact::Exact;
use crate::pack::{
    Bound, CellTest, Collect, HitPolicy, InputType, Interval, Output, PreparedTable, Table,
    TableInput, TableOutput, TableRow,
};
use crate::sample::{Random, Setting};
use crate::schema::Unit;
use crate::sql::expression::Sql;
use crate::sql::node::Writer;
use crate::sql::{Dialect, tables, text};
use crate::table::Input;

const POLICIES: [HitPolicy; 9] = [
    HitPolicy::Unique,
    HitPolicy::Any,
    HitPolicy::First,
    HitPolicy::Priority,
    HitPolicy::RuleOrder,
    HitPolicy::Collect(Collect::Sum),
    HitPolicy::Collect(Collect::Min),
    HitPolicy::Collect(Collect::Max),
    HitPolicy::Collect(Collect::Count),
];
const TEXTS: [&str; 4] = ["a", "b", "it's", "z"];

/// The day that stands for zero among dates.
fn epoch() -> i32 {
    chrono::NaiveDate::from_ymd_opt(2026, 1, 1)
        .unwrap()
        .num_days_from_ce()
}

/// One or two intervals that do not touch, or one point.
fn intervals(random: &mut Random, ty: InputType) -> CellTest {
    let mut ends: Vec<i64> = (0..4).map(|_| random.between(-6, 6)).collect();
    ends.sort_unstable();
    ends.dedup();
    let mut bound = |value: i64| Bound {
        value: match ty {
            InputType::Date => Exact::whole(i128::from(value) + i128::from(epoch())),
            _ => Exact {
                mantissa: i128::from(value) * 5,
                scale: 1,
            },
        },
        included: random.chance(50),
    };
    let list: Vec<Interval> = match ends.as_slice() {
        [a, b, c, d] => [(Some(*a), Some(*b)), (Some(*c), Some(*d))].to_vec(),
        [a, b, ..] => vec![(Some(*a), Some(*b))],
        [a] => vec![(None, Some(*a))],
        [] => Vec::new(),
    }
    .into_iter()
    .map(|(low, high)| Interval {
        low: low.map(&mut bound),
        high: high.map(&mut bound),
    })
    .collect();
    if random.chance(25) {
        let point = bound_at(list[0].high.or(list[0].low).unwrap());
        return CellTest::Intervals(vec![point]);
    }
    CellTest::Intervals(list)
}

fn bound_at(bound: Bound) -> Interval {
    let bound = Some(Bound {
        included: true,
        ..bound
    });
    Interval {
        low: bound,
        high: bound,
    }
}

fn test(random: &mut Random, ty: InputType) -> CellTest {
    if random.chance(20) {
        return CellTest::Any;
    }
    match ty {
        InputType::Bool => CellTest::Bool(random.chance(50)),
        InputType::Text => CellTest::Texts {
            listed: TEXTS[..=random.below(2)]
                .iter()
                .map(|text| (*text).to_owned())
                .collect(),
            negated: random.chance(25),
        },
        InputType::Number | InputType::Date => intervals(random, ty),
    }
}

fn table(random: &mut Random, number: usize) -> Table {
    let hit = POLICIES[number % POLICIES.len()];
    let all = [
        InputType::Number,
        InputType::Text,
        InputType::Date,
        InputType::Bool,
    ];
    let mut input = |at: usize| {
        let ty = *random.pick(&all).unwrap();
        let domain = if random.chance(25) {
            test(random, ty)
        } else {
            CellTest::Any
        };
        TableInput {
            id: format!("in{at}"),
            ty,
            domain,
        }
    };
    let inputs: Vec<TableInput> = (0..=number % 2).map(&mut input).collect();
    let words = hit == HitPolicy::Priority && number.is_multiple_of(2);
    let output = |value: i64| {
        if words {
            Output::Text(TEXTS[usize::try_from(value.rem_euclid(3)).unwrap()].to_owned())
        } else {
            Output::Number(Exact {
                mantissa: i128::from(value),
                scale: 1,
            })
        }
    };
    let row = |random: &mut Random| TableRow {
        when: inputs.iter().map(|input| test(random, input.ty)).collect(),
        value: output(random.between(-2, 2)),
        cite: Vec::new(),
        place: Place::default(),
    };
    Table {
        id: format!("r{number}"),
        title: String::new(),
        cite: Vec::new(),
        hit,
        priorities: [1, -1, 0, 2, -2].map(output).to_vec(),
        output: if words {
            TableOutput::Text
        } else {
            TableOutput::Number {
                unit: Unit::None,
                scale: u8::from(hit != HitPolicy::Collect(Collect::Count)),
            }
        },
        rows: (0..=random.below(5)).map(|_| row(random)).collect(),
        otherwise: random.chance(30).then(|| output(7)),
        effective: DateRange {
            from: "2025-01-01".parse().unwrap(),
            to: None,
        },
        inputs,
        by: None,
        place: Place::default(),
    }
}

/// A value of an input here, there, and whether it is a fraction.
fn given(random: &mut Random, ty: InputType) -> (Input<'static>, Sql, bool) {
    let value = random.between(-7, 7);
    let (input, text, fraction) = match ty {
        InputType::Bool => {
            let flag = value > 0;
            (Input::Bool(flag), flag.to_string(), false)
        }
        InputType::Text => {
            let text = TEXTS[random.below(TEXTS.len())];
            (
                Input::Text(text),
                format!("CAST({} AS text)", text::quoted(text)),
                false,
            )
        }
        InputType::Date => {
            let day = i128::from(value) + i128::from(epoch());
            (
                Input::Number(day, 1),
                format!("(DATE '2026-01-01' + ({value}))"),
                false,
            )
        }
        InputType::Number if random.chance(50) => {
            let halves = format!("CAST({value} * 0.5 AS numeric)");
            (Input::Number(i128::from(value), 2), halves, false)
        }
        InputType::Number => {
            let below = random.between(1, 4);
            let text = format!("fraction({value}, {below})");
            (
                Input::Number(i128::from(value), i128::from(below)),
                text,
                true,
            )
        }
    };
    (input, Sql::atom(text), fraction)
}

/// What the look-up gives, as PostgreSQL's outcome reads; `None` for a fault.
fn ours(prepared: &PreparedTable, inputs: &[Input<'static>]) -> Option<String> {
    let class = |(at, input): (usize, &Input<'static>)| prepared.lookup.class(at, *input);
    let classes: Vec<usize> = inputs.iter().enumerate().map(class).collect();
    let answer = prepared.answer(prepared.lookup.hit(&classes))?;
    Some(match answer {
        Answer::Number(number) => number.trimmed().to_string(),
        Answer::Text(text) => text.to_owned(),
    })
}

#[test]
fn random_tables_of_every_hit_policy_agree_with_postgresql() {
    let Some(server) = Server::new() else { return };
    let setting = Setting::new(domain::Rounding::HalfUp).unwrap();
    let mut pack = setting.plan.pack().clone();
    let mut random = Random::new(41);
    pack.tables = (0..90).map(|number| table(&mut random, number)).collect();
    let mut script = format!("{}{OUTCOME}", include_str!("../postgresql.sql"));
    let mut expected = Vec::new();
    for table in &pack.tables {
        script.push_str(&tables::create(&pack, table).unwrap());
        let prepared = PreparedTable::new(table);
        let writer = Writer {
            rule: "sample",
            pack: &pack,
            constants: &setting.plan.constants,
            dialect: Dialect::PostgreSql,
            key: "k",
            aggregates: &[],
            peers: &[],
        };
        for _ in 0..30 {
            let given = table
                .inputs
                .iter()
                .map(|input| given(&mut random, input.ty));
            let (inputs, texts): (Vec<_>, Vec<_>) = given
                .map(|(input, sql, fraction)| (input, (sql, fraction)))
                .unzip();
            let found = writer.look_up_in(table, &texts).unwrap();
            let query = format!(
                "SELECT CAST({} AS text) FROM (VALUES (1)) AS one(k)",
                found.text
            );
            script.push_str(&format!("SELECT outcome({});\n", text::quoted(&query)));
            expected.push((ours(&prepared, &inputs), format!("{table:?}\n{query}")));
        }
    }
    let output = server.run(&script).unwrap();
    assert_eq!(output.lines().count(), expected.len());
    let (mut values, mut faults) = (0, 0);
    for (line, (ours, what)) in output.lines().zip(expected) {
        match ours {
            None => {
                faults += 1;
                assert!(line.starts_with("refused"), "{what}\n{line}");
            }
            Some(ours) => {
                values += 1;
                let theirs = line.strip_prefix("value ").unwrap_or(line);
                let number = theirs.parse::<Exact>().map(|one| one.trimmed().to_string());
                assert_eq!(number.as_deref().unwrap_or(theirs), ours, "{what}");
            }
        }
    }
    assert!(
        values > 500 && faults > 100,
        "{values} values, {faults} faults"
    );
}
