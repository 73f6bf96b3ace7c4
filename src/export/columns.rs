//! What a row holds: one posting with all that its record says. The names are those of the ledger's
//! tables; they are an interface and do not change.

use std::borrow::Cow;

use chrono::NaiveDate;
use domain::Fen;
use ledger::{Basis, Event, Posting, Transaction, UtcMicros};

/// What kind of value a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text.
    Text,
    /// A whole number of 64 bits.
    Whole,
    /// A business date.
    Day,
    /// An instant, UTC, to the microsecond.
    Instant,
    /// An amount in yuan with two decimals.
    Yuan,
}

/// A column.
pub struct Column {
    /// Its name in CSV and Parquet.
    pub name: &'static str,
    /// Its head in a workbook.
    pub title: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// Whether it can be empty.
    pub optional: bool,
    pub(crate) cell: for<'a> fn(&Row<'a>) -> Value<'a>,
}

/// The value of a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value<'a> {
    Empty,
    Text(Cow<'a, str>),
    Whole(i64),
    Day(NaiveDate),
    Instant(UtcMicros),
    Yuan(Fen),
}

/// One posting in its record.
pub(crate) struct Row<'a> {
    pub(crate) event: &'a Event,
    pub(crate) transaction: &'a Transaction,
    pub(crate) leg_index: i64,
    pub(crate) posting: Posting<'a>,
}

const fn always(
    name: &'static str,
    title: &'static str,
    kind: Kind,
    cell: for<'a> fn(&Row<'a>) -> Value<'a>,
) -> Column {
    Column {
        name,
        title,
        kind,
        optional: false,
        cell,
    }
}

const fn sometimes(
    name: &'static str,
    title: &'static str,
    kind: Kind,
    cell: for<'a> fn(&Row<'a>) -> Value<'a>,
) -> Column {
    Column {
        optional: true,
        ..always(name, title, kind, cell)
    }
}

/// The columns, in order.
pub static COLUMNS: [Column; 30] = [
    always("seq", "记录号", Kind::Whole, |row| number(row.event.seq)),
    always("leg_index", "分录", Kind::Whole, |row| {
        Value::Whole(row.leg_index)
    }),
    always("recorded_at", "记录时间", Kind::Instant, |row| {
        Value::Instant(row.event.recorded_at)
    }),
    always("period", "记账期", Kind::Text, |row| {
        owned(row.transaction.period)
    }),
    always("effective_on", "业务日期", Kind::Day, |row| {
        Value::Day(row.transaction.effective_on)
    }),
    always("for_period", "所属期", Kind::Text, |row| {
        owned(row.transaction.for_period)
    }),
    always("kind", "类型代码", Kind::Text, |row| {
        text(row.transaction.kind.code())
    }),
    always("kind_title", "类型", Kind::Text, |row| {
        text(row.transaction.kind.title())
    }),
    always("account_group", "账户组", Kind::Text, |row| {
        text(row.posting.account.group().letter())
    }),
    always("account", "账户", Kind::Text, |row| {
        owned(row.posting.account)
    }),
    always("account_title", "账户名称", Kind::Text, |row| {
        text(row.posting.account.title())
    }),
    always("amount_fen", "金额（分）", Kind::Whole, |row| {
        Value::Whole(row.posting.amount_fen.get())
    }),
    always("amount_yuan", "金额（元）", Kind::Yuan, |row| {
        Value::Yuan(row.posting.amount_fen)
    }),
    always("account_seq", "账户序号", Kind::Whole, |row| {
        number(row.posting.mark.account_seq)
    }),
    always(
        "balance_after_fen",
        "记录后余额（分）",
        Kind::Whole,
        |row| Value::Whole(row.posting.mark.balance_after_fen.get()),
    ),
    always("document", "依据文号", Kind::Text, |row| {
        text(&row.transaction.document)
    }),
    always("memo", "摘要", Kind::Text, |row| {
        owned(&row.transaction.memo)
    }),
    sometimes("department_id", "部门", Kind::Text, |row| {
        row.transaction
            .department
            .as_ref()
            .map_or(Value::Empty, owned)
    }),
    sometimes("component", "构成", Kind::Text, |row| {
        row.transaction
            .component
            .map_or(Value::Empty, |own| text(own.code()))
    }),
    sometimes("run_id", "核算", Kind::Text, |row| {
        row.transaction
            .run
            .as_ref()
            .map_or(Value::Empty, |run| owned(&run.run))
    }),
    sometimes("run_attempt", "核算次数", Kind::Whole, |row| {
        let run = row.transaction.run.as_ref();
        run.map_or(Value::Empty, |run| number(run.attempt.into()))
    }),
    sometimes("accrual_seq", "所动计提", Kind::Whole, |row| {
        row.transaction.accrual.map_or(Value::Empty, number)
    }),
    sometimes("reverses_seq", "所冲销记录", Kind::Whole, |row| {
        row.transaction.reverses.map_or(Value::Empty, number)
    }),
    sometimes("order_id", "决定", Kind::Text, |row| {
        match &row.transaction.basis {
            Some(Basis::Order { order, .. }) => owned(order),
            _ => Value::Empty,
        }
    }),
    sometimes("order_line", "决定行", Kind::Whole, |row| {
        match &row.transaction.basis {
            Some(Basis::Order { line, .. }) => number((*line).into()),
            _ => Value::Empty,
        }
    }),
    sometimes("rule", "规则", Kind::Text, |row| {
        match &row.transaction.basis {
            Some(Basis::Order { rule, .. }) if !rule.is_empty() => text(rule),
            _ => Value::Empty,
        }
    }),
    sometimes("appeal_id", "申诉", Kind::Text, |row| {
        match &row.transaction.basis {
            Some(Basis::Appeal { appeal }) => owned(appeal),
            _ => Value::Empty,
        }
    }),
    always("idempotency_key", "幂等键", Kind::Text, |row| {
        text(&row.transaction.idempotency_key)
    }),
    always("actor_id", "经办人", Kind::Text, |row| {
        text(&row.event.actor.id)
    }),
    always("actor_role", "经办角色", Kind::Text, |row| {
        text(row.event.actor.role.code())
    }),
];

fn text(text: &str) -> Value<'_> {
    Value::Text(Cow::Borrowed(text))
}

fn owned<'a>(shown: impl ToString) -> Value<'a> {
    Value::Text(Cow::Owned(shown.to_string()))
}

/// Record numbers are within 63 bits, as both databases keep them.
fn number<'a>(number: u64) -> Value<'a> {
    i64::try_from(number).map_or(Value::Empty, Value::Whole)
}
