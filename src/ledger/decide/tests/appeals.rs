//! Appeals: what is contested stands apart until it is decided, up the ladder of art. 28.

use super::*;
use crate::appeal::{Contest, Outcome, Ruling, Step};
use crate::trial::{contest, liaison, pay};

fn owing() -> (Trial, u64) {
    let mut trial = Trial::funded();
    let run = awards("r1", vec![award(1, 0, 3_000, 0)]);
    trial.approve(&run);
    let accrual = trial.accruals(&run)[0];
    (trial, accrual)
}

fn open(contest: &Contest) -> Action {
    Action::OpenAppeal {
        appeal: "a1".into(),
        contest: contest.clone(),
        effective_on: day(31),
    }
}

fn step(step: Step) -> Action {
    Action::AdvanceAppeal {
        appeal: "a1".into(),
        step,
        office: "市数据局".into(),
        due_on: day(31),
    }
}

fn end(outcome: Outcome, cut: i64) -> Action {
    let ruling = Ruling {
        outcome,
        cut_fen: Fen::new(cut),
        document: "郑数裁〔2026〕1号".into(),
        reason: "经复核".into(),
    };
    Action::EndAppeal {
        appeal: "a1".into(),
        ruling,
        effective_on: day(31),
    }
}

#[test]
fn what_is_contested_is_not_paid_until_it_is_decided() {
    let (mut trial, accrual) = owing();
    let contested = contest(1, accrual, 1_000);
    assert_eq!(trial.run(&liaison(), open(&contested)), Ok(2));
    assert_eq!(trial.run(&liaison(), open(&contested)), Ok(0));
    assert_eq!(trial.fen(&Account::Disputed(department(1))), -1_000);
    let refused = trial
        .order(&order("p", vec![pay(accrual, 2_001)]))
        .unwrap_err();
    assert_eq!(refused.code(), "accrual_exceeded");
    let early = trial.run(&assessor(), end(Outcome::Upheld, 0)).unwrap_err();
    assert_eq!(early.code(), "appeal_wrong_step");
    let skipped = trial
        .run(&assessor(), step(Step::Coordinating))
        .unwrap_err();
    assert_eq!(skipped.code(), "appeal_wrong_step");
    for (up, count) in [
        (Step::Negotiating, 1),
        (Step::Negotiating, 0),
        (Step::Coordinating, 1),
        (Step::Escalated, 1),
    ] {
        assert_eq!(trial.run(&assessor(), step(up)), Ok(count));
    }
    assert_eq!(trial.run(&assessor(), end(Outcome::Dismissed, 0)), Ok(2));
    assert_eq!(trial.run(&assessor(), end(Outcome::Dismissed, 0)), Ok(0));
    assert_eq!(trial.fen(&Account::Disputed(department(1))), 0);
    assert_eq!(trial.fen(&Account::Payable(department(1))), -3_000);
    let again = trial.run(&assessor(), end(Outcome::Upheld, 0)).unwrap_err();
    assert_eq!(again.code(), "appeal_wrong_step");
    assert_eq!(
        trial.books.appeal(&"a1".into()).unwrap().stage_code(),
        "dismissed"
    );
}

#[test]
fn a_ruling_against_the_department_gives_the_line_its_money_back() {
    let (mut trial, accrual) = owing();
    trial
        .run(&liaison(), open(&contest(1, accrual, 1_000)))
        .unwrap();
    trial.run(&assessor(), step(Step::Negotiating)).unwrap();
    for (outcome, cut) in [
        (Outcome::Upheld, 1),
        (Outcome::Partly, 1_001),
        (Outcome::Partly, -1),
    ] {
        let refused = trial.run(&assessor(), end(outcome, cut)).unwrap_err();
        assert_eq!(refused.code(), "appeal_invalid");
    }
    assert_eq!(trial.run(&assessor(), end(Outcome::Partly, 400)), Ok(3));
    assert_eq!(trial.fen(&Account::Payable(department(1))), -2_600);
    assert_eq!(trial.fen(&Account::Disputed(department(1))), 0);
    assert_eq!(trial.fen(&Account::Available(line(0))), 7_400);
    assert_eq!(trial.fen(&Account::Encumbered(line(0))), 2_600);
    assert_eq!(trial.fen(&Account::Expense("共享补偿".into())), 2_600);
}

#[test]
fn an_appeal_is_the_departments_own_and_judged_by_another() {
    let (mut trial, accrual) = owing();
    let foreign = trial
        .run(&liaison(), open(&contest(2, accrual, 1)))
        .unwrap_err();
    assert_eq!(foreign.code(), "appeal_invalid");
    let beyond = trial
        .run(&liaison(), open(&contest(1, accrual, 3_001)))
        .unwrap_err();
    assert_eq!(beyond.code(), "accrual_exceeded");
    let refused = trial
        .run(&finance(), open(&contest(1, accrual, 1)))
        .unwrap_err();
    assert_eq!(refused.code(), "role_forbidden");
    let mut score = contest(1, accrual, 0);
    score.accrual = None;
    let mut loose = score.clone();
    loose.contested_fen = Fen::new(1);
    assert_eq!(
        trial.run(&assessor(), open(&loose)).unwrap_err().code(),
        "appeal_invalid"
    );
    // The assessor opens it for the department; then another assessor decides.
    assert_eq!(trial.run(&assessor(), open(&score)), Ok(1));
    trial.run(&assessor(), step(Step::Negotiating)).unwrap();
    let own = trial.run(&assessor(), end(Outcome::Upheld, 0)).unwrap_err();
    assert_eq!(own.code(), "appeal_invalid");
    let other = Actor::new("sun", Role::Assessor);
    assert_eq!(trial.run(&other, end(Outcome::Upheld, 0)), Ok(1));
}

#[test]
fn an_appeal_taken_back_frees_what_it_held() {
    let (mut trial, accrual) = owing();
    trial
        .run(&liaison(), open(&contest(1, accrual, 1_000)))
        .unwrap();
    assert_eq!(trial.run(&liaison(), end(Outcome::Withdrawn, 0)), Ok(2));
    assert_eq!(trial.fen(&Account::Payable(department(1))), -3_000);
    let closed = trial.run(&assessor(), step(Step::Negotiating)).unwrap_err();
    assert_eq!(closed.code(), "appeal_wrong_step");
}
