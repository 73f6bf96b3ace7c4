//! Attacks on the ledger's tables by somebody who writes SQL: each names the one rule that refuses it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use diesel::prelude::*;
use ledger::{Account, Books};

use super::super::schema::accounts;
use crate::conn::{AnyConn, Backend};

pub(super) const LINE_0: &str = "410000:2026:2320300:共享补偿";
pub(super) const LINE_1: &str = "410000:2026:2320301:共享补偿";

/// The books under attack.
pub(super) struct Target {
    books: Books,
    ids: BTreeMap<String, i64>,
    backend: Backend,
}

impl Target {
    /// Reads where everything stands.
    pub(super) fn of(conn: &mut AnyConn) -> Self {
        let books = super::super::books(conn).unwrap();
        let ids: Vec<(String, i64)> = accounts::table
            .select((accounts::code, accounts::id))
            .load(conn)
            .unwrap();
        Self {
            books,
            ids: ids.into_iter().collect(),
            backend: conn.backend(),
        }
    }

    /// Number of the last record.
    pub(super) fn head(&self) -> i64 {
        i64::try_from(self.books.records()).unwrap()
    }

    /// Record number of the accrual of a department from a line.
    fn accrual(&self, department: &str, line: &str) -> i64 {
        let mut all = self.books.accruals();
        let found = all
            .find(|(_, own)| own.department.as_str() == department && own.line.to_string() == line);
        i64::try_from(found.unwrap().0).unwrap()
    }

    /// Record number of the transaction under a key.
    fn seq(&self, key: &str) -> i64 {
        i64::try_from(self.books.posted_under(key).unwrap()).unwrap()
    }

    /// A script that begins after the last record.
    pub(super) fn script(&self) -> Script<'_> {
        Script {
            target: self,
            seq: self.head(),
            moved: BTreeMap::new(),
            sql: String::new(),
        }
    }
}

/// Statements that would extend the books.
#[derive(Clone)]
pub(super) struct Script<'a> {
    target: &'a Target,
    seq: i64,
    moved: BTreeMap<String, (i64, i64)>,
    pub(super) sql: String,
}

const NOW: &str = "(SELECT max(recorded_at) FROM ledger_records)";

