//! What the books accept and what they refuse, case by case.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use chrono::NaiveDate;
use domain::Fen;

use crate::account::Account;
use crate::books::PeriodState;
use crate::command::{Action, Actor, ControlTotal, Grant, Role};
use crate::digest::Digest;
use crate::event::{Body, RunChange};
use crate::order::OrderLine;
use crate::rejection::Rejection;
use crate::run_state::Stage;
use crate::trial::{
    Trial, approve, assessor, award, awards, calculate, day, department, finance, line, order,
    period, propose, propose_on, reject, robot, submit, void, withhold,
};

mod appeals;
mod claims;
mod orders;
mod payments;
mod words;
mod year_end;

fn grant(which: u8, fen: i64, document: &str) -> Grant {
    Grant {
        line: line(which),
        amount_fen: Fen::new(fen),
        document: document.into(),
        effective_on: day(6),
    }
}

#[test]
fn an_approved_run_reserves_then_owes() {
    let mut trial = Trial::funded();
    let run = awards(
        "r1",
        vec![
            award(1, 0, 3_000, 0),
            award(2, 0, 1_000, 500),
            award(2, 1, 0, 7),
        ],
    );
    assert_eq!(trial.run(&robot(), calculate(&run)), Ok(4));
    assert_eq!(trial.fen(&Account::Available(line(0))), 6_000);
    assert_eq!(trial.fen(&Account::Reserved(line(0))), 4_000);
    assert_eq!(trial.fen(&Account::Entitlement(department(2))), -507);
    assert_eq!(trial.fen(&Account::Payable(department(1))), 0);
    trial.run(&assessor(), submit(&run)).unwrap();
    assert_eq!(trial.run(&finance(), approve(&run)), Ok(3));
    assert_eq!(trial.fen(&Account::Reserved(line(0))), 0);
    assert_eq!(trial.fen(&Account::Encumbered(line(0))), 4_000);
    assert_eq!(trial.fen(&Account::Payable(department(1))), -3_000);
    assert_eq!(trial.fen(&Account::Payable(department(2))), -1_000);
    let state = trial.books.run(&run.run).unwrap();
    assert_eq!(state.stage, Stage::Approved);
    assert_eq!(state.approver.as_deref(), Some("li"));
    assert_eq!((state.reserves.len(), state.accruals.len()), (3, 2));
}

#[test]
fn a_repeated_command_does_nothing() {
    let mut trial = Trial::funded();
    let run = awards("r1", vec![award(1, 0, 3_000, 0)]);
    for (actor, action) in [
        (robot(), calculate(&run)),
        (assessor(), submit(&run)),
        (finance(), approve(&run)),
        (robot(), calculate(&run)),
        (finance(), approve(&run)),
    ] {
        trial.run(&actor, action.clone()).unwrap();
        assert_eq!(trial.run(&actor, action), Ok(0));
    }
    let again = Action::Appropriate(grant(0, 10_000, "豫财〔2026〕0号"));
    assert_eq!(trial.run(&finance(), again), Ok(0));
    let other = Action::Appropriate(grant(0, 10_001, "豫财〔2026〕0号"));
    assert!(matches!(
        trial.run(&finance(), other),
        Err(Rejection::KeyConflict { .. })
    ));
}

#[test]
fn the_same_run_with_other_awards_is_a_conflict() {
    let mut trial = Trial::funded();
    let run = awards("r1", vec![award(1, 0, 3_000, 0)]);
    trial.run(&robot(), calculate(&run)).unwrap();
    let changed = awards("r1", vec![award(1, 0, 3_001, 0)]);
    assert!(matches!(
        trial.run(&robot(), calculate(&changed)),
        Err(Rejection::RunConflict { .. })
    ));
    // The order of the lines and awards of nothing make no difference.
    let same = awards("r1", vec![award(3, 1, 0, 0), award(1, 0, 3_000, 0)]);
    assert_eq!(trial.run(&robot(), calculate(&same)), Ok(0));
}

