//! The portable part of the same SQL on DuckDB, whose numbers have 38 digits: what fits agrees.

use domain::Rounding;
use oracle::{DuckDb, Outcome};

use super::whole::{deadline_rows, random_frame, script as whole_script};
use super::{answers, differential};
use crate::sample::{Level, Random, Reach, Setting, Trial, facts_of};
use crate::sql::{Dialect, Exporter};

/// Random formulas compared; those with a fault on some row are left to PostgreSQL.
const FORMULAS: usize = 400;

#[test]
fn random_formulas_agree_with_duckdb_where_they_fit() {
    let Some(duckdb) = DuckDb::new() else { return };
    let settings = Rounding::ALL.map(|mode| Setting::new(mode).unwrap());
    let mut random = Random::new(38);
    let frame = facts_of(&settings[0].schema, &mut random, Reach::Ordinary, (12, 9));
    let script = differential::script(&settings[0], &frame, Dialect::DuckDb);
    let (mut queries, mut expected) = (Vec::new(), Vec::new());
    while queries.len() < FORMULAS {
        let setting = random.pick(&settings).unwrap();
        let trial = Trial::new(setting, &frame).unwrap();
        let level = [Level::Row, Level::Subject][random.below(2)];
        let question = setting.question(&mut random, level);
        let answers: Result<Vec<_>, _> = trial.columns(&question).into_iter().collect();
        let Ok(answers) = answers else { continue };
        let Ok((query, _)) = differential::query(&setting.plan, &question, Dialect::DuckDb) else {
            continue; // compares with the group, or reads the period before
        };
        queries.push(format!("SELECT value FROM ({query}) AS q ORDER BY key"));
        expected.push((question.text, answers));
    }
    let mut fitting = 0;
    let outcomes = duckdb.run(&script, &queries);
    for ((outcome, query), (text, answers)) in outcomes.iter().zip(&queries).zip(expected) {
        let Outcome::Rows(rows) = outcome else {
            continue;
        };
        fitting += 1;
        assert_eq!(rows.len(), answers.len(), "{text}");
        for (found, ours) in rows.iter().zip(answers) {
            let theirs = answers::read_unreduced(found, &ours);
            assert_eq!(theirs.as_ref(), Some(&ours), "{text}\n{query}\n{found}");
        }
    }
    eprintln!("{fitting} of {FORMULAS} formulas fit DuckDB");
    let refused = outcomes
        .iter()
        .find(|one| matches!(one, Outcome::Refused(_)));
    assert!(fitting * 4 > FORMULAS * 3, "only {fitting}: {refused:?}");
}

#[test]
fn deadlines_and_indicators_of_a_pack_agree_with_duckdb() {
    let Some(duckdb) = DuckDb::new() else { return };
    let (plan, calendar) = (crate::tests::plan("2026-03"), crate::tests::calendar());
    let frame = random_frame(&mut Random::new(7));
    let bound = plan.bind(&frame, &calendar).unwrap();
    let exporter = Exporter::new(&plan, Dialect::DuckDb);
    let mut queries = vec![
        "SELECT reply_due_on, CAST(reply_days AS integer), CAST(reply_limit AS integer), \
         CAST(reply_on_time AS text), CAST(reply_open AS text), CAST(reply_due AS text) \
         FROM requests ORDER BY row_no"
            .to_owned(),
    ];
    let mut expected = Vec::new();
    for column in bound.evaluate().unwrap().indicators {
        let (query, _) = exporter.indicator(column.indicator).unwrap();
        queries.push(format!(
            "SELECT cases, status, value FROM ({query}) AS q ORDER BY department"
        ));
        expected.push(column.cells);
    }
    let outcomes = duckdb.run(&whole_script(&plan, &frame, Dialect::DuckDb), &queries);
    let Outcome::Rows(rows) = &outcomes[0] else {
        panic!("{:?}", outcomes[0]);
    };
    let flags = |row: &String| row.replace("true", "t").replace("false", "f");
    assert_eq!(
        rows.iter().map(flags).collect::<Vec<_>>(),
        deadline_rows(&bound)
    );
    for ((outcome, query), cells) in outcomes.iter().zip(&queries).skip(1).zip(expected) {
        let Outcome::Rows(rows) = outcome else {
            panic!("{query}\n{outcome:?}");
        };
        assert_eq!(rows.len(), cells.len());
        for (row, cell) in rows.iter().zip(cells.iter()) {
            let fields: Vec<&str> = row.split(oracle::separator()).collect();
            assert_eq!(fields[0], cell.cases.to_string(), "{query}");
            assert_eq!(fields[1], super::whole::status(cell.status), "{query}");
            if let Some(crate::Value::Number(ours)) = cell.value {
                assert!(answers::is(fields[2], ours), "{query}\n{row}");
            }
        }
    }
}