impl Script<'_> {
    /// Adds a statement.
    pub(super) fn raw(mut self, sql: &str) -> Self {
        self.sql.push_str(sql);
        self.sql.push_str(";\n");
        self
    }

    fn record_at(self, seq: i64, kind: &str, actor: &str, at: &str, leaf: &str) -> Self {
        self.raw(&format!(
            "INSERT INTO ledger_records (seq, kind, actor_id, actor_role, recorded_at, body, leaf_hash) \
             SELECT {seq}, '{kind}', '{actor}', 'finance', {at}, body, {leaf} \
             FROM ledger_records WHERE seq = 1"
        ))
    }

    /// The next record.
    pub(super) fn record(mut self, kind: &str, actor: &str) -> Self {
        self.seq += 1;
        let seq = self.seq;
        self.record_at(seq, kind, actor, NOW, "leaf_hash")
    }

    /// An account that was never used; its number.
    fn open(&mut self, account: &Account) -> i64 {
        let code = account.code();
        let id = 1_000 + i64::try_from(self.moved.len()).unwrap();
        let (group, guard) = (account.group().letter(), account.guard().letter());
        let _ = writeln!(
            self.sql,
            "INSERT INTO accounts VALUES ({id}, '{code}', '{group}', '{guard}');"
        );
        id
    }

    /// The legs with the places and balances that follow.
    fn legs(&mut self, legs: &[(&str, i64)]) -> String {
        let mut parts = Vec::new();
        for (code, amount) in legs {
            let account: Account = code.parse().unwrap();
            let id = match self.target.ids.get(*code) {
                Some(id) => *id,
                None => self.open(&account),
            };
            let at = self.target.books.balance(&account);
            let start = (i64::try_from(at.account_seq).unwrap(), at.balance_fen.get());
            let (place, balance) = self.moved.entry((*code).to_owned()).or_insert(start);
            *place += 1;
            *balance += amount;
            parts.push(format!("[{id},{amount},{place},{balance}]"));
        }
        format!("[{}]", parts.join(","))
    }

    /// A transaction of the last record; `set` overrides columns with SQL.
    fn txn_row(self, kind: &str, set: &[(&str, &str)], legs: &str) -> Self {
        let seq = self.seq;
        let mut columns = BTreeMap::from([
            ("seq", seq.to_string()),
            ("kind", format!("'{kind}'")),
            ("period", "'2026-03'".to_owned()),
            ("effective_on", "'2026-03-31'".to_owned()),
            ("for_period", "'2026-03'".to_owned()),
            ("idempotency_key", format!("'eve-{seq}-{kind}'")),
            (
                "fingerprint",
                "(SELECT max(leaf_hash) FROM ledger_records)".to_owned(),
            ),
            ("document", "'x'".to_owned()),
            ("memo", "''".to_owned()),
            ("legs", format!("'{legs}'")),
        ]);
        if self.target.backend == Backend::Postgres {
            columns.insert(
                "fingerprint",
                "(SELECT leaf_hash FROM ledger_records LIMIT 1)".into(),
            );
        }
        columns.extend(set.iter().map(|(column, sql)| (*column, (*sql).to_owned())));
        let names: Vec<&str> = columns.keys().copied().collect();
        let values: Vec<&str> = columns.values().map(String::as_str).collect();
        self.raw(&format!(
            "INSERT INTO txns ({}) VALUES ({})",
            names.join(", "),
            values.join(", ")
        ))
    }

    /// A record and its transaction.
    pub(super) fn txn(mut self, kind: &str, set: &[(&str, &str)], legs: &[(&str, i64)]) -> Self {
        let decided = set
            .iter()
            .any(|(column, _)| ["order_id", "appeal_id"].contains(column));
        let legs = self.legs(legs);
        let record = if decided { "posted_under" } else { "posted" };
        self.record(record, "eve").txn_row(kind, set, &legs)
    }

    /// The same by a line of an order.
    fn ordered(
        self,
        kind: &str,
        (order, line): (&str, i64),
        set: &[(&str, &str)],
        legs: &[(&str, i64)],
    ) -> Self {
        let (order, line) = (format!("'{order}'"), line.to_string());
        let mut all = vec![
            ("order_id", order.as_str()),
            ("order_line", &line),
            ("rule", "'r'"),
        ];
        all.extend_from_slice(set);
        self.txn(kind, &all, legs)
    }

    /// A change of the line's authority that nobody could object to.
    pub(super) fn amend(self, amount: i64) -> Self {
        let (available, authority) = (
            format!("B:Available:{LINE_0}"),
            format!("B:Authority:{LINE_0}"),
        );
        self.txn("amend", &[], &[(&available, amount), (&authority, -amount)])
    }

    /// The event of a run.
    fn run_row(self, run: &str, kind: &str, actor: &str, set: &[(&str, &str)]) -> Self {
        let mut columns = BTreeMap::from([
            ("seq", self.seq.to_string()),
            ("run_id", format!("'{run}'")),
            ("attempt", "1".to_owned()),
            ("kind", format!("'{kind}'")),
            (
                "digest",
                format!(
                    "coalesce((SELECT max(digest) FROM run_events WHERE run_id = '{run}'), 'd')"
                ),
            ),
            ("actor_id", format!("'{actor}'")),
        ]);
        columns.extend(set.iter().map(|(column, sql)| (*column, (*sql).to_owned())));
        self.event("run_events", &columns)
    }

    fn event(self, table: &str, columns: &BTreeMap<&str, String>) -> Self {
        let names: Vec<&str> = columns.keys().copied().collect();
        let values: Vec<&str> = columns.values().map(String::as_str).collect();
        self.raw(&format!(
            "INSERT INTO {table} ({}) VALUES ({})",
            names.join(", "),
            values.join(", ")
        ))
    }

    fn run(self, run: &str, kind: &str, actor: &str, set: &[(&str, &str)]) -> Self {
        self.record("run", actor).run_row(run, kind, actor, set)
    }

    /// A run about February, calculated with such totals by eve.
    pub(super) fn calculated(self, run: &str, count: i64, total: i64) -> Self {
        let (count, total) = (count.to_string(), total.to_string());
        let totals = [
            ("for_period", "'2026-02'"),
            ("award_count", &count),
            ("total_fen", &total),
        ];
        self.run(run, "calculated", "eve", &totals)
    }

    fn order_row(self, order: &str, kind: &str, actor: &str, set: &[(&str, &str)]) -> Self {
        let mut columns = BTreeMap::from([
            ("seq", self.seq.to_string()),
            ("order_id", format!("'{order}'")),
            ("kind", format!("'{kind}'")),
            (
                "digest",
                format!(
                    "coalesce((SELECT max(digest) FROM order_events WHERE order_id = '{order}'), 'd')"
                ),
            ),
            ("actor_id", format!("'{actor}'")),
        ]);
        columns.extend(set.iter().map(|(column, sql)| (*column, (*sql).to_owned())));
        self.event("order_events", &columns)
    }

    /// An event of an order.
    fn order(self, order: &str, kind: &str, actor: &str, set: &[(&str, &str)]) -> Self {
        self.record("order", actor)
            .order_row(order, kind, actor, set)
    }

    fn line_row(self, order: &str, index: i64, kind: &str, set: &[(&str, &str)], fen: i64) -> Self {
        let mut columns = BTreeMap::from([
            ("order_id", format!("'{order}'")),
            ("line_index", index.to_string()),
            ("kind", format!("'{kind}'")),
            ("amount_fen", fen.to_string()),
        ]);
        columns.extend(set.iter().map(|(column, sql)| (*column, (*sql).to_owned())));
        self.event("order_lines", &columns)
    }

    /// A proposal of one line by eve.
    pub(super) fn proposed(self, order: &str, kind: &str, set: &[(&str, &str)], fen: i64) -> Self {
        let order_kind = match kind {
            "pay_instruct" => "'pay'".to_owned(),
            other => format!("'{other}'"),
        };
        let total = fen.to_string();
        let totals = [
            ("order_kind", order_kind.as_str()),
            ("line_count", "1"),
            ("total_fen", &total),
        ];
        self.order(order, "proposed", "eve", &totals)
            .line_row(order, 0, kind, set, fen)
    }

    /// The same, approved by mallory.
    fn approved(self, order: &str, kind: &str, set: &[(&str, &str)], fen: i64) -> Self {
        let total = fen.to_string();
        self.proposed(order, kind, set, fen).order(
            order,
            "approved",
            "mallory",
            &[("line_count", "1"), ("total_fen", &total)],
        )
    }

    fn claim(self, claim: &str, kind: &str, actor: &str, set: &[(&str, &str)]) -> Self {
        let mut columns = BTreeMap::from([
            ("claim_id", format!("'{claim}'")),
            ("kind", format!("'{kind}'")),
            ("actor_id", format!("'{actor}'")),
        ]);
        columns.extend(set.iter().map(|(column, sql)| (*column, (*sql).to_owned())));
        let script = self.record("claim", actor);
        columns.entry("seq").or_insert(script.seq.to_string());
        script.event("claim_events", &columns)
    }

    fn appeal(self, appeal: &str, kind: &str, actor: &str, set: &[(&str, &str)]) -> Self {
        let mut columns = BTreeMap::from([
            ("appeal_id", format!("'{appeal}'")),
            ("kind", format!("'{kind}'")),
            ("actor_id", format!("'{actor}'")),
        ]);
        columns.extend(set.iter().map(|(column, sql)| (*column, (*sql).to_owned())));
        let script = self.record("appeal", actor);
        columns.entry("seq").or_insert(script.seq.to_string());
        script.event("appeal_events", &columns)
    }

    fn period(self, period: &str, index: i64, kind: &str) -> Self {
        let seq = self.seq;
        self.raw(&format!(
            "INSERT INTO period_events VALUES ('{period}', {index}, '{kind}', {seq})"
        ))
    }

    /// A change of the charter.
    fn charter(self, kind: &str, certificate: &str) -> Self {
        let seq = self.seq;
        self.raw(&format!(
            "INSERT INTO charter_events VALUES ({seq}, '{kind}', {certificate})"
        ))
    }

    /// A text beside a record; the commitment and the salt are SQL.
    fn text(self, seq: i64, commitment: &str, salt: &str, text: &str) -> Self {
        self.raw(&format!(
            "INSERT INTO texts (commitment, seq, salt, text) \
             SELECT {commitment}, {seq}, {salt}, '{text}' FROM ledger_records WHERE seq = 1"
        ))
    }

    /// The decision of the last record to erase a text.
    fn erasure(self, commitment: &str, document: &str) -> Self {
        let seq = self.seq;
        self.raw(&format!(
            "INSERT INTO erasures VALUES ({seq}, {commitment}, '{document}')"
        ))
    }

    /// A checkpoint of a size.
    fn seal_at(self, size: i64) -> Self {
        self.raw(&format!(
            "INSERT INTO checkpoints SELECT {size}, root_hash, note, created_at FROM checkpoints \
             WHERE tree_size = (SELECT max(tree_size) FROM checkpoints)"
        ))
    }

    /// A checkpoint of the last record.
    pub(super) fn seal(self) -> Self {
        let seq = self.seq;
        self.seal_at(seq)
    }
}

