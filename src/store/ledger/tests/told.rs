//! What the ledger's tables should hold, told from the events a second time and without the code
//! that fills them.

use std::collections::{BTreeMap, BTreeSet};

use ledger::{
    AppealChange, Basis, Body, CharterChange, ClaimChange, Digest, Event, Hash, OrderChange,
    Posted, RunChange, leaf,
};

use super::tables::{NONE, Row};

/// The cells this telling knows of each row, by table.
#[derive(Default)]
pub(super) struct Told {
    tables: BTreeMap<&'static str, Vec<Row>>,
    accounts: Vec<String>,
    /// Running sums: of an account in a month, and on a day.
    sums: BTreeMap<(String, String), i64>,
    /// The date that an account was moved on last.
    dates: BTreeMap<String, String>,
    /// Commitments to texts that were seen.
    written: BTreeSet<Digest>,
    hash: Hash,
}

fn or_none<T: ToString>(value: Option<T>) -> String {
    value.map_or(NONE.to_owned(), |value| value.to_string())
}

fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

impl Told {
    /// The tables after the events of a ledger with this hash.
    pub(super) fn of(events: &[Event], hash: Hash) -> Self {
        let mut told = Self {
            hash,
            ..Self::default()
        };
        for event in events {
            told.tell(event);
        }
        told
    }

    /// Asserts that a database holds what was told, row for row.
    pub(super) fn compare(&self, found: &BTreeMap<String, Vec<Row>>) {
        for (table, told) in &self.tables {
            let mut rows: Vec<&Row> = found[*table].iter().collect();
            assert_eq!(rows.len(), told.len(), "rows of {table}");
            for own in told {
                let at = rows.iter().position(|row| {
                    own.iter()
                        .all(|(column, cell)| row.get(column) == Some(cell))
                });
                let at = at.unwrap_or_else(|| panic!("{table} lacks {own:?}; left: {rows:?}"));
                rows.swap_remove(at);
            }
        }
    }

    fn row(&mut self, table: &'static str, cells: &[(&str, String)]) {
        let row = cells
            .iter()
            .map(|(column, cell)| ((*column).to_owned(), cell.clone()))
            .collect();
        self.tables.entry(table).or_default().push(row);
    }

    fn tell(&mut self, event: &Event) {
        let bytes = leaf::event_bytes(event);
        let seq = event.seq.to_string();
        let by = event.actor.id.clone();
        self.row(
            "ledger_records",
            &[
                ("seq", seq.clone()),
                ("kind", event.body.code().to_owned()),
                ("actor_id", by.clone()),
                ("actor_role", event.actor.role.code().to_owned()),
                ("body", hex(&bytes)),
                ("leaf_hash", self.hash.leaf(&bytes).to_string()),
                (
                    "recorded_at",
                    event.recorded_at.to_naive().format("%F %T%.6f").to_string(),
                ),
            ],
        );
        let moved = |kind: &str| {
            vec![
                ("seq", seq.clone()),
                ("kind", kind.to_owned()),
                ("actor_id", by.clone()),
            ]
        };
        match &event.body {
            Body::PeriodOpened { period } | Body::PeriodClosed { period, .. } => self.row(
                "period_events",
                &[
                    ("period", period.to_string()),
                    ("kind", event.body.code().to_owned()),
                    ("seq", seq),
                ],
            ),
            Body::Run { run, change, .. } => {
                let signed = match change {
                    RunChange::Calculated { control, .. } | RunChange::Approved { control } => {
                        Some(control)
                    }
                    _ => None,
                };
                let mut cells = moved(change.code());
                cells.extend([
                    ("run_id", run.run.to_string()),
                    ("attempt", run.attempt.to_string()),
                    ("award_count", or_none(signed.map(|own| own.count))),
                    ("total_fen", or_none(signed.map(|own| own.total_fen.get()))),
                ]);
                self.row("run_events", &cells);
            }
            Body::Order { order, change, .. } => {
                let mut cells = moved(change.code());
                cells.push(("order_id", order.to_string()));
                self.row("order_events", &cells);
                if let OrderChange::Proposed { order: proposed } = change {
                    for (index, line) in proposed.numbered() {
                        self.row(
                            "order_lines",
                            &[
                                ("order_id", order.to_string()),
                                ("line_index", index.to_string()),
                                ("kind", line.kind().code().to_owned()),
                                ("accrual_seq", or_none(line.accrual())),
                                ("amount_fen", line.amount_fen().get().to_string()),
                            ],
                        );
                    }
                }
            }
            Body::Claim { claim, change } => {
                let (fen, run) = match change {
                    ClaimChange::Declared { declaration } => (Some(declaration.declared_fen), None),
                    ClaimChange::Decided { accepted_fen, .. } => (Some(*accepted_fen), None),
                    ClaimChange::Included { run } => (None, Some(&run.run)),
                };
                let mut cells = moved(change.code());
                cells.extend([
                    ("claim_id", claim.to_string()),
                    ("amount_fen", or_none(fen.map(domain::Fen::get))),
                    ("run_id", or_none(run)),
                ]);
                self.row("claim_events", &cells);
            }
            Body::Appeal { appeal, change } => {
                let mut cells = moved(change.stage_code());
                cells.push(("appeal_id", appeal.to_string()));
                if let AppealChange::Opened { contest } = change {
                    cells.push(("accrual_seq", or_none(contest.accrual)));
                    cells.push(("department_id", contest.department.to_string()));
                }
                self.row("appeal_events", &cells);
            }
            Body::Charter { change } => {
                let certificate = match change {
                    CharterChange::Founded { .. } => None,
                    CharterChange::Certified { certificate, .. } => Some(certificate),
                };
                let cells = [
                    ("seq", seq),
                    ("kind", change.code().to_owned()),
                    ("certificate", or_none(certificate)),
                ];
                self.row("charter_events", &cells);
            }
            Body::Erased {
                commitment,
                document,
            } => {
                let commitment = commitment.to_string();
                let texts = self.tables.entry("texts").or_default();
                texts.retain(|row| row.get("commitment") != Some(&commitment));
                let cells = [
                    ("seq", seq),
                    ("commitment", commitment),
                    ("document", document.clone()),
                ];
                self.row("erasures", &cells);
            }
            Body::Posted(posted) => self.tell_posted(seq, posted),
        }
        self.tell_text(event);
    }

