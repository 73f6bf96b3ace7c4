//! From events to rows. Appending and auditing share it, so that they cannot drift apart.

mod decision;

use imbl::OrdMap;
use ledger::{Account, Basis, Body, CharterChange, Event, Hash, Posted, RunChange, RunRef, leaf};

use super::rows::{
    AccountRow, AppealRow, CharterRow, ClaimRow, ErasureRow, OrderLineRow, OrderRow, PeriodRow,
    PostingRow, RecordRow, RunRow, TextRow, TxnRow,
};
use crate::cells;
use crate::error::StoreError;

/// The numbers of accounts, given in the order of first use.
#[derive(Clone, Debug, Default)]
pub(super) struct AccountIds {
    ids: OrdMap<String, i64>,
}

impl AccountIds {
    /// The number of the account, and its row when it is new.
    fn id(&mut self, account: &Account) -> Result<(i64, Option<AccountRow>), StoreError> {
        let code = account.code();
        if let Some(id) = self.ids.get(&code) {
            return Ok((*id, None));
        }
        let next = u64::try_from(self.ids.len()).unwrap_or(u64::MAX);
        let id = cells::count_cell("accounts", "id", next.saturating_add(1))?;
        self.ids.insert(code.clone(), id);
        let row = AccountRow {
            id,
            code,
            account_group: account.group().letter().to_owned(),
            guard: account.guard().letter().to_owned(),
        };
        Ok((id, Some(row)))
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.ids.len()
    }

    /// Numbers the accounts of an event that was appended before.
    pub(super) fn see(&mut self, event: &Event) -> Result<(), StoreError> {
        if let Body::Posted(posted) = &event.body {
            for posting in posted.postings() {
                self.id(posting.account)?;
            }
        }
        Ok(())
    }
}

/// All rows of one event.
#[derive(Debug)]
pub(super) struct Rows {
    pub(super) record: RecordRow,
    pub(super) body: BodyRows,
    /// What a person wrote, where it is at hand.
    pub(super) text: Option<TextRow>,
}

/// The rows of what happened.
#[derive(Debug)]
pub(super) enum BodyRows {
    Period(PeriodRow),
    Run(RunRow),
    Order {
        event: OrderRow,
        /// Those of a proposal.
        lines: Vec<OrderLineRow>,
    },
    Claim(ClaimRow),
    Appeal(AppealRow),
    Charter(CharterRow),
    Erased(ErasureRow),
    Posted {
        /// Accounts used for the first time.
        accounts: Vec<AccountRow>,
        txn: Box<TxnRow>,
        /// What the trigger makes of the legs, dates and sums aside.
        postings: Vec<PostingRow>,
    },
}

/// The rows of an event of a ledger with the hash function.
pub(super) fn rows_of(hash: Hash, event: &Event, ids: &mut AccountIds) -> Result<Rows, StoreError> {
    let seq = cells::count_cell("ledger_records", "seq", event.seq)?;
    let bytes = leaf::event_bytes(event);
    let actor_id = || event.actor.id.clone();
    let record = RecordRow {
        seq,
        kind: event.body.code().to_owned(),
        actor_id: actor_id(),
        actor_role: event.actor.role.code().to_owned(),
        recorded_at: event.recorded_at.to_naive(),
        leaf_hash: hash.leaf(&bytes).as_bytes().to_vec(),
        body: bytes,
    };
    let period_row = |period: &domain::Period, event_index| {
        BodyRows::Period(PeriodRow {
            period: period.to_string(),
            event_index,
            kind: record.kind.clone(),
            seq,
        })
    };
    let body = match &event.body {
        Body::PeriodOpened { period } => period_row(period, 0),
        Body::PeriodClosed { period, .. } => period_row(period, 1),
        Body::Run {
            run,
            digest,
            change,
        } => BodyRows::Run(RunRow {
            digest: digest.to_string(),
            actor_id: actor_id(),
            ..run_row(seq, run, change)
        }),
        Body::Order {
            order,
            digest,
            change,
        } => decision::order_rows(seq, order, digest, change, actor_id())?,
        Body::Claim { claim, change } => {
            BodyRows::Claim(decision::claim_row(seq, claim, change, actor_id()))
        }
        Body::Appeal { appeal, change } => {
            BodyRows::Appeal(decision::appeal_row(seq, appeal, change, actor_id())?)
        }
        Body::Posted(posted) => posted_rows(hash, seq, posted, ids)?,
        Body::Erased {
            commitment,
            document,
        } => BodyRows::Erased(ErasureRow {
            seq,
            commitment: commitment.as_bytes().to_vec(),
            document: document.clone(),
        }),
        Body::Charter { change } => BodyRows::Charter(CharterRow {
            seq,
            kind: change.code().to_owned(),
            certificate: match change {
                CharterChange::Founded { .. } => None,
                CharterChange::Certified { certificate, .. } => Some(certificate.clone()),
            },
        }),
    };
    Ok(Rows {
        record,
        body,
        text: text_row(seq, event),
    })
}