/// Every attack: what refuses it, `trigger/message` or the name of a constraint or index, and the
/// script.
pub(super) fn all(target: &Target) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for group in [
        records(target),
        txns(target),
        postings(target),
        runs(target),
        orders(target),
        rest(target),
        charters(target),
        texts(target),
        checks(target),
    ] {
        all.extend(
            group
                .into_iter()
                .map(|(rule, script)| (rule.to_owned(), script.sql)),
        );
    }
    if target.backend == Backend::Postgres {
        // There it is the key or the index that refuses.
        let keys = [
            ("accounts_next/account exists", "ix_accounts_code"),
            ("txns_next/transaction exists", "ix_txns_idempotency_key"),
            ("txns_next/reversed already", "ix_txns_reverses_seq"),
            ("postings_next/posting exists", "postings_pkey"),
            (
                "period_events_next/period event exists",
                "period_events_pkey",
            ),
            ("order_lines_next/order line exists", "order_lines_pkey"),
            ("checkpoints_next/checkpoint exists", "checkpoints_pkey"),
        ];
        for (rule, sql) in &mut all {
            if let Some((_, key)) = keys.iter().find(|(own, _)| own == rule) {
                *rule = (*key).to_owned();
                *sql = sql.replace("INSERT OR REPLACE", "INSERT");
            }
        }
        let same_number = "INSERT INTO accounts VALUES (1, 'P:WriteOff', 'P', '-')";
        all.push(("accounts_pkey".to_owned(), same_number.to_owned()));
    }
    all
}

type Attacks<'a> = Vec<(&'static str, Script<'a>)>;