#[test]
fn an_approval_needs_another_person_the_digest_and_the_totals() {
    let mut trial = Trial::funded();
    let run = awards("r1", vec![award(1, 0, 3_000, 0)]);
    let maker = Actor::new("wang", Role::Assessor);
    trial.run(&maker, calculate(&run)).unwrap();
    let early = trial.run(&finance(), approve(&run));
    assert!(matches!(early, Err(Rejection::WrongStage { .. })));
    trial.run(&assessor(), submit(&run)).unwrap();
    for person in ["wang", "zhang"] {
        let same = Actor::new(person, Role::Finance);
        let refused = trial.run(&same, approve(&run));
        assert!(
            matches!(refused, Err(Rejection::SamePerson { .. })),
            "{person}"
        );
    }
    let refused = trial.run(&assessor(), approve(&run));
    assert!(matches!(refused, Err(Rejection::RoleForbidden { .. })));
    let refused = trial.run(
        &finance(),
        Action::ApproveRun {
            run: run.run.clone(),
            digest: Digest::of(b"other"),
            control: run.control().unwrap(),
            effective_on: day(31),
        },
    );
    assert!(matches!(refused, Err(Rejection::DigestMismatch { .. })));
    let refused = trial.run(
        &finance(),
        Action::ApproveRun {
            run: run.run.clone(),
            digest: run.digest,
            control: ControlTotal {
                count: 1,
                total_fen: Fen::new(2_999),
            },
            effective_on: day(31),
        },
    );
    assert!(matches!(refused, Err(Rejection::ControlMismatch { .. })));
    trial.run(&finance(), approve(&run)).unwrap();
}

#[test]
fn t20_an_award_beyond_the_line_names_line_asked_and_available() {
    let mut trial = Trial::funded();
    let run = awards("r1", vec![award(1, 0, 6_000, 0), award(2, 0, 4_001, 0)]);
    let before = trial.books.clone();
    assert_eq!(
        trial.run(&robot(), calculate(&run)),
        Err(Rejection::Overdraft {
            line: line(0),
            asked_fen: Fen::new(10_001),
            available_fen: Fen::new(10_000),
        })
    );
    assert_eq!(trial.books, before);
    let unknown = awards("r1", vec![award(1, 9, 1, 0)]);
    let refused = trial.run(&robot(), calculate(&unknown)).unwrap_err();
    assert_eq!(refused.code(), "appropriation_exceeded");
}

#[test]
fn t20_a_line_is_not_cut_below_what_is_promised() {
    let mut trial = Trial::funded();
    let run = awards("r1", vec![award(1, 0, 6_000, 0)]);
    trial.run(&robot(), calculate(&run)).unwrap();
    let cut = |fen| Action::Amend(grant(0, fen, "豫财〔2026〕9号"));
    assert!(matches!(
        trial.run(&finance(), cut(-4_001)),
        Err(Rejection::Overdraft { .. })
    ));
    assert_eq!(trial.run(&finance(), cut(-4_000)), Ok(1));
    assert_eq!(trial.fen(&Account::Authority(line(0))), -6_000);
    let negative = Action::Appropriate(grant(1, -5, "豫财〔2026〕8号"));
    assert_eq!(trial.run(&finance(), negative), Err(Rejection::NotPositive));
}

#[test]
fn awards_the_books_cannot_keep_are_refused() {
    let mut trial = Trial::funded();
    let mut uncited = award(1, 0, 5, 0);
    uncited.cite = String::new();
    for lines in [
        vec![award(1, 0, -5, 0)],
        vec![award(1, 0, 5, -1)],
        vec![award(1, 0, 5, 0), award(1, 0, 6, 0)],
        vec![uncited],
    ] {
        let refused = trial.run(&robot(), calculate(&awards("r1", lines)));
        assert!(matches!(refused, Err(Rejection::BadAward { .. })));
    }
    let mut future = awards("r1", vec![award(1, 0, 5, 0)]);
    future.period = period("2026-04");
    assert!(matches!(
        trial.run(&robot(), calculate(&future)),
        Err(Rejection::FuturePeriod { .. })
    ));
    let bound = Fen::BOUND;
    let huge = awards("r1", vec![award(1, 0, bound, 0), award(2, 0, bound, 0)]);
    assert_eq!(
        trial.run(&robot(), calculate(&huge)),
        Err(Rejection::OutOfRange)
    );
}

