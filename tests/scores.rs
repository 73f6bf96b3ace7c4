//! Scores over a generated city: every one of them decomposes exactly.

use app::App;
use app::clock::Clock;
use domain::Period;

use crate::support::{NOW, Office};

#[test]
fn every_score_is_the_exact_sum_of_its_parts_down_to_the_rows() {
    let office = Office::with_city();
    let run = office.json(&["run", "--period", "2026-02"]);
    let app = App::open(&office.data(), Clock::Fixed(NOW.parse().unwrap())).unwrap();
    let period: Period = "2026-02".parse().unwrap();
    let mut rows = 0;
    for group in run["groups"].as_array().unwrap() {
        for row in group["rows"].as_array().unwrap() {
            let name = row["department"].as_str().unwrap();
            let id = app.find_department(period, name).unwrap();
            let explanation = app.explain_unchecked(period, &id, None).unwrap();
            assert!(explanation.root.adds_up(), "{name}");
            assert_eq!(
                explanation
                    .root
                    .amount
                    .shown(2, domain::Rounding::HalfUp)
                    .to_string(),
                row["total"].as_str().unwrap(),
                "{name}"
            );
            rows += explanation
                .root
                .walk()
                .iter()
                .filter(|node| node.evidence.is_some())
                .count();
        }
    }
    assert!(rows > 1000, "only {rows} rows of evidence");
}

#[test]
fn an_explanation_reaches_from_the_number_to_file_line_and_article() {
    let office = Office::with_city();
    office.ok(&["run", "--period", "2026-02"]);
    let text = office.ok(&[
        "explain",
        "郑州市公安局",
        "--period",
        "2026-02",
        "sample_pass",
        "--all",
    ]);
    for part in [
        "公式 formula",
        "代入 values",
        "出处 source",
        ".xlsx:",
        "第十八条",
    ] {
        assert!(text.contains(part), "no {part} in {text}");
    }
    let message = office.fails(&["explain", "郑州市", "--period", "2026-02"]);
    assert!(message.contains("ambiguous"), "{message}");
}

#[test]
fn an_explanation_speaks_both_languages_and_says_what_would_raise_the_score() {
    let office = Office::with_city();
    office.ok(&["run", "--period", "2026-02"]);
    let ask = ["explain", "郑州市教育局", "--period", "2026-02"];
    let asked = |more: &[&str]| office.ok(&[&ask[..], more].concat());
    let (zh, en) = (asked(&["--prose"]), asked(&["--prose", "--lang", "en"]));
    assert!(
        zh.contains("最能提高得分的是") && zh.contains("同组第"),
        "{zh}"
    );
    assert!(
        en.contains("What would raise the score most") && en.contains("points"),
        "{en}"
    );
    assert!(asked(&["--lang", "en"]).contains("total  "));

    // The first way named, and no other, gains what is promised: it is computed, not guessed.
    let found = office.json(&ask);
    let raises = found["raise"].as_array().unwrap();
    let gains: Vec<f64> = raises
        .iter()
        .map(|one| one["gain"].as_str().unwrap().parse().unwrap())
        .collect();
    assert!(
        !gains.is_empty() && gains.is_sorted_by(|a, b| a >= b),
        "{gains:?}"
    );
    assert!(gains[0] > 0.0, "{found}");
    let one = raises[0]["indicator"].as_str().unwrap();
    let only = office.json(&[&ask[..], &[one]].concat());
    for raise in only["raise"].as_array().unwrap() {
        assert_eq!(raise["indicator"], one);
    }
}
