//! A year of books with what a year has: grants, runs, payments that fail, deferrals, cuts, disputes,
//! entries dated back into a month that was still open, amounts of sixteen digits, unkind texts.

use chrono::NaiveDate;
use domain::{Fen, Period};
use ledger::{Action, Grant, Line, OrderLine, PaymentReceipt};

use super::trial::{
    Trial, assessor, award, awards, checker, contest, finance, liaison, line, order, pay, period,
    robot, submit, withhold,
};

/// What breaks a journal that does not look after its texts.
const UNKIND: &str = "豫财〔2026〕\"7\"号; a|b, c\\d = 1 CNY\n2026-01-01 * x";

fn grant(trial: &mut Trial, which: Line, fen: i64, document: &str, on: NaiveDate) {
    let grant = Grant {
        line: which,
        amount_fen: Fen::new(fen),
        document: document.into(),
        effective_on: on,
    };
    trial.run(&finance(), Action::Appropriate(grant)).unwrap();
}

/// The run of a month for six departments, approved; its accruals.
fn run(trial: &mut Trial, month: Period) -> Vec<u64> {
    let n = i64::from(month.month());
    let of_department = |which: u8| {
        let own = i64::from(which);
        award(which, which % 2, 10_001 * n + 37 * own, own * 11)
    };
    let mut run = awards(
        &format!("{month}-run"),
        (1..=6).map(of_department).collect(),
    );
    run.period = month;
    let on = month.last_day();
    let calculate = Action::CalculateRun {
        awards: run.clone(),
        effective_on: on,
    };
    trial.run(&robot(), calculate).unwrap();
    trial.run(&assessor(), submit(&run)).unwrap();
    let approve = Action::ApproveRun {
        run: run.run.clone(),
        digest: run.digest,
        control: run.control().unwrap(),
        effective_on: on,
    };
    trial.run(&finance(), approve).unwrap();
    trial.accruals(&run)
}

/// Pays some accruals; the treasury returns the last of them.
fn settle(trial: &mut Trial, month: Period, accruals: &[u64]) {
    let on = month.last_day();
    let owed = |seq: u64, trial: &Trial| trial.books.accrual(seq).unwrap().payable_fen().get();
    let lines: Vec<OrderLine> = accruals
        .iter()
        .map(|seq| pay(*seq, owed(*seq, trial)))
        .collect();
    let batch = order(&format!("pay-{month}"), lines);
    trial.order_on(&batch, on).unwrap();
    for (at, line) in batch.numbered() {
        let receipt = PaymentReceipt {
            order: batch.id.clone(),
            line: at,
            receipt: format!("国库{month}-{at}"),
            amount_fen: line.amount_fen(),
            effective_on: on,
            memo: "=1+1".into(),
        };
        let is_last = usize::try_from(at).unwrap() + 1 == accruals.len();
        let action = if is_last {
            Action::FailPayment(receipt)
        } else {
            Action::ConfirmPayment(receipt)
        };
        trial.run(&robot(), action).unwrap();
    }
}

/// The books of 2026.
pub(super) fn year() -> Trial {
    let mut trial = Trial::default();
    let mut month = period("2026-01");
    trial
        .run(&finance(), Action::OpenPeriod { period: month })
        .unwrap();
    let strange = Line {
        programme: "a-b: 共享%〔试点〕 ".into(),
        budget_line: "z".into(),
        ..line(0)
    };
    grant(
        &mut trial,
        strange,
        9_007_199_254_740_991,
        UNKIND,
        month.first_day(),
    );
    for which in 0..2 {
        grant(
            &mut trial,
            line(which),
            10_000_000,
            &format!("豫财〔2026〕{which}号"),
            month.first_day(),
        );
    }
    let mut held: Vec<u64> = Vec::new();
    while month.year() == 2026 {
        let on = month.last_day();
        let accruals = run(&mut trial, month);
        settle(&mut trial, month, &accruals[..3]);
        let hold = order(&format!("hold-{month}"), vec![withhold(accruals[3], 5_000)]);
        trial.order_on(&hold, on).unwrap();
        let dispute = Action::OpenAppeal {
            appeal: format!("appeal-{month}").as_str().into(),
            contest: ledger::Contest {
                department: trial.books.accrual(accruals[4]).unwrap().department.clone(),
                period: month,
                due_on: on,
                ..contest(5, accruals[4], 700)
            },
            effective_on: on,
        };
        trial.run(&liaison(), dispute).unwrap();
        if let Some(before) = held.pop() {
            let line = OrderLine::Forfeit {
                accrual: before,
                amount_fen: Fen::new(2_000),
            };
            trial
                .order_on(&order(&format!("cut-{month}"), vec![line]), on)
                .unwrap();
            // The month before is open still, and takes an entry that was forgotten.
            grant(
                &mut trial,
                line_of(month),
                100,
                &format!("补记{month}"),
                month.prev().last_day(),
            );
            let close = Action::ClosePeriod {
                period: month.prev(),
            };
            trial.run(&finance(), close).unwrap();
        }
        held.push(accruals[3]);
        month = month.next();
        trial
            .run(&checker(), Action::OpenPeriod { period: month })
            .unwrap();
    }
    trial
}

fn line_of(month: Period) -> Line {
    line(u8::try_from(month.month() % 2).unwrap())
}