    /// What a person wrote, at the first record that has the commitment.
    fn tell_text(&mut self, event: &Event) {
        let words = event.body.words().filter(|words| !words.is_blank());
        let Some((commitment, opening)) =
            words.and_then(|words| words.commitment().zip(words.opening()))
        else {
            return;
        };
        if self.written.insert(commitment) {
            let cells = [
                ("commitment", commitment.to_string()),
                ("seq", event.seq.to_string()),
                ("salt", hex(&opening.salt)),
                ("text", opening.text.clone()),
            ];
            self.row("texts", &cells);
        }
    }

    fn tell_posted(&mut self, seq: String, posted: &Posted) {
        let own = &posted.transaction;
        let (period, day) = (own.period.to_string(), own.effective_on.to_string());
        for (index, posting) in posted.postings().enumerate() {
            let code = posting.account.code();
            if !self.accounts.contains(&code) {
                self.accounts.push(code.clone());
                let account = [
                    ("id", self.accounts.len().to_string()),
                    ("code", code.clone()),
                    ("account_group", posting.account.group().letter().to_owned()),
                    ("guard", posting.account.guard().letter().to_owned()),
                ];
                self.row("accounts", &account);
            }
            let number = self.accounts.iter().position(|known| *known == code);
            let mut sum = |over: &str| {
                let sum = self
                    .sums
                    .entry((code.clone(), over.to_owned()))
                    .or_default();
                *sum += posting.amount_fen.get();
                sum.to_string()
            };
            let (month_sum, day_sum) = (sum(&period), sum(&day));
            // Only where the date of the account changes.
            let changes = self.dates.insert(code, day.clone()) != Some(day.clone());
            let dated = |value: String| or_none(changes.then_some(value));
            let cells = [
                ("account_id", or_none(number.map(|at| at + 1))),
                ("account_seq", posting.mark.account_seq.to_string()),
                ("seq", seq.clone()),
                ("leg_index", index.to_string()),
                ("amount_fen", posting.amount_fen.get().to_string()),
                (
                    "balance_after_fen",
                    posting.mark.balance_after_fen.get().to_string(),
                ),
                ("period", dated(period.clone())),
                ("effective_on", dated(day.clone())),
                ("period_sum_fen", dated(month_sum)),
                ("day_sum_fen", dated(day_sum)),
            ];
            self.row("postings", &cells);
        }
        let (order, appeal) = match &own.basis {
            Some(Basis::Order { order, line, .. }) => (Some((order, line)), None),
            Some(Basis::Appeal { appeal }) => (None, Some(appeal)),
            None => (None, None),
        };
        self.row(
            "txns",
            &[
                ("seq", seq),
                ("kind", own.kind.code().to_owned()),
                ("period", period),
                ("effective_on", day),
                ("for_period", own.for_period.to_string()),
                ("idempotency_key", own.idempotency_key.clone()),
                ("fingerprint", own.fingerprint(self.hash).to_string()),
                ("run_id", or_none(own.run.as_ref().map(|run| &run.run))),
                ("department_id", or_none(own.department.as_ref())),
                (
                    "component",
                    or_none(own.component.map(ledger::Component::code)),
                ),
                ("accrual_seq", or_none(own.accrual)),
                ("reverses_seq", or_none(own.reverses)),
                ("order_id", or_none(order.map(|(order, _)| order))),
                ("order_line", or_none(order.map(|(_, line)| line))),
                ("appeal_id", or_none(appeal)),
                ("document", own.document.clone()),
                ("memo", own.memo.cell()),
            ],
        );
    }
}
