//! Many subjects: worked out in blocks, each exactly as if it were alone.

use num_traits::Zero as _;

use super::*;
use crate::reference::{self, BigRational};

/// More subjects than a block takes, with no to five rows each; one has a sum beyond 64 bits.
pub(super) fn frame() -> Frame {
    const SUBJECTS: usize = 2600;
    let schema = schema();
    let mut builder = RowBuilder::new(&schema, SUBJECTS);
    let days = ["2026-03-02", "2026-03-03", "2026-03-04", "2026-03-27"];
    for subject in 0..SUBJECTS {
        for row in 0..(subject * 7 + subject / 11) % 6 {
            let at = days[(subject + row) % days.len()];
            let huge = subject == 1700 && row < 2;
            let importance = if huge {
                Exact {
                    mantissa: i128::from(i64::MAX),
                    scale: 4,
                }
            } else {
                Exact {
                    mantissa: ((subject * 31 + row) % 997).try_into().unwrap(),
                    scale: 4,
                }
            };
            let usage = [
                ("day", date(at)),
                ("consumer", text(["a", "b", "c"][(subject * row) % 3])),
                ("importance", Datum::Number(importance)),
            ];
            builder.push(subject, "usage", &usage).unwrap();
            let request = [
                ("received_on", date("2026-03-02")),
                ("replied_on", date(at)),
                ("share_type", text("unconditional")),
                ("importance", number("1.25")),
            ];
            builder.push(subject, "requests", &request).unwrap();
            let code = ["P1", "P2", "LEAK"][(subject + row) % 3];
            let incident = [("code", text(code))];
            builder.push(subject, "incidents", &incident).unwrap();
        }
    }
    builder.finish().unwrap()
}

pub(super) fn plan_of(text: &str) -> Plan {
    let loaded = load(&files(text), &schema());
    assert!(loaded.pack.is_some(), "{:?}", loaded.diagnostics);
    Plan::new(&loaded.pack.unwrap(), &schema(), "2026-03".parse().unwrap()).unwrap()
}

#[test]
fn many_subjects_are_exact_each() {
    let distinct = "COUNT(DISTINCT (consumer, day)) * 0.5";
    let calendar = calendar();
    let frame = frame();
    for value in [distinct, "SUM(importance)", "default(MAX(importance), 0.5)"] {
        let plan = plan_of(&PACK.replace(distinct, value));
        let bound = plan.bind(&frame, &calendar).unwrap();
        let evaluation = bound.evaluate().unwrap();
        let columns = reference::of_evaluation(&evaluation, frame.subjects);
        let exact = reference::evaluate::<BigRational>(&bound).unwrap();
        let error = reference::largest_error(&columns, &exact);
        assert_eq!(error, Some(BigRational::zero()), "{value}");
    }
}

#[test]
fn a_fault_names_its_subject_and_row_in_whatever_block() {
    let plan = plan_of(&PACK.replace("WHERE code = 'LEAK'", "WHERE violation(code) > 9"));
    let schema = schema();
    let mut builder = RowBuilder::new(&schema, 3000);
    for subject in 0..3000 {
        let code = if subject == 2500 { "P9" } else { "P1" };
        for code in ["P2", code] {
            builder
                .push(subject, "incidents", &[("code", text(code))])
                .unwrap();
        }
    }
    let faults = plan.evaluate(&builder.finish().unwrap(), &calendar());
    let faults = faults.unwrap_err();
    let leak = faults.iter().find(|fault| fault.rule == "leak").unwrap();
    assert_eq!((leak.subject, leak.row), (Some(2500), Some(5001)));
}
