//! The codes of rejections, for machines.

use super::Rejection;

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
            Self::OrderUnknown { .. } => "order_unknown",
            Self::OrderConflict { .. } => "order_conflict",
            Self::OrderStage { .. } => "order_wrong_stage",
            Self::OrderChanged { .. } => "order_digest_mismatch",
            Self::OrderTotals { .. } => "order_control_mismatch",
            Self::OrderSamePerson { .. } => "order_maker_is_checker",
            Self::BadOrder { .. } => "order_invalid",
            Self::AccrualInBatch { .. } => "accrual_in_batch",
            Self::PaymentUnknown { .. } => "payment_unknown",
            Self::PaymentStage { .. } => "payment_wrong_stage",
            Self::ReceiptMismatch { .. } => "receipt_mismatch",
            Self::NotReversible { .. } => "not_reversible",
            Self::YearNotOver { .. } => "year_not_over",
            Self::PeriodStillOpen { .. } => "period_still_open",
            Self::ClaimUnknown { .. } => "claim_unknown",
            Self::ClaimConflict { .. } => "claim_conflict",
            Self::BadClaim { .. } => "claim_invalid",
            Self::ClaimTaken { .. } => "claim_taken",
            Self::AppealUnknown { .. } => "appeal_unknown",
            Self::AppealConflict { .. } => "appeal_conflict",
            Self::AppealStage { .. } => "appeal_wrong_step",
            Self::BadAppeal { .. } => "appeal_invalid",
            Self::CharterRefused { .. } => "charter_refused",
            Self::WordsUnknown { .. } => "text_unknown",
            Self::NotPositive => "amount_not_positive",
            Self::OutOfRange => "amount_out_of_range",
            Self::Missing { .. } => "text_missing",
            Self::Ledger(_) => "transaction_invalid",
        }
    }
}
