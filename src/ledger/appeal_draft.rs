//! What an appeal moves: into `Disputed` when it is opened, out of it when it ends.

use chrono::NaiveDate;
use domain::{AppealId, Fen, Period};

use crate::account::Account;
use crate::accrual::Accrual;
use crate::appeal::Appeal;
use crate::books::Books;
use crate::kind::Kind;
use crate::rejection::Rejection;
use crate::take_back::contra;
use crate::transaction::{Basis, Draft, Leg, move_legs};
use crate::words::Words;

/// The transactions that follow from where an appeal stands: the one of its opening while it is
/// open, those of its end afterwards. None when it contests no money.
pub(crate) fn drafts_of(
    books: &Books,
    id: &AppealId,
    effective_on: NaiveDate,
) -> Result<Vec<Draft>, Rejection> {
    let unknown = || Rejection::AppealUnknown { appeal: id.clone() };
    let appeal = books.appeal(id).ok_or_else(unknown)?;
    let Some(seq) = appeal.contest.accrual else {
        return Ok(Vec::new());
    };
    let accrual = books
        .accrual(seq)
        .ok_or(Rejection::AccrualUnknown { accrual: seq })?;
    let contested = appeal.contest.contested_fen;
    let department = accrual.department.clone();
    let (payable, disputed) = (
        Account::Payable(department.clone()),
        Account::Disputed(department),
    );
    let moves = match &appeal.ruling {
        None => vec![(
            "",
            contested,
            move_legs(payable, disputed, contested).to_vec(),
        )],
        Some(ruling) => {
            let back = contested
                .checked_sub(ruling.cut_fen)
                .ok_or(Rejection::OutOfRange)?;
            let cut = cut_legs(accrual, disputed.clone(), ruling.cut_fen, effective_on);
            vec![
                ("", back, move_legs(disputed, payable, back).to_vec()),
                ("/cut", ruling.cut_fen, cut),
            ]
        }
    };
    let moves = moves
        .into_iter()
        .filter(|(_, amount, _)| *amount > Fen::ZERO);
    let drafts =
        moves.map(|(part, _, legs)| draft(id, appeal, seq, accrual, part, legs, effective_on));
    Ok(drafts.collect())
}

/// What the department loses: the line has it again.
fn cut_legs(
    accrual: &Accrual,
    disputed: Account,
    amount: Fen,
    effective_on: NaiveDate,
) -> Vec<Leg> {
    let owed = move_legs(disputed, contra(accrual, effective_on), amount);
    let budget = move_legs(
        Account::Available(accrual.line.clone()),
        Account::Encumbered(accrual.line.clone()),
        amount,
    );
    owed.into_iter().chain(budget).collect()
}

fn draft(
    id: &AppealId,
    appeal: &Appeal,
    seq: u64,
    accrual: &Accrual,
    part: &str,
    legs: Vec<Leg>,
    effective_on: NaiveDate,
) -> Draft {
    let (kind, document, memo) = match &appeal.ruling {
        None => (Kind::Dispute, format!("申诉 {id}"), Words::default()),
        Some(ruling) => (
            Kind::Resolve,
            ruling.document.clone(),
            ruling.reason.clone(),
        ),
    };
    Draft {
        kind,
        period: Period::containing(effective_on),
        effective_on,
        for_period: accrual.for_period,
        idempotency_key: format!("{}/{id}{part}", kind.code()),
        run: None,
        department: Some(accrual.department.clone()),
        component: Some(accrual.component),
        accrual: Some(seq),
        reverses: None,
        document,
        memo,
        basis: Some(Basis::Appeal { appeal: id.clone() }),
        legs,
    }
}