fn records(target: &Target) -> Attacks<'_> {
    let script = || target.script();
    let next = target.head() + 1;
    vec![
        (
            "ledger_records_next/gap in record numbers",
            script().record_at(next + 1, "posted", "eve", NOW, "leaf_hash"),
        ),
        (
            "ledger_records_next/recorded before its predecessor",
            script().record_at(next, "posted", "eve", "'2001-01-01 00:00:00'", "leaf_hash"),
        ),
        ("ledger_records_next/no such kind of record", script().record("gossip", "eve")),
        (
            "accounts_next/account exists",
            script().raw("INSERT INTO accounts SELECT 99, code, account_group, guard FROM accounts WHERE id = 1"),
        ),
        (
            "accounts_next/no such kind of account",
            script().raw("INSERT INTO accounts VALUES (99, 'P:Payable:D9', 'P', '-')"),
        ),
        (
            "period_events_next/period event exists",
            script().record("period_opened", "eve").raw(&format!(
                "INSERT OR REPLACE INTO period_events VALUES ('2026-03', 0, 'period_opened', {next})"
            )),
        ),
        (
            "period_events_next/period was not opened",
            script().record("period_closed", "eve").period("2026-09", 1, "period_closed"),
        ),
        (
            "period_events_next/not the next record",
            script().record("posted", "eve").record("period_opened", "eve").period("2026-09", 0, "period_opened"),
        ),
        (
            "period_events_next/record of another kind",
            script().record("run", "eve").period("2026-09", 0, "period_opened"),
        ),
    ]
}

fn txns(target: &Target) -> Attacks<'_> {
    let script = || target.script();
    let first = target.accrual("D1", LINE_0).to_string();
    let second = target.accrual("D1", LINE_1).to_string();
    let third = target.accrual("D2", LINE_0).to_string();
    let withheld = target.seq("withhold/w1/0").to_string();
    let granted = target
        .seq(&format!("appropriate/豫财〔2026〕9号/{LINE_0}"))
        .to_string();
    let (available, authority) = (
        format!("B:Available:{LINE_0}"),
        format!("B:Authority:{LINE_0}"),
    );
    let budget = [(available.as_str(), 5), (authority.as_str(), -5)];
    let hold = |fen: i64| [("P:Payable:D1", fen), ("P:Withheld:D1", -fen)];
    let mut late = script().record("posted", "eve").record("posted", "eve");
    let legs = late.legs(&budget);
    let mut other = script().record("run", "eve");
    let other_legs = other.legs(&budget);
    vec![
        (
            "txns_next/transaction exists",
            script().txn(
                "amend",
                &[("idempotency_key", "(SELECT min(idempotency_key) FROM txns)")],
                &budget,
            ),
        ),
        (
            "txns_next/not the next record",
            late.txn_row("amend", &[], &legs),
        ),
        (
            "txns_next/record of another kind",
            other.txn_row("amend", &[], &other_legs),
        ),
        (
            "txns_next/period not open",
            script().txn(
                "amend",
                &[("period", "'2026-04'"), ("effective_on", "'2026-04-30'")],
                &budget,
            ),
        ),
        (
            "txns_next/nothing to reverse",
            script()
                .approved("v8", "reverse", &[("reverses_seq", &withheld)], 100)
                .ordered(
                    "reverse",
                    ("v8", 0),
                    &[("reverses_seq", &withheld), ("accrual_seq", &first)],
                    &[("P:Payable:D1", -100), ("P:Withheld:D1", 100)],
                ),
        ),
        (
            "txns_next/reversed already",
            script()
                .approved("v9", "reverse", &[("reverses_seq", &granted)], 7)
                .ordered(
                    "reverse",
                    ("v9", 0),
                    &[("reverses_seq", &granted)],
                    &[(&available, -7), (&authority, 7)],
                ),
        ),
        (
            "txns_next/no such accrual",
            script()
                .proposed("w8", "withhold", &[("accrual_seq", &granted)], 5)
                .ordered(
                    "withhold",
                    ("w8", 0),
                    &[("accrual_seq", &granted)],
                    &hold(5),
                ),
        ),
        (
            "txns_next/run not at this stage",
            script().txn(
                "accrue",
                &[("run_id", "'other'"), ("run_attempt", "1")],
                &budget,
            ),
        ),
        (
            "txns_next/no decision of its kind",
            script().txn("offset", &[], &budget),
        ),
        (
            "txns_next/order not approved",
            script().ordered(
                "pay_instruct",
                ("p2", 0),
                &[("accrual_seq", &first)],
                &[("P:Payable:D1", 10), ("P:InTransit:D1", -10)],
            ),
        ),
        (
            "txns_next/not the line of the order",
            script()
                .proposed("w8", "withhold", &[("accrual_seq", &first)], 5)
                .ordered("withhold", ("w8", 0), &[("accrual_seq", &second)], &hold(5)),
        ),
        (
            "txns_next/order line carried out already",
            script().ordered("withhold", ("w1", 0), &[("accrual_seq", &first)], &hold(1)),
        ),
        (
            "txns_next/payment not in transit",
            script()
                .approved("p8", "pay_instruct", &[("accrual_seq", &second)], 5)
                .ordered(
                    "pay_confirm",
                    ("p8", 0),
                    &[("accrual_seq", &second)],
                    &[
                        (&format!("B:Encumbered:{LINE_1}"), -5),
                        (&format!("B:Available:{LINE_1}"), 5),
                    ],
                ),
        ),
        (
            "txns_next/appeal not at this stage",
            script().txn(
                "resolve",
                &[("appeal_id", "'a1'"), ("accrual_seq", &first)],
                &[("P:Disputed:D1", 50), ("P:Payable:D1", -50)],
            ),
        ),
        (
            "txns_post/unbalanced transaction",
            script().txn("amend", &[], &[(&available, 5), (&authority, -4)]),
        ),
        (
            "txns_post/not the negation",
            script()
                .approved("v8", "reverse", &[("reverses_seq", "2")], 5)
                .ordered(
                    "reverse",
                    ("v8", 0),
                    &[("reverses_seq", "2")],
                    &[(&available, -5), (&authority, 5)],
                ),
        ),
        (
            "txns_post/more than the accrual holds",
            script()
                .proposed("w8", "withhold", &[("accrual_seq", &second)], 701)
                .ordered(
                    "withhold",
                    ("w8", 0),
                    &[("accrual_seq", &second)],
                    &hold(701),
                ),
        ),
        (
            "txns_post/claws back more than was paid",
            script()
                .approved("b8", "clawback", &[("accrual_seq", &third)], 101)
                .ordered(
                    "clawback",
                    ("b8", 0),
                    &[("accrual_seq", &third)],
                    &[("P:Clawback:D2", 101), ("P:Expense:共享补偿", -101)],
                ),
        ),
    ]
}

