//! Why the books refuse a command. Data for the caller, with the words a person reads.

use domain::{DepartmentId, Fen, Period, RunId};

use crate::account::{Account, Line};
use crate::command::{ControlTotal, Role};
use crate::digest::Digest;
use crate::error::LedgerError;
use crate::kind::Component;
use crate::run_state::Stage;

/// A refused command; nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// The period of the business date is not open.
    #[error("记账期 {period} 未开启，请先开账 (posting period not open)")]
    PeriodNotOpen {
        /// The period.
        period: Period,
    },
    /// A closed period stays closed.
    #[error(
        "记账期 {period} 已结账，更正请记入当前开启的记账期 (period closed; correct it in an open one)"
    )]
    PeriodClosed {
        /// The period.
        period: Period,
    },
    /// A run about the period waits for a decision.
    #[error("考核周期 {period} 的核算 {run} 尚待审批，不能结账 (a run awaits approval)")]
    RunPending {
        /// The period.
        period: Period,
        /// The run.
        run: RunId,
    },
    /// The key was used for something else.
    #[error("幂等键“{key}”已用于另一笔凭证 (idempotency key used for another transaction)")]
    KeyConflict {
        /// The key.
        key: String,
    },
    /// More was asked of a line than is available.
    #[error("资金池 {line} 可用 {available_fen} 元，申请 {asked_fen} 元 (appropriation exceeded)")]
    Overdraft {
        /// The line.
        line: Line,
        /// Asked, fen.
        asked_fen: Fen,
        /// Available, fen.
        available_fen: Fen,
    },
    /// An account would stand on the wrong side.
    #[error(
        "账户 {account} 余额 {balance_fen} 元，不足以变动 {amount_fen} 元 (balance does not allow it)"
    )]
    Insufficient {
        /// The account.
        account: Account,
        /// Its balance, fen.
        balance_fen: Fen,
        /// The change asked for, fen.
        amount_fen: Fen,
    },
    /// The run is not in the books.
    #[error("账簿中没有核算 {run} (unknown run)")]
    RunUnknown {
        /// The run.
        run: RunId,
    },
    /// The run is at another stage.
    #[error("核算 {run} 处于“{}”，不能执行此操作 (wrong stage of the run)", stage.title())]
    WrongStage {
        /// The run.
        run: RunId,
        /// Where it stands.
        stage: Stage,
    },
    /// The run was put in the books with other contents.
    #[error("核算 {run} 已按另一结果入账 (run already booked with another result)")]
    RunConflict {
        /// The run.
        run: RunId,
    },
    /// The approver saw something else.
    #[error("核算 {run} 的摘要为 {expected}，不是所审批的 {found} (digest mismatch)")]
    DigestMismatch {
        /// The run.
        run: RunId,
        /// Digest in the books.
        expected: Digest,
        /// Digest in the command.
        found: Digest,
    },
    /// The approver signs for another number or sum.
    #[error(
        "核算 {run} 为 {} 笔共 {} 元，审批的是 {} 笔共 {} 元 (control totals mismatch)",
        expected.count, expected.total_fen, found.count, found.total_fen
    )]
    ControlMismatch {
        /// The run.
        run: RunId,
        /// Totals in the books.
        expected: ControlTotal,
        /// Totals in the command.
        found: ControlTotal,
    },
    /// The checker made it.
    #[error("{actor} 是核算 {run} 的经办人，不能再审批 (maker cannot approve)")]
    SamePerson {
        /// The run.
        run: RunId,
        /// The actor.
        actor: String,
    },
    /// The office may not do this.
    #[error("{}无权执行“{action}” (role not allowed)", role.title())]
    RoleForbidden {
        /// The office.
        role: Role,
        /// The action.
        action: &'static str,
    },
    /// The period has an approved run.
    #[error(
        "考核周期 {period} 的核算 {run} 已审批入账，更正请用重述 (approved already; use a restatement)"
    )]
    PeriodApproved {
        /// The period.
        period: Period,
        /// The approved run.
        run: RunId,
    },
    /// A run about a period later than the business date.
    #[error("考核周期 {period} 晚于记账日期 (period lies after the business date)")]
    FuturePeriod {
        /// The period.
        period: Period,
    },
    /// An award the books cannot keep.
    #[error("部门 {department} 在资金池 {line} 的{}：{what} (bad award)", component.title())]
    BadAward {
        /// The department.
        department: DepartmentId,
        /// The line.
        line: Line,
        /// The component.
        component: Component,
        /// What is wrong.
        what: &'static str,
    },
    /// An accrual of the run has gone on already.
    #[error(
        "核算 {run} 的第 {accrual} 号计提已有后续处理，不能作废，请用追回 (an accrual was moved; claw back instead)"
    )]
    AccrualMoved {
        /// The run.
        run: RunId,
        /// Record number of the accrual.
        accrual: u64,
    },
    /// No such accrual, or it was reversed.
    #[error("没有有效的第 {accrual} 号计提 (no such accrual)")]
    AccrualUnknown {
        /// Record number asked for.
        accrual: u64,
    },
    /// More than the part of the accrual in that state.
    #[error(
        "第 {accrual} 号计提该状态下仅有 {held_fen} 元，申请 {asked_fen} 元 (more than the accrual holds)"
    )]
    AccrualExceeded {
        /// Record number of the accrual.
        accrual: u64,
        /// Asked, fen.
        asked_fen: Fen,
        /// Held in the state it should leave, fen.
        held_fen: Fen,
    },
    /// The amount has the wrong sign or is zero.
    #[error("金额必须大于零 (amount must be above zero)")]
    NotPositive,
    /// A sum beyond what the books hold.
    #[error("金额合计超出账簿上限 (sum out of range)")]
    OutOfRange,
    /// A required text is empty.
    #[error("缺少{what} (missing: {what})")]
    Missing {
        /// Which text.
        what: &'static str,
    },
    /// The transaction itself is not well formed.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

impl Rejection {
    /// A stable code for machines.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::PeriodNotOpen { .. } => "period_not_open",
            Self::PeriodClosed { .. } => "period_closed",
            Self::RunPending { .. } => "run_pending",
            Self::KeyConflict { .. } => "key_conflict",
            Self::Overdraft { .. } => "appropriation_exceeded",
            Self::Insufficient { .. } => "balance_insufficient",
            Self::RunUnknown { .. } => "run_unknown",
            Self::WrongStage { .. } => "run_wrong_stage",
            Self::RunConflict { .. } => "run_conflict",
            Self::DigestMismatch { .. } => "digest_mismatch",
            Self::ControlMismatch { .. } => "control_mismatch",
            Self::SamePerson { .. } => "maker_is_checker",
            Self::RoleForbidden { .. } => "role_forbidden",
            Self::PeriodApproved { .. } => "period_approved",
            Self::FuturePeriod { .. } => "period_in_future",
            Self::BadAward { .. } => "award_invalid",
            Self::AccrualMoved { .. } => "accrual_moved",
            Self::AccrualUnknown { .. } => "accrual_unknown",
            Self::AccrualExceeded { .. } => "accrual_exceeded",
            Self::NotPositive => "amount_not_positive",
            Self::OutOfRange => "amount_out_of_range",
            Self::Missing { .. } => "text_missing",
            Self::Ledger(_) => "transaction_invalid",
        }
    }
}
