#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use super::*;
use crate::fixture::shipped::{calendar, pack, pack_files};

fn run(text: &str) -> (Vec<CaseResult>, Vec<Diagnostic>) {
    let mut files = pack_files();
    files.files.retain(|name, _| !name.starts_with("tests/"));
    files.files.insert("tests/one.toml".into(), text.into());
    run_pack_tests(&files, &pack(), &calendar())
}

#[test]
fn the_shipped_pack_passes_its_own_tests() {
    let (results, diagnostics) = run_pack_tests(&pack_files(), &pack(), &calendar());
    let findings: Vec<String> = diagnostics.iter().map(ToString::to_string).collect();
    assert_eq!(findings.join("\n"), "");
    let failed: Vec<String> = results
        .iter()
        .flat_map(|case| case.differences.iter().map(move |d| (case, d)))
        .map(|(case, d)| {
            let at = format!("{}:{}", d.place.file, d.place.line);
            format!(
                "{at} {}: {} 应为 {}，得 {}",
                case.name, d.key, d.expected, d.found
            )
        })
        .collect();
    assert_eq!(failed.join("\n"), "");
    assert!(results.len() >= 40, "only {} cases", results.len());
}

#[test]
fn every_indicator_of_the_shipped_pack_is_tested() {
    let (cases, _) = load_tests(&pack_files(), &crate::schema::schema());
    let keys: Vec<&String> = cases
        .iter()
        .flat_map(|case| &case.expect)
        .flat_map(|expectation| &expectation.key)
        .collect();
    for indicator in &pack().indicators {
        let tested = keys.contains(&&indicator.id);
        let vetoed = matches!(indicator.kind, engine::pack::IndicatorKind::Veto { .. });
        assert!(tested || vetoed, "{} has no test", indicator.id);
    }
}

#[test]
fn a_wrong_expectation_fails_and_says_what_came_out() {
    let (results, _) = run("[[case]]\nname = \"x\"\nperiod = \"2026-03\"\n\
         [case.given]\nsafeguards = [{ kind = \"data\", required = 4, met = 3 }]\n\
         [case.expect]\nsafeguards_met.value = \"0.8\"\nnonsense = \"1\"\n");
    let differences = &results[0].differences;
    assert_eq!(differences.len(), 2);
    assert_eq!(
        (
            differences[0].expected.as_str(),
            differences[0].found.as_str()
        ),
        ("0.8", "0.75")
    );
    assert_eq!(differences[0].place.line, 7);
    assert!(differences[1].found.contains("no such key"));
}

#[test]
fn a_fault_is_expected_by_its_message_and_never_passes_for_a_value() {
    let given = "[[case]]\nname = \"x\"\nperiod = \"2027-03\"\n[case.given]\n\
                 requests = [{ share_type = \"conditional\", outcome = \"open\", \
                 received_on = 2027-03-01 }]\n";
    let (results, _) = run(&format!("{given}[case.expect]\nfault = \"2027\"\n"));
    assert!(results[0].passed(), "{:?}", results[0].differences);
    let (results, _) = run(&format!(
        "{given}[case.expect]\nreply_on_time = \"12.00\"\n"
    ));
    assert!(!results[0].passed());
}