fn postings(target: &Target) -> Attacks<'_> {
    let script = || target.script();
    let (available, authority) = (
        format!("B:Available:{LINE_0}"),
        format!("B:Authority:{LINE_0}"),
    );
    let at = target.books.balance(&available.parse().unwrap());
    let (place, balance) = (at.account_seq + 1, at.balance_fen.get());
    let id = target.ids[&available];
    // Not an account of the last transaction.
    let transactions = |seq: &u64| target.books.transaction(*seq).is_some();
    let last = (1..=target.books.records())
        .rev()
        .find(transactions)
        .unwrap();
    let reserved = format!("B:Reserved:{LINE_0}");
    let foreign = target.books.balance(&reserved.parse().unwrap());
    let mut wrong = script().record("posted", "eve");
    let legs = wrong.legs(&[(&available, 5), (&authority, -5)]);
    let beyond = format!(",{}]", balance + 5);
    let legs = legs.replace(&beyond, &format!(",{}]", balance + 6));
    vec![
        (
            "postings_next/not a leg",
            script().raw(&format!(
                "INSERT INTO postings VALUES ({}, {}, {last}, 7, 5, {}, '2026-03', '2026-03-31', 0, 0)",
                target.ids[&reserved],
                foreign.account_seq + 1,
                foreign.balance_fen.get() + 5,
            )),
        ),
        (
            "postings_next/posting exists",
            script().raw(&format!(
                "INSERT OR REPLACE INTO postings SELECT * FROM postings WHERE account_id = {id} AND account_seq = {}",
                place - 1
            )),
        ),
        (
            "postings_next/bad running balance",
            wrong.txn_row("amend", &[], &legs),
        ),
        (
            "postings_next/balance not allowed",
            script().amend(-balance - 1),
        ),
    ]
}

fn runs(target: &Target) -> Attacks<'_> {
    let script = || target.script();
    let totals =
        |count: &'static str, total: &'static str| [("award_count", count), ("total_fen", total)];
    let march = [
        ("for_period", "'2026-03'"),
        ("award_count", "0"),
        ("total_fen", "0"),
    ];
    let again = [
        ("for_period", "'2026-02'"),
        ("award_count", "0"),
        ("total_fen", "0"),
        ("attempt", "2"),
    ];
    vec![
        (
            "run_events_next/not the next record",
            script()
                .record("posted", "eve")
                .run("r1", "voided", "eve", &[]),
        ),
        (
            "run_events_next/record of another kind",
            script()
                .record("run", "eve")
                .run_row("r1", "voided", "other", &[]),
        ),
        (
            "run_events_next/wrong stage of the run",
            script().run("r1", "submitted", "eve", &[]),
        ),
        (
            "run_events_next/another run stands",
            script().run("r8", "calculated", "eve", &march),
        ),
        (
            "run_events_next/another calculation of the run",
            script().run("r8", "calculated", "eve", &again),
        ),
        (
            "run_events_next/another digest",
            script().run("r1", "voided", "eve", &[("digest", "'x'")]),
        ),
        (
            "run_events_next/maker cannot approve",
            script()
                .calculated("r8", 0, 0)
                .run("r8", "submitted", "zhang", &[])
                .run("r8", "approved", "eve", &totals("0", "0")),
        ),
        (
            "run_events_next/control totals differ",
            script()
                .calculated("r8", 0, 0)
                .run("r8", "submitted", "zhang", &[])
                .run("r8", "approved", "li", &totals("1", "5")),
        ),
        (
            "claim_events_next/not the next record",
            script()
                .record("posted", "eve")
                .claim("c9", "declared", "eve", &[("amount_fen", "5")]),
        ),
        (
            "claim_events_next/record of another kind",
            script().record("claim", "eve").raw(&format!(
                "INSERT INTO claim_events (seq, claim_id, kind, amount_fen, actor_id) \
                 VALUES ({}, 'c9', 'declared', 5, 'other')",
                target.head() + 1
            )),
        ),
        (
            "claim_events_next/wrong stage of the claim",
            script().claim("c1", "decided", "zhang", &[("amount_fen", "20")]),
        ),
        (
            "claim_events_next/declarant cannot decide",
            script().claim("c2", "decided", "chen", &[("amount_fen", "20")]),
        ),
        (
            "claim_events_next/not between nothing and what was declared",
            script().claim("c2", "decided", "zhang", &[("amount_fen", "31")]),
        ),
        (
            "claim_events_next/claim paid by another run",
            script().calculated("r8", 0, 0).claim(
                "c1",
                "included",
                "eve",
                &[("run_id", "'r8'"), ("run_attempt", "1")],
            ),
        ),
        (
            "claim_events_next/run not at this stage",
            script().claim(
                "c9",
                "included",
                "eve",
                &[("run_id", "'r1'"), ("run_attempt", "1")],
            ),
        ),
    ]
}

