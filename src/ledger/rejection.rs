//! Why the books refuse a command. Data for the caller, with the words a person reads.

mod code;

use domain::{AppealId, ClaimId, DepartmentId, Fen, OrderId, Period, RunId};

use crate::account::{Account, Line};
use crate::award::ControlTotal;
use crate::command::Role;
use crate::digest::Digest;
use crate::error::LedgerError;
use crate::kind::Component;
use crate::order::{OrderStage, Payment};
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
    /// The order is not in the books.
    #[error("账簿中没有指令 {order} (unknown order)")]
    OrderUnknown {
        /// The order.
        order: OrderId,
    },
    /// The number of the order stands for another one.
    #[error("指令编号 {order} 已用于另一指令 (order number used for another order)")]
    OrderConflict {
        /// The order.
        order: OrderId,
    },
    /// The order is at another stage.
    #[error("指令 {order} “{}”，不能执行此操作 (wrong stage of the order)", stage.title())]
    OrderStage {
        /// The order.
        order: OrderId,
        /// Where it stands.
        stage: OrderStage,
    },
    /// The approver saw another order.
    #[error("指令 {order} 的摘要与所审批的不符 (digest mismatch)")]
    OrderChanged {
        /// The order.
        order: OrderId,
    },
    /// The approver signs for another number or sum.
    #[error(
        "指令 {order} 为 {} 条共 {} 元，审批的是 {} 条共 {} 元 (control totals mismatch)",
        expected.count, expected.total_fen, found.count, found.total_fen
    )]
    OrderTotals {
        /// The order.
        order: OrderId,
        /// Totals in the books.
        expected: ControlTotal,
        /// Totals in the command.
        found: ControlTotal,
    },
    /// The checker made it.
    #[error("{actor} 是指令 {order} 的经办人，不能再审批 (maker cannot approve)")]
    OrderSamePerson {
        /// The order.
        order: OrderId,
        /// The actor.
        actor: String,
    },
    /// A line that no books could carry out.
    #[error("指令 {order} 第 {line} 条：{what} (bad order line)")]
    BadOrder {
        /// The order.
        order: OrderId,
        /// The line, from one.
        line: u32,
        /// What is wrong.
        what: &'static str,
    },
    /// The accrual is in a batch that is not settled.
    #[error("第 {accrual} 号计提已在支付批次 {order} 中 (accrual in a live batch of payments)")]
    AccrualInBatch {
        /// Record number of the accrual.
        accrual: u64,
        /// The batch.
        order: OrderId,
    },
    /// No such payment.
    #[error("支付批次 {order} 没有第 {line} 条 (no such payment)")]
    PaymentUnknown {
        /// The batch.
        order: OrderId,
        /// The line, from one.
        line: u32,
    },
    /// The payment does not wait for the treasury's word.
    #[error("支付批次 {order} 第 {line} 条“{}”，不能再回单 (payment not in transit)", payment.title())]
    PaymentStage {
        /// The batch.
        order: OrderId,
        /// The line, from one.
        line: u32,
        /// Where it stands.
        payment: Payment,
    },
    /// The receipt states another amount.
    #[error(
        "支付批次 {order} 第 {line} 条应为 {expected_fen} 元，回单为 {found_fen} 元 (receipt of another amount)"
    )]
    ReceiptMismatch {
        /// The batch.
        order: OrderId,
        /// The line, from one.
        line: u32,
        /// Instructed, fen.
        expected_fen: Fen,
        /// On the receipt, fen.
        found_fen: Fen,
    },
    /// A transaction that cannot be undone.
    #[error("第 {transaction} 号凭证不能冲销：{what} (cannot be reversed)")]
    NotReversible {
        /// Its record number.
        transaction: u64,
        /// Why.
        what: &'static str,
    },
    /// A year-end order before the year is over, or in another year.
    #[error("资金池 {line} 的年度与业务日期不符 (not the year end of the line)")]
    YearNotOver {
        /// The line.
        line: Line,
    },
    /// A correction of a month that is not closed.
    #[error("{period} 尚未结账，应重新核算而不是调整 (month not closed; run it again)")]
    PeriodStillOpen {
        /// The period.
        period: Period,
    },
    /// No such claim.
    #[error("账簿中没有申报 {claim} (unknown claim)")]
    ClaimUnknown {
        /// The claim.
        claim: ClaimId,
    },
    /// The claim was declared or decided otherwise.
    #[error("申报 {claim} 已按另一内容登记 (claim known with other contents)")]
    ClaimConflict {
        /// The claim.
        claim: ClaimId,
    },
    /// A claim that cannot move on so.
    #[error("申报 {claim}：{what} (bad claim)")]
    BadClaim {
        /// The claim.
        claim: ClaimId,
        /// What is wrong.
        what: &'static str,
    },
    /// Another run pays the claim.
    #[error("申报 {claim} 已由核算 {run} 补偿 (claim paid by another run)")]
    ClaimTaken {
        /// The claim.
        claim: ClaimId,
        /// The run.
        run: RunId,
    },
    /// No such appeal.
    #[error("账簿中没有申诉 {appeal} (unknown appeal)")]
    AppealUnknown {
        /// The appeal.
        appeal: AppealId,
    },
    /// The number of the appeal stands for another one.
    #[error("申诉编号 {appeal} 已用于另一申诉 (appeal number used for another appeal)")]
    AppealConflict {
        /// The appeal.
        appeal: AppealId,
    },
    /// The appeal is at another step.
    #[error("申诉 {appeal} 处于“{stage}”，不能执行此操作 (wrong step of the appeal)")]
    AppealStage {
        /// The appeal.
        appeal: AppealId,
        /// Where it stands.
        stage: &'static str,
    },
    /// An appeal that cannot be taken so.
    #[error("申诉 {appeal}：{what} (bad appeal)")]
    BadAppeal {
        /// The appeal.
        appeal: AppealId,
        /// What is wrong.
        what: &'static str,
    },
    /// A change of the charter that does not follow.
    #[error("账簿章程：{what} (charter refused)")]
    CharterRefused {
        /// What is wrong.
        what: &'static str,
    },
    /// No record has such a text.
    #[error("没有以此承诺记录的文字：{commitment} (no text has this commitment)")]
    WordsUnknown {
        /// The commitment asked for.
        commitment: Digest,
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
