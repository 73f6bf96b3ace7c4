//! Traces add up to the values they explain.

use super::values::frame;
use super::*;

fn trace(id: &str, subject: usize) -> Trace {
    let (plan, frame, calendar) = (plan("2026-03"), frame(), calendar());
    let bound = plan.bind(&frame, &calendar).unwrap();
    let (index, _) = plan.pack().indicator(id).unwrap();
    let trace = bound.trace(index, subject).unwrap();
    let evaluation = bound.evaluate().unwrap();
    assert_eq!(evaluation.cell(index, subject), Some(trace.cell));
    trace
}

#[test]
fn rows_add_up_to_the_value_exactly() {
    for id in ["reply_on_time", "reply_speed", "contribution", "violations"] {
        for subject in 0..2 {
            let trace = trace(id, subject);
            let Some(Value::Number(value)) = trace.cell.value else {
                assert!(trace.decomposition.is_none());
                continue;
            };
            let parts = trace.decomposition.unwrap();
            let total = |part: fn(&RowShare) -> Quantity| {
                let all = parts.shares.iter().map(part);
                all.fold(Quantity::ZERO, |sum, part| sum.checked_add(part).unwrap())
            };
            assert_eq!(total(|share| share.numerator), parts.numerator, "{id}");
            let quotient = parts.numerator.checked_div(parts.denominator).unwrap();
            assert_eq!(quotient, value, "{id}");
        }
    }
}

#[test]
fn a_trace_shows_the_formula_with_its_values_and_rows() {
    let trace = trace("reply_on_time", 0);
    assert_eq!(trace.substituted, "ratio(1.7501, 2.2501)");
    assert_eq!(trace.rows.len(), 3);
    let second: Vec<String> = trace.rows[1]
        .values
        .iter()
        .map(|(what, value)| format!("{what} = {value}"))
        .collect();
    insta::assert_snapshot!(second.join("\n"), @r#"
reply_due = true
outcome = 'agreed'
reply_on_time = false
importance = 0.5
"#);
}

#[test]
fn a_trace_cites_the_table_rows_it_used() {
    let trace = trace("violations", 0);
    let used: Vec<_> = trace
        .tables
        .iter()
        .map(|one| (one.row, one.value.as_str(), one.cite[0].article.as_str()))
        .collect();
    assert_eq!(used, [(Some(0), "0.5", "39"), (Some(1), "2.0", "40")]);
}