fn orders(target: &Target) -> Attacks<'_> {
    let script = || target.script();
    let first = target.accrual("D1", LINE_0).to_string();
    let approval = |fen: &'static str| [("line_count", "1"), ("total_fen", fen)];
    let proposal = [
        ("order_kind", "'lapse'"),
        ("line_count", "1"),
        ("total_fen", "5"),
    ];
    vec![
        (
            "order_events_next/not the next record",
            script().record("posted", "eve").order("x8", "proposed", "eve", &proposal),
        ),
        (
            "order_events_next/record of another kind",
            script().record("order", "eve").order_row("x8", "proposed", "other", &proposal),
        ),
        (
            "order_events_next/wrong stage of the order",
            script().order("p3", "approved", "mallory", &approval("10")),
        ),
        (
            "order_events_next/another order",
            script().order("p2", "refused", "mallory", &[("digest", "'x'")]),
        ),
        (
            "order_events_next/maker cannot approve",
            script().order("p2", "approved", "li", &approval("10")),
        ),
        (
            "order_events_next/control totals differ",
            script().order("p2", "approved", "mallory", &approval("11")),
        ),
        (
            "order_lines_next/order line exists",
            script()
                .proposed("x8", "lapse", &[], 5)
                .raw("INSERT OR REPLACE INTO order_lines (order_id, line_index, kind, amount_fen) VALUES ('x8', 0, 'lapse', 6)"),
        ),
        (
            "order_lines_next/not with the proposal",
            script().line_row("p2", 1, "pay_instruct", &[], 5),
        ),
        (
            "order_lines_next/accrual in a live batch",
            script().proposed("p8", "pay_instruct", &[("accrual_seq", &first)], 5),
        ),
        (
            "appeal_events_next/not the next record",
            script().record("posted", "eve").appeal("a8", "opened", "eve", &[]),
        ),
        (
            "appeal_events_next/record of another kind",
            script().record("appeal", "eve").raw(&format!(
                "INSERT INTO appeal_events (seq, appeal_id, kind, actor_id) VALUES ({}, 'a8', 'opened', 'other')",
                target.head() + 1
            )),
        ),
        ("appeal_events_next/wrong step of the appeal", script().appeal("a1", "escalated", "eve", &[])),
        ("appeal_events_next/opener cannot decide", script().appeal("a2", "upheld", "chen", &[])),
    ]
}

fn rest(target: &Target) -> Attacks<'_> {
    let script = || target.script();
    let (reserved, available) = (
        format!("B:Reserved:{LINE_0}"),
        format!("B:Available:{LINE_0}"),
    );
    let first = target.accrual("D1", LINE_0).to_string();
    vec![
        (
            "checkpoints_next/checkpoint not of the last record",
            script().amend(5).amend(6).seal_at(target.head() + 1),
        ),
        (
            "checkpoints_next/checkpoint exists",
            script().raw(
                "INSERT OR REPLACE INTO checkpoints SELECT * FROM checkpoints \
                 WHERE tree_size = (SELECT max(tree_size) FROM checkpoints)",
            ),
        ),
        (
            "checkpoints_next/a record has no projection",
            script().record("posted", "eve").seal(),
        ),
        (
            "checkpoints_next/accruals differ from the approval",
            script()
                .calculated("r8", 1, 5)
                .txn(
                    "reserve",
                    &[("run_id", "'r8'"), ("run_attempt", "1")],
                    &[(&reserved, 5), (&available, -5)],
                )
                .run("r8", "submitted", "zhang", &[])
                .run(
                    "r8",
                    "approved",
                    "li",
                    &[("award_count", "1"), ("total_fen", "5")],
                )
                .seal(),
        ),
        (
            "checkpoints_next/lines differ from the proposal",
            script()
                .order(
                    "x8",
                    "proposed",
                    "eve",
                    &[
                        ("order_kind", "'lapse'"),
                        ("line_count", "1"),
                        ("total_fen", "5"),
                    ],
                )
                .line_row("x8", 0, "lapse", &[], 4)
                .seal(),
        ),
        (
            "checkpoints_next/transactions differ from the order",
            script().approved("x8", "lapse", &[], 5).seal(),
        ),
        (
            "checkpoints_next/transactions differ from the appeal",
            script()
                .appeal(
                    "a8",
                    "opened",
                    "eve",
                    &[("accrual_seq", &first), ("amount_fen", "5")],
                )
                .seal(),
        ),
    ]
}