fn text_row(seq: i64, event: &Event) -> Option<TextRow> {
    let words = event.body.words()?;
    let opening = words.opening()?;
    Some(TextRow {
        commitment: words.commitment()?.as_bytes().to_vec(),
        seq,
        salt: opening.salt.to_vec(),
        text: opening.text.clone(),
    })
}

fn run_row(seq: i64, run: &RunRef, change: &RunChange) -> RunRow {
    let (for_period, control) = match change {
        RunChange::Calculated {
            period, control, ..
        } => (Some(period.to_string()), Some(control)),
        RunChange::Approved { control } => (None, Some(control)),
        RunChange::Submitted | RunChange::Rejected { .. } | RunChange::Voided { .. } => {
            (None, None)
        }
    };
    RunRow {
        seq,
        run_id: run.run.to_string(),
        attempt: i64::from(run.attempt),
        kind: change.code().to_owned(),
        digest: String::new(),
        actor_id: String::new(),
        for_period,
        award_count: control.map(|control| i64::from(control.count)),
        total_fen: control.map(|control| control.total_fen.get()),
    }
}

/// The cell of a record number that may be absent.
fn number(
    table: &'static str,
    column: &'static str,
    value: Option<u64>,
) -> Result<Option<i64>, StoreError> {
    value
        .map(|value| cells::count_cell(table, column, value))
        .transpose()
}

fn posted_rows(
    hash: Hash,
    seq: i64,
    posted: &Posted,
    ids: &mut AccountIds,
) -> Result<BodyRows, StoreError> {
    let transaction = &posted.transaction;
    let period = transaction.period.to_string();
    let mut accounts = Vec::new();
    let mut postings = Vec::new();
    for (leg_index, posting) in (0_i64..).zip(posted.postings()) {
        let (account_id, new) = ids.id(posting.account)?;
        accounts.extend(new);
        let mark = posting.mark;
        postings.push(PostingRow {
            account_id,
            account_seq: cells::count_cell("postings", "account_seq", mark.account_seq)?,
            seq,
            leg_index,
            amount_fen: posting.amount_fen.get(),
            balance_after_fen: mark.balance_after_fen.get(),
            period: None,
            effective_on: None,
            period_sum_fen: None,
            day_sum_fen: None,
        });
    }
    let run = transaction.run.as_ref();
    let department = transaction.department.as_ref();
    let (order, appeal) = match &transaction.basis {
        Some(Basis::Order { order, line, rule }) => (Some((order, line, rule)), None),
        Some(Basis::Appeal { appeal }) => (None, Some(appeal)),
        None => (None, None),
    };
    let txn = TxnRow {
        seq,
        kind: transaction.kind.code().to_owned(),
        period,
        effective_on: transaction.effective_on,
        for_period: transaction.for_period.to_string(),
        idempotency_key: transaction.idempotency_key.clone(),
        fingerprint: transaction.fingerprint(hash).as_bytes().to_vec(),
        run_id: run.map(|run| run.run.to_string()),
        run_attempt: run.map(|run| i64::from(run.attempt)),
        department_id: department.map(ToString::to_string),
        component: transaction.component.map(|own| own.code().to_owned()),
        accrual_seq: number("txns", "accrual_seq", transaction.accrual)?,
        reverses_seq: number("txns", "reverses_seq", transaction.reverses)?,
        order_id: order.map(|(order, _, _)| order.to_string()),
        order_line: order.map(|(_, line, _)| i64::from(*line)),
        rule: order.map(|(_, _, rule)| rule.clone()),
        appeal_id: appeal.map(ToString::to_string),
        document: transaction.document.clone(),
        memo: transaction.memo.cell(),
        legs: legs_json(&postings),
    };
    Ok(BodyRows::Posted {
        accounts,
        txn: Box::new(txn),
        postings,
    })
}

/// `[[account, amount, place, balance], …]`: whole numbers only, so nothing needs escaping.
fn legs_json(postings: &[PostingRow]) -> String {
    let legs: Vec<String> = postings
        .iter()
        .map(|row| {
            format!(
                "[{},{},{},{}]",
                row.account_id, row.amount_fen, row.account_seq, row.balance_after_fen
            )
        })
        .collect();
    format!("[{}]", legs.join(","))
}