#[test]
fn a_new_run_takes_the_place_of_one_that_is_not_approved() {
    let mut trial = Trial::funded();
    let first = awards("r1", vec![award(1, 0, 9_000, 3)]);
    let second = awards("r2", vec![award(1, 0, 10_000, 0)]);
    trial.run(&robot(), calculate(&first)).unwrap();
    trial.run(&assessor(), submit(&first)).unwrap();
    // The second needs the money the first holds.
    trial.run(&robot(), calculate(&second)).unwrap();
    assert_eq!(trial.books.run(&first.run).unwrap().stage, Stage::Voided);
    assert_eq!(trial.fen(&Account::Available(line(0))), 0);
    assert_eq!(trial.fen(&Account::Unfunded(department(1))), 0);
    // The facts came back to what they were: the first run counts again.
    trial.run(&robot(), calculate(&first)).unwrap();
    assert_eq!(trial.books.run(&first.run).unwrap().attempt, 2);
    assert_eq!(trial.fen(&Account::Reserved(line(0))), 9_000);
    trial.run(&assessor(), submit(&first)).unwrap();
    trial.run(&finance(), approve(&first)).unwrap();
    assert!(matches!(
        trial.run(&robot(), calculate(&second)),
        Err(Rejection::PeriodApproved { .. })
    ));
}

#[test]
fn a_rejected_run_gives_back_what_it_held() {
    let mut trial = Trial::funded();
    let run = awards("r1", vec![award(1, 0, 9_000, 3)]);
    trial.run(&robot(), calculate(&run)).unwrap();
    trial.run(&assessor(), submit(&run)).unwrap();
    trial.run(&finance(), reject(&run)).unwrap();
    assert_eq!(trial.fen(&Account::Available(line(0))), 10_000);
    assert_eq!(trial.fen(&Account::Entitlement(department(1))), 0);
    let refused = trial.run(&finance(), approve(&run));
    assert!(matches!(refused, Err(Rejection::WrongStage { .. })));
    let unknown = awards("r9", vec![]);
    let refused = trial.run(&finance(), reject(&unknown));
    assert!(matches!(refused, Err(Rejection::RunUnknown { .. })));
}

#[test]
fn an_approved_run_is_voided_only_while_nothing_followed_from_it() {
    let mut trial = Trial::funded();
    let run = awards("r1", vec![award(1, 0, 3_000, 9), award(2, 1, 500, 0)]);
    trial.approve(&run);
    let accrual = trial.books.run(&run.run).unwrap().accruals[0];
    trial
        .order(&order("w1", vec![withhold(accrual, 1_000)]))
        .unwrap();
    assert!(matches!(
        trial.run(&finance(), void(&run)),
        Err(Rejection::AccrualMoved { .. })
    ));
    let amount_fen = Fen::new(1_000);
    let unhold = OrderLine::Unhold {
        accrual,
        amount_fen,
    };
    trial.order(&order("u1", vec![unhold])).unwrap();
    let refused = trial.run(&assessor(), void(&run));
    assert!(matches!(refused, Err(Rejection::RoleForbidden { .. })));
    trial.run(&finance(), void(&run)).unwrap();
    for account in [
        Account::Payable(department(1)),
        Account::Payable(department(2)),
        Account::Encumbered(line(0)),
        Account::Reserved(line(1)),
        Account::Unfunded(department(1)),
    ] {
        assert_eq!(trial.fen(&account), 0, "{account}");
    }
    assert_eq!(trial.fen(&Account::Available(line(0))), 10_000);
    assert_eq!(trial.books.accrual(accrual), None);
}

