#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use super::*;
use crate::fixture::shipped::{calendar, load, other_packs, pack, pack_files};

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
fn every_other_shipped_pack_is_sound_passes_its_tests_and_tests_every_indicator() {
    for files in other_packs() {
        let name = &files.root_name;
        let loaded = load(&files);
        let findings: Vec<String> = loaded.diagnostics.iter().map(ToString::to_string).collect();
        assert_eq!(findings.join("\n"), "", "{name}");
        let pack = loaded.pack.unwrap();
        let (results, findings) = run_pack_tests(&files, &pack, &calendar());
        assert_eq!(findings, [], "{name}");
        let failed: Vec<String> = results
            .iter()
            .flat_map(|case| case.differences.iter().map(move |d| (case, d)))
            .map(|(case, d)| {
                format!(
                    "{} {}: {} 应为 {}，得 {}",
                    name, case.name, d.key, d.expected, d.found
                )
            })
            .collect();
        assert_eq!(failed.join("\n"), "", "{name}");
        assert!(results.len() >= 5, "{name}");
        assert_tested(&files, &pack);
    }
}

fn assert_tested(files: &PackFiles, pack: &Pack) {
    let (cases, _) = load_tests(files, &crate::schema::schema());
    let keys: Vec<&String> = cases
        .iter()
        .flat_map(|case| &case.expect)
        .flat_map(|expectation| &expectation.key)
        .collect();
    for indicator in &pack.indicators {
        let tested = keys.contains(&&indicator.id);
        let vetoed = matches!(indicator.kind, engine::pack::IndicatorKind::Veto { .. });
        assert!(tested || vetoed, "{} has no test", indicator.id);
    }
}

#[test]
fn every_indicator_of_the_shipped_pack_is_tested() {
    assert_tested(&pack_files(), &pack());
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

/// The shipped pack with the value of one indicator replaced.
fn pack_with(indicator: &str, value: &str) -> Pack {
    let mut pack = pack();
    let found = pack.indicators.iter_mut().find(|one| one.id == indicator);
    found.unwrap().value.text = value.into();
    // A table that knows no other kinds.
    for table in &mut pack.tables {
        if table.id == "class_weight" {
            table.otherwise = None;
        }
    }
    pack
}

/// What the cases of a text give under a pack: nothing where all is as expected.
fn differences(pack: &Pack, text: &str) -> Vec<String> {
    let mut files = pack_files();
    files.files.retain(|name, _| !name.starts_with("tests/"));
    files.files.insert("tests/one.toml".into(), text.into());
    let (results, diagnostics) = run_pack_tests(&files, pack, &calendar());
    assert_eq!(diagnostics, []);
    let all = results.iter().flat_map(|case| &case.differences);
    all.map(|one| format!("{} = {} ≠ {}", one.key, one.found, one.expected))
        .collect()
}

/// Three subjects whose safeguards meet so many of ten requirements.
const COMPANY: &str = "[[case]]\nname = \"x\"\nperiod = \"2026-03\"\n\
    subjects = [\"乙局\", \"甲局\", \"丙区\"]\n\
    [case.given]\nsafeguards = [\n\
    { subject = \"甲局\", kind = \"data\", required = 10, met = 4 },\n\
    { subject = \"乙局\", kind = \"data\", required = 10, met = 8 },\n\
    { subject = \"丙区\", kind = \"data\", required = 10, met = 2 },\n]\n";

#[test]
fn cases_give_groups_for_comparisons() {
    let pack = pack_with("safeguards_met", "default(relative_to_best(SUM(met)), 0)");
    let expect = "[case.expect]\n\"甲局\".safeguards_met.value = \"0.5\"\n\
        \"乙局\".safeguards_met.value = \"1\"\n";
    let one = format!("{COMPANY}{expect}\"丙区\".safeguards_met.value = \"0.25\"\n");
    assert_eq!(differences(&pack, &one), [""; 0]);
    let groups = "[case.groups]\n\"丙区\" = \"district\"\n";
    let two = format!("{COMPANY}{groups}{expect}\"丙区\".safeguards_met.value = \"1\"\n");
    assert_eq!(differences(&pack, &two), [""; 0]);
    let unknown = two.replace("district", "planets");
    assert!(differences(&pack, &unknown)[0].contains("没有分组“planets”"));
}

#[test]
fn cases_give_the_period_before() {
    let value = "LEAST(1, default(carry('safeguards_met'), 0) + ratio(SUM(met), 100))";
    let pack = pack_with("safeguards_met", value);
    let prior = "[case.prior]\n\"甲局\" = { total = \"80\", safeguards_met = \"0.5\" }\n";
    let expect = "[case.expect]\n\"甲局\".safeguards_met.value = \"0.54\"\n\
        \"乙局\".safeguards_met.value = \"0.08\"\n";
    assert_eq!(
        differences(&pack, &format!("{COMPANY}{prior}{expect}")),
        [""; 0]
    );
    let unknown = prior.replace("safeguards_met", "safeguard");
    let said = differences(&pack, &format!("{COMPANY}{unknown}{expect}"));
    assert!(said[0].contains("没有指标“safeguard”"), "{said:?}");
    let no_total = prior.replace("total = \"80\", ", "");
    let said = differences(&pack, &format!("{COMPANY}{no_total}{expect}"));
    assert!(said[0].contains("没有总分"), "{said:?}");
}

/// Each outcome that is no value stops the period and names rule, place, department and row.
#[test]
fn what_is_no_value_stops_the_period_and_says_where() {
    for (value, fault) in [
        ("ratio(SUM(met), SUM(met - 4))", "分母为零"),
        (
            "ratio(SUM(met * 100000000000000000000000000000000000000), SUM(met))",
            "超出可表示的范围",
        ),
        ("ratio(SUM(round(met / (met - 4), 2)), 1)", "分母为零"),
        (
            "ratio(SUM(workdays(DATE '2027-01-01', DATE '2027-02-01')), 1)",
            "2027",
        ),
        ("ratio(SUM(class_weight(kind)), 100)", "没有一行适用于"),
        ("ratio(SUM(met), 1)", "应在 0 至 1 之间"),
    ] {
        let mut pack = pack_with("safeguards_met", value);
        for table in &mut pack.tables {
            table.otherwise = None;
        }
        let text = COMPANY
            .replace("met = 8", "met = 0")
            .replace("met = 2", "met = 0");
        let text = format!("{text}[case.expect]\nfault = \"{fault}\"\n");
        assert_eq!(differences(&pack, &text), [""; 0], "{value}");
        let text = text.replace(fault, "no such fault");
        let said = differences(&pack, &text).concat();
        for part in ["safeguards_met", "rules/tiaoli-809/", ".toml:", "部门"] {
            assert!(said.contains(part), "{value}: {part} not in {said}");
        }
    }
}
