//! Why no weights can be computed.

/// A computation that has no result.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WeightsError {
    /// A data table without rows or columns, or with rows of unequal length.
    #[error("数据表须至少一行一列，且各行列数相同 (the table is empty or ragged)")]
    NoTable,
    /// More rows or columns than a weighting has any use for.
    #[error("数据表超过 {rows} 行或 {columns} 列 (more than {rows} rows or {columns} columns)")]
    TooLarge {
        /// Most rows.
        rows: usize,
        /// Most columns.
        columns: usize,
    },
    /// Shares of a sum need values that are not negative, and more is better.
    #[error(
        "列“{criterion}”有负值或为成本型，不能直接求比重；请用极差标准化 (negative or cost column: use min-max)"
    )]
    NeedsMinMax {
        /// The column.
        criterion: String,
    },
    /// A shift below zero would make values negative again.
    #[error("平移量不能为负 (the shift must not be negative)")]
    NegativeShift,
    /// The random index is known for one to nine criteria.
    #[error("{order} 阶没有平均随机一致性指标，只有 1 至 9 阶 (no random index for order {order})")]
    NoRandomIndex {
        /// Number of criteria.
        order: usize,
    },
    /// The digits did not become certain within the precision allowed.
    #[error("数据相差过于悬殊，计算精度不足 (the digits cannot be made certain)")]
    Imprecise,
}
