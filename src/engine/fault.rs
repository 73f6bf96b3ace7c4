//! Outcomes that are not values. Each stops the money path and names the rule, the row and the remedy.

use domain::{CalendarError, Place};

/// What went wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FaultKind {
    /// A number left the range of 128 bits.
    #[error("数值超出可表示的范围 (number out of range)")]
    Overflow,
    /// A quotient with nothing below the line.
    #[error("分母为零 (the denominator is zero)")]
    ZeroDenominator,
    /// A value that the row lacks was needed.
    #[error("缺少“{column}”的值 (missing value of {column})")]
    Missing {
        /// Column.
        column: String,
    },
    /// No row of a decision table, or no rule of a deadline, covers the input.
    #[error("“{table}”没有一行适用于 {input} (no row of {table} matches {input})")]
    NoRow {
        /// Table or deadline id.
        table: String,
        /// The input as text.
        input: String,
    },
    /// More than one rule covers the input.
    #[error(
        "“{table}”有多于一行适用于 {input}：第 {first} 行与第 {second} 行 \
         (rows {first} and {second} of {table} both match {input})"
    )]
    ManyRows {
        /// Table or deadline id.
        table: String,
        /// The input as text.
        input: String,
        /// One of them, from one.
        first: usize,
        /// Another.
        second: usize,
    },
    /// A working day of a year without notice was asked for.
    #[error("{0}")]
    Calendar(CalendarError),
    /// The value of a ratio indicator is outside 0 to 1.
    #[error("比率为 {value}，应在 0 至 1 之间 (the ratio is {value}, not within 0..1)")]
    RatioOutOfRange {
        /// The value as text.
        value: String,
    },
    /// A deduction or bonus below zero.
    #[error("扣分或加分值为 {value}，不得为负 (negative deduction or bonus: {value})")]
    Negative {
        /// The value as text.
        value: String,
    },
    /// A judgement outside what the indicator gives.
    #[error(
        "评定值为 {value}，应在 0 至 {most} 之间 (the judgement is {value}, not within 0..{most})"
    )]
    JudgementOutOfRange {
        /// The value as text.
        value: String,
        /// The most it may be, as text.
        most: String,
    },
    /// The frame does not fit the schema the plan was made for.
    #[error("事实表“{table}”与规则所需的结构不符 (table {table} does not fit the schema)")]
    WrongFrame {
        /// Table.
        table: String,
    },
}

/// A fault at one row of one subject under one rule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("规则“{rule}”（{}:{}）：{kind}", .place.file, .place.line)]
pub struct Fault {
    /// Id of the indicator, deadline, table or component.
    pub rule: String,
    /// Where the pack defines it.
    pub place: Place,
    /// Index of the subject, where one is concerned.
    pub subject: Option<usize>,
    /// Fact table of the row; empty when no row is concerned.
    pub table: String,
    /// Index of the row in its frame table, where one is concerned.
    pub row: Option<usize>,
    /// What went wrong.
    pub kind: FaultKind,
}
