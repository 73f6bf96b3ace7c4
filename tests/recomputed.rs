//! What the program shows of a month, against what PostgreSQL makes of the exported script.

use oracle::Schema;

use crate::support::{Office, dump};

/// A row of the program's database and of the script's tables, as one line.
const SCORES: [&str; 2] = [
    "SELECT department_id || '|' || total || '|' || COALESCE(grade, '') || '|' || \
     COALESCE(CAST(rank AS text), '') || '|' || rank_of || '|' || standing AS line \
     FROM scores ORDER BY department_id",
    "SELECT department || '|' || total || '|' || COALESCE(grade, '') || '|' || \
     COALESCE(CAST(rank AS text), '') || '|' || ranked_of || '|' || standing \
     FROM results ORDER BY department COLLATE \"C\"",
];
const INDICATORS: [&str; 2] = [
    "SELECT department_id || '|' || indicator_id || '|' || points || '|' || status || '|' || \
     case_count AS line FROM indicator_scores ORDER BY department_id, indicator_id",
    "SELECT department || '|' || indicator || '|' || points || '|' || status || '|' || cases \
     FROM indicator_results ORDER BY department COLLATE \"C\", indicator COLLATE \"C\"",
];

#[test]
fn the_exported_month_of_a_city_has_every_score_of_the_program() {
    let Some(server) = Schema::new() else { return };
    let office = if oracle::is_nightly() {
        Office::with_whole_city()
    } else {
        Office::with_city()
    };
    office.ok(&["run", "--period", "2026-01"]);
    let path = office.path("2026-01.sql");
    let file = path.to_string_lossy();
    office.ok(&[
        "rules", "export", "--sql", "--period", "2026-01", "--out", &file,
    ]);
    server
        .run(&std::fs::read_to_string(&path).unwrap())
        .unwrap();
    for [ours, theirs] in [SCORES, INDICATORS] {
        let ours = dump::lines(&office.data().join("hengxiang.db"), ours);
        let theirs = server.run(theirs).unwrap();
        let theirs: Vec<&str> = theirs.lines().collect();
        assert!(ours.len() >= 9, "{ours:?}");
        assert_eq!(ours, theirs);
    }
}

#[test]
fn the_logic_alone_is_written_for_any_month_and_a_month_without_facts_is_refused() {
    let office = Office::with_city();
    let logic = office.ok(&[
        "rules",
        "export",
        "--sql",
        "--schema-only",
        "--period",
        "2026-02",
        "--pack",
        "tiaoli-809",
    ]);
    assert!(logic.contains("CREATE TABLE results AS") && !logic.contains("INSERT INTO fact_"));
    let empty = Office::new();
    let message = empty.fails(&["rules", "export", "--sql", "--period", "2026-02"]);
    assert!(message.contains("2026-02"), "{message}");
}
