//! The one error of the crate: values, texts and proofs that are not what they should be.

use domain::Period;

use crate::account::Account;

/// What can be wrong with a value, a stored record or a proof.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LedgerError {
    /// The text is not an account code.
    #[error("“{text}”不是账户代码 (not an account code)")]
    NotAnAccount {
        /// The text as found.
        text: String,
    },
    /// The text is not 64 hexadecimal digits.
    #[error("“{text}”不是 64 位十六进制摘要 (not a SHA-256 digest)")]
    NotADigest {
        /// The text as found.
        text: String,
    },
    /// A transaction has fewer than two legs in one of its groups.
    #[error("凭证分录不足两条 (a group of legs needs at least two)")]
    TooFewLegs,
    /// A leg moves nothing.
    #[error("账户 {account} 的分录金额为零 (a leg moves nothing)")]
    ZeroLeg {
        /// The account of the leg.
        account: Account,
    },
    /// Two legs of a transaction name one account.
    #[error("账户 {account} 在同一凭证中重复 (account repeated in a transaction)")]
    RepeatedAccount {
        /// The account.
        account: Account,
    },
    /// The legs of a group do not sum to zero.
    #[error("凭证借贷不平，差额 {difference_fen} 分 (legs of a group do not sum to zero)")]
    Unbalanced {
        /// Debits minus credits, fen.
        difference_fen: i128,
    },
    /// An amount or a balance beyond what the books hold.
    #[error("金额超出账簿上限 (amount out of range)")]
    OutOfRange,
    /// The business date lies outside the period of posting.
    #[error("业务日期不在记账期 {period} 内 (business date outside the posting period)")]
    DateOutsidePeriod {
        /// The period of posting.
        period: Period,
    },
    /// A required text is empty.
    #[error("缺少{what} (missing text: {what})")]
    Missing {
        /// Which text.
        what: &'static str,
    },
    /// A record does not follow from the ones before it.
    #[error("第 {seq} 号记录与账簿不符：{what} (record does not follow: {what})")]
    BrokenRecord {
        /// Sequence number of the record.
        seq: u64,
        /// What disagrees.
        what: &'static str,
    },
    /// Bytes of a record that are not canonical.
    #[error("记录字节无法解读：{0} (record bytes)")]
    Canon(#[from] domain::canon::CanonError),
    /// A text that is not what its format asks for.
    #[error("不是有效的{what} (malformed {what})")]
    Malformed {
        /// The format, in Chinese and English.
        what: &'static str,
    },
    /// A note without a signature of the key.
    #[error("没有密钥 {key} 的有效签名 (no valid signature of the key)")]
    BadSignature {
        /// Name of the key.
        key: String,
    },
    /// A signed text of another log.
    #[error("检查点属于“{found}”，应为“{expected}” (checkpoint of another log)")]
    OtherLog {
        /// The origin asked for.
        expected: String,
        /// The origin found.
        found: String,
    },
    /// An inclusion or consistency proof that does not lead to the root.
    #[error("证明与根哈希不符 (the proof does not lead to the root hash)")]
    ProofFails,
    /// A leaf outside the tree, or a tree larger than the log.
    #[error("序号超出日志范围 (index outside the log)")]
    OutsideLog,
    /// A checkpoint with fewer records than one that was kept.
    #[error(
        "账簿只有 {shown} 条记录，少于自己保存的 {kept} 条：被截断或退回备份 (fewer records than the checkpoint that was kept)"
    )]
    RolledBack {
        /// Records of the checkpoint that was kept.
        kept: u64,
        /// Records of the one shown.
        shown: u64,
    },
    /// A checkpoint of the size, but not the one of this ledger.
    #[error(
        "规模 {size} 的检查点不是本账簿的：可能有两套账 (not our checkpoint of this size: a split view?)"
    )]
    OtherCheckpoint {
        /// Its size.
        size: u64,
    },
    /// A checkpoint signed by a key that had been replaced already.
    #[error("检查点由已更换的旧密钥签发 (signed by a key that was replaced)")]
    OldKey,
    /// A statement that is not sealed as far as it should be.
    #[error("对账单未封存到 {period} (the statement is not sealed through the month)")]
    NotSealed {
        /// The month asked for.
        period: Period,
    },
    /// A checkpoint that too few witnesses cosigned.
    #[error("需 {wanted} 方见证，仅有 {found} 方 (too few witnesses cosigned)")]
    TooFewWitnesses {
        /// How many were asked for.
        wanted: usize,
        /// How many did.
        found: usize,
    },
    /// A ledger without a charter seals no balances.
    #[error(
        "账簿未立章程，没有封存余额；请出具逐笔回执 (no charter, no sealed balances: take receipts of lines)"
    )]
    NotFounded,
    /// A line that names other departments as well, so that it cannot be handed to one.
    #[error("第 {seq} 号记录涉及其他部门，不能出具回执 (record concerns other departments)")]
    NotYours {
        /// Sequence number of the record.
        seq: u64,
    },
}
