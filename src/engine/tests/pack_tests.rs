//! Cases beside the rules are read into frames and expectations.

use super::*;
use crate::pack_test::{Expected, load_tests};

const CASES: &str = r#"
[[case]]
name = "两个部门"
period = "2026-03"
subjects = ["甲", "乙"]
given.incidents = [{ subject = "乙", code = "P2" }, { code = "P1" }]
[[case.given.requests]]
received_on = 2026-03-02
importance = "1.5"
[case.expect]
"乙".violations = "2.0"
due = 2026-03-03
list = [1, true]
"#;

fn with(text: &str) -> PackFiles {
    let mut files = files(PACK);
    files.files.insert("tests/a.toml".into(), text.into());
    files
}

#[test]
fn a_case_becomes_a_frame_and_expectations() {
    let (tests, diagnostics) = load_tests(&with(CASES), &schema());
    assert_eq!(diagnostics, []);
    let test = &tests[0];
    let frame = test.frame(&schema()).unwrap();
    assert_eq!(frame.subjects, 2);
    let evaluation = plan("2026-03").evaluate(
        &PackTest {
            given: test.given[..2].to_vec(),
            ..test.clone()
        }
        .frame(&schema())
        .unwrap(),
        &calendar(),
    );
    let plan = plan("2026-03");
    let (index, _) = plan.pack().indicator("violations").unwrap();
    let cell = evaluation.unwrap().cell(index, 1).unwrap();
    assert_eq!(cell.value, Some(Value::Number(Quantity::whole(2))));
    let keys: Vec<String> = test.expect.iter().map(|one| one.key.join(".")).collect();
    assert_eq!(keys, ["乙.violations", "due", "list"]);
    assert_eq!(test.expect[0].value, Expected::Text("2.0".into()));
    assert_eq!(test.expect[1].value, Expected::Date(day("2026-03-03")));
    assert_eq!(
        test.expect[2].value,
        Expected::List(vec![Expected::Whole(1), Expected::Bool(true)])
    );
}

#[test]
fn mistakes_in_cases_are_placed() {
    let text = CASES
        .replace("received_on", "recieved_on")
        .replace("\"1.5\"", "1.5")
        .replace("\"乙\", code", "\"丙\", code");
    let (tests, diagnostics) = load_tests(&with(&text), &schema());
    assert!(tests.is_empty());
    let shown: Vec<String> = diagnostics.iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(shown.join("\n"), @r#"
错误 error[tests.subject]: 没有对象“丙” (unknown subject 丙)
  --> rules/mini/tests/a.toml:6:32
   | given.incidents = [{ subject = "丙", code = "P2" }, { code = "P1" }]
   |                                ^^^^
   = 建议 help: 您是否想写 `乙`？ (did you mean `乙`?)

错误 error[rules.unknown_column]: 事实表“requests”没有列“recieved_on” (unknown column recieved_on)
  --> rules/mini/tests/a.toml:8:15
   | recieved_on = 2026-03-02
   |               ^^^^^^^^^^
   = 建议 help: 您是否想写 `received_on`？ (did you mean `received_on`?)

错误 error[tests.value]: 列“importance”应为数 number [none] (expected 数 number [none])
  --> rules/mini/tests/a.toml:9:14
   | importance = 1.5
   |              ^^^
   = 建议 help: 数写作 "1.5" 或 3，日期写作 2026-03-02 (numbers quoted or whole)
"#);
}