fn charters(target: &Target) -> Attacks<'_> {
    let script = || target.script();
    let known = "(SELECT max(certificate) FROM charter_events)";
    vec![
        (
            "charter_events_next/not the next record",
            script()
                .record("posted", "eve")
                .record("charter", "eve")
                .charter("certified", "'x'"),
        ),
        (
            "charter_events_next/record of another kind",
            script().record("run", "eve").charter("certified", "'x'"),
        ),
        (
            "charter_events_next/founded after the first record",
            script().record("charter", "eve").charter("founded", "NULL"),
        ),
        (
            "charter_events_next/certificate exists",
            script()
                .record("charter", "eve")
                .charter("certified", known),
        ),
        (
            "ck_charter_events_kind",
            script().record("charter", "eve").charter("gossip", "NULL"),
        ),
        (
            "ck_charter_events_certificate",
            script()
                .record("charter", "eve")
                .charter("certified", "NULL"),
        ),
    ]
}

fn texts(target: &Target) -> Attacks<'_> {
    let script = || target.script();
    let posted = || script().record("posted", "eve");
    let next = target.head() + 1;
    let known = "(SELECT commitment FROM texts ORDER BY 1 LIMIT 1)";
    let erased = "(SELECT commitment FROM erasures LIMIT 1)";
    let salt = "substr(leaf_hash, 1, 16)";
    vec![
        (
            "texts_next/text exists",
            posted().text(next, known, salt, "x"),
        ),
        (
            "texts_next/text was erased",
            posted().text(next, erased, salt, "x"),
        ),
        (
            "texts_next/text of no record",
            script().text(next, "leaf_hash", salt, "x"),
        ),
        (
            "texts_next/text of a sealed record",
            script().text(1, "leaf_hash", salt, "x"),
        ),
        (
            "texts_erased/no decision to erase the text",
            script().raw("DELETE FROM texts"),
        ),
        (
            "ck_texts_commitment",
            posted().text(next, "substr(leaf_hash, 1, 31)", salt, "x"),
        ),
        (
            "ck_texts_salt",
            posted().text(next, "leaf_hash", "substr(leaf_hash, 1, 15)", "x"),
        ),
        ("ck_texts_text", posted().text(next, "leaf_hash", salt, "")),
        (
            "erasures_next/not the next record",
            posted().record("erased", "eve").erasure(known, "文"),
        ),
        (
            "erasures_next/record of another kind",
            script().record("run", "eve").erasure(known, "文"),
        ),
        (
            "erasures_next/no such text",
            script().record("erased", "eve").erasure(erased, "文"),
        ),
        (
            "ck_erasures_document",
            script().record("erased", "eve").erasure(known, ""),
        ),
    ]
}

fn checks(target: &Target) -> Attacks<'_> {
    let script = || target.script();
    let (available, authority) = (
        format!("B:Available:{LINE_0}"),
        format!("B:Authority:{LINE_0}"),
    );
    let budget = [(available.as_str(), 5), (authority.as_str(), -5)];
    let second = target.accrual("D1", LINE_1).to_string();
    let most = 9_007_199_254_740_991;
    let mut half = script();
    half.seq += 1;
    let next = half.seq;
    let mut opened = script().record("period_closed", "eve");
    opened = opened.period("2026-09", 0, "period_closed");
    vec![
        (
            "ck_ledger_records_leaf_hash",
            script().record_at(next, "posted", "eve", NOW, "substr(leaf_hash, 1, 31)"),
        ),
        (
            "ck_txns_effective_on",
            script().txn("amend", &[("effective_on", "'2026-04-01'")], &budget),
        ),
        (
            "ck_txns_fingerprint",
            script().txn(
                "amend",
                &[(
                    "fingerprint",
                    "(SELECT substr(leaf_hash, 1, 31) FROM ledger_records LIMIT 1)",
                )],
                &budget,
            ),
        ),
        (
            "ck_txns_run",
            script().txn("amend", &[("run_attempt", "1")], &budget),
        ),
        (
            "ck_txns_order",
            script().txn("amend", &[("rule", "'r'")], &budget),
        ),
        (
            "ck_txns_reverses",
            script().txn(
                "recover",
                &[("reverses_seq", &second)],
                &[
                    (&format!("B:Encumbered:{LINE_1}"), -700),
                    (&format!("B:Reserved:{LINE_1}"), 700),
                    ("P:Expense:共享补偿", -700),
                    ("P:Payable:D1", 700),
                ],
            ),
        ),
        (
            "ck_postings_amount_fen",
            script().txn("amend", &[], &[(&available, 0), (&authority, 0)]),
        ),
        ("ck_postings_balance_after_fen", script().amend(most)),
        ("ck_period_events_kind", opened),
        (
            "ck_run_events_kind",
            script().run("r1", "gossip", "eve", &[]),
        ),
        (
            "ck_run_events_totals",
            script().run(
                "r1",
                "voided",
                "eve",
                &[("award_count", "1"), ("total_fen", "1")],
            ),
        ),
        (
            "ck_order_events_kind",
            script().order("p2", "gossip", "mallory", &[]),
        ),
        (
            "ck_order_events_order_kind",
            script().order("p2", "refused", "mallory", &[("order_kind", "'pay'")]),
        ),
        (
            "ck_order_events_totals",
            script().order(
                "p2",
                "refused",
                "mallory",
                &[("line_count", "1"), ("total_fen", "10")],
            ),
        ),
        (
            "ck_order_lines_amount_fen",
            script().proposed("x8", "lapse", &[], 0),
        ),
        (
            "ck_claim_events_kind",
            script().claim("c1", "gossip", "eve", &[("amount_fen", "1")]),
        ),
        (
            "ck_claim_events_amount_fen",
            script().calculated("r8", 0, 0).claim(
                "c9",
                "included",
                "eve",
                &[
                    ("run_id", "'r8'"),
                    ("run_attempt", "1"),
                    ("amount_fen", "5"),
                ],
            ),
        ),
        (
            "ck_appeal_events_kind",
            script().appeal("a2", "gossip", "eve", &[]),
        ),
        (
            "ck_checkpoints_root_hash",
            script().amend(5).raw(&format!(
                "INSERT INTO checkpoints SELECT {next}, substr(root_hash, 1, 31), note, created_at \
                 FROM checkpoints WHERE tree_size = (SELECT max(tree_size) FROM checkpoints)"
            )),
        ),
    ]
}