#[test]
fn t20_what_was_unfunded_and_is_funded_later_leaves_the_memo_and_comes_back_with_a_withdrawal() {
    let mut trial = Trial::funded();
    let run = awards("r1", vec![award(1, 0, 3_000, 500)]);
    trial.approve(&run);
    trial.turn_to("2026-04");
    let mut later = awards("r2", vec![award(1, 0, 400, -400), award(2, 0, 10, 0)]);
    later.period = period("2026-04");
    let day = NaiveDate::from_ymd_opt(2026, 4, 30).unwrap();
    let calculated = Action::CalculateRun {
        awards: later.clone(),
        effective_on: day,
    };
    trial.run(&robot(), calculated).unwrap();
    assert_eq!(trial.fen(&Account::Unfunded(department(1))), 100);
    assert_eq!(trial.fen(&Account::Entitlement(department(1))), -100);
    let rejected = Action::RejectRun {
        run: later.run.clone(),
        reason: "重算".into(),
        effective_on: day,
    };
    trial.run(&finance(), rejected).unwrap();
    assert_eq!(trial.fen(&Account::Unfunded(department(1))), 500);
}

#[test]
fn t18_a_closed_month_takes_nothing_and_seals_all_balances() {
    let mut trial = Trial::funded();
    let run = awards("r1", vec![award(1, 0, 3_000, 0)]);
    trial.run(&robot(), calculate(&run)).unwrap();
    let close = Action::ClosePeriod {
        period: period("2026-03"),
    };
    assert!(matches!(
        trial.run(&finance(), close.clone()),
        Err(Rejection::RunPending { .. })
    ));
    trial.run(&assessor(), submit(&run)).unwrap();
    trial.run(&finance(), approve(&run)).unwrap();
    let sealed = trial.books.balances_root();
    trial.run(&finance(), close.clone()).unwrap();
    assert_eq!(trial.run(&finance(), close), Ok(0));
    assert!(matches!(
        &trial.events.last().unwrap().body,
        Body::PeriodClosed { balances_root, accounts: 8, .. } if *balances_root == sealed
    ));
    let accrual = trial.books.run(&run.run).unwrap().accruals[0];
    let late = order("w", vec![withhold(accrual, 1)]);
    assert!(matches!(
        trial.run(&finance(), propose(&late)),
        Err(Rejection::PeriodClosed { .. })
    ));
    let open = |text| Action::OpenPeriod {
        period: period(text),
    };
    assert!(matches!(
        trial.run(&finance(), open("2026-03")),
        Err(Rejection::PeriodClosed { .. })
    ));
    // The correction stands in April and says it is about March.
    let in_april = propose_on(&late, period("2026-04").first_day());
    assert!(matches!(
        trial.run(&finance(), in_april.clone()),
        Err(Rejection::PeriodNotOpen { .. })
    ));
    trial.run(&finance(), open("2026-04")).unwrap();
    trial.run(&finance(), in_april).unwrap();
    let Body::Posted(posted) = &trial.events.last().unwrap().body else {
        panic!("a posted transaction");
    };
    assert_eq!(posted.transaction.for_period, period("2026-03"));
    assert_eq!(
        trial.books.period(period("2026-03")),
        Some(PeriodState::Closed)
    );
}

#[test]
fn a_clock_that_went_back_does_not_date_a_record_before_its_predecessor() {
    let mut trial = Trial::funded();
    let last = trial.books.recorded_at();
    trial.now = -1_000;
    let run = awards("r1", vec![award(1, 0, 3_000, 0)]);
    trial.run(&robot(), calculate(&run)).unwrap();
    assert_eq!(trial.books.recorded_at(), last);
}

#[test]
fn events_that_do_not_follow_are_refused() {
    let mut trial = Trial::funded();
    let run = awards("r1", vec![award(1, 0, 3_000, 0)]);
    trial.approve(&run);
    let count = trial.events.len();
    for index in 0..count {
        let mut missing = trial.events.clone();
        missing.remove(index);
        let replayed = crate::Books::replay(&missing);
        assert!(replayed.is_err() || index == count - 1);
    }
    // The submitter approves, straight into the log.
    let at = trial.events.iter().position(|event| {
        matches!(
            &event.body,
            Body::Run {
                change: RunChange::Approved { .. },
                ..
            }
        )
    });
    let mut forged = trial.events.clone();
    forged[at.unwrap()].actor = assessor();
    assert!(crate::Books::replay(&forged).is_err());
    let mut raised = trial.events.clone();
    if let Body::Posted(posted) = &mut raised[count - 1].body {
        posted.marks[0].balance_after_fen = Fen::new(1);
    }
    assert!(crate::Books::replay(&raised).is_err());
}