/// A column of a table.
pub(super) fn some_column(table: &str) -> &'static str {
    match table {
        "accounts" => "guard",
        "txns" => "memo",
        "postings" => "amount_fen",
        "checkpoints" => "note",
        "texts" => "text",
        "erasures" => "document",
        _ => "kind",
    }
}

/// What changes, removes or empties a table.
pub(super) fn on_append_only(trigger: &str, table: &str) -> String {
    let mut sql = String::new();
    let column = some_column(table);
    let _ = match trigger.rsplit('_').next() {
        Some("update") => write!(sql, "UPDATE {table} SET {column} = {column}"),
        Some("truncate") => write!(sql, "TRUNCATE {table}"),
        _ => write!(sql, "DELETE FROM {table}"),
    };
    sql
}

/// Two scripts about a record that is committed and has no projection yet, or about the next record,
/// which have nothing in common but its number.
pub(super) fn race(target: &Target, table: &str) -> [String; 2] {
    let at = || {
        let mut script = target.script();
        script.seq += 1;
        script
    };
    let memo = |department: &str| {
        let mut script = at();
        let (unfunded, entitlement) = (
            format!("M:Unfunded:{department}"),
            format!("M:Entitlement:{department}"),
        );
        let legs = script.legs(&[(&unfunded, 1), (&entitlement, -1)]);
        let key = format!("'{department}'");
        script.txn_row("amend", &[("idempotency_key", &key)], &legs)
    };
    let seq = target.head() + 1;
    let number = seq.to_string();
    let run = |run: &str, month: &str| {
        let totals = [
            ("for_period", month),
            ("award_count", "0"),
            ("total_fen", "0"),
        ];
        at().run_row(run, "calculated", "eve", &totals)
    };
    let order = |id: &str| {
        let totals = [
            ("order_kind", "'lapse'"),
            ("line_count", "1"),
            ("total_fen", "5"),
        ];
        at().order_row(id, "proposed", "eve", &totals)
    };
    let event = |table: &str, column: &str, id: &str, kind: &str| {
        at().event(
            table,
            &BTreeMap::from([
                ("seq", number.clone()),
                (column, format!("'{id}'")),
                ("kind", format!("'{kind}'")),
                ("amount_fen", "5".to_owned()),
                ("actor_id", "'eve'".to_owned()),
            ]),
        )
    };
    let scripts = match table {
        "ledger_records" => ["eve", "mallory"].map(|actor| target.script().record("posted", actor)),
        "txns" => ["D1", "D2"].map(memo),
        "run_events" => {
            [("r8", "'2026-01'"), ("r9", "'2026-02'")].map(|(id, month)| run(id, month))
        }
        "order_events" => ["x8", "x9"].map(order),
        "claim_events" => ["c8", "c9"].map(|id| event(table, "claim_id", id, "declared")),
        "appeal_events" => ["a8", "a9"].map(|id| event(table, "appeal_id", id, "opened")),
        "charter_events" => ["'x8'", "'x9'"].map(|note| at().charter("certified", note)),
        "erasures" => ["ASC", "DESC"].map(|order| {
            let one = format!("(SELECT commitment FROM texts ORDER BY 1 {order} LIMIT 1)");
            at().erasure(&one, "文")
        }),
        _ => ["2026-08", "2026-09"].map(|month| at().period(month, 0, "period_opened")),
    };
    scripts.map(|script| script.sql)
}
