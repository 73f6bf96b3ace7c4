//! The lines of an order: what each asks for, and which transaction it leads to.

use domain::{DepartmentId, Fen, JurisdictionCode, Period};

use crate::account::Line;
use crate::kind::{Component, Kind};
use crate::leaf::canon_variants;
use crate::order::OrderKind;

/// One line of an order. It leads to one transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OrderLine {
    /// Pays of an accrual.
    Pay {
        /// Record number of the accrual.
        accrual: u64,
        /// Fen above zero.
        amount_fen: Fen,
    },
    /// Defers of an accrual.
    Withhold {
        /// Record number of the accrual.
        accrual: u64,
        /// Fen above zero.
        amount_fen: Fen,
    },
    /// Ends the deferral.
    Unhold {
        /// Record number of the accrual.
        accrual: u64,
        /// Fen above zero.
        amount_fen: Fen,
    },
    /// Takes what was withheld; the line has it again.
    Forfeit {
        /// Record number of the accrual.
        accrual: u64,
        /// Fen above zero.
        amount_fen: Fen,
    },
    /// Deducts of an accrual; what was paid of it already is asked back.
    Deduct {
        /// Record number of the accrual.
        accrual: u64,
        /// Fen above zero.
        amount_fen: Fen,
        /// Whether it is a fine, which is income and may exceed what was awarded.
        fine: bool,
    },
    /// Asks back what was paid of an accrual.
    Clawback {
        /// Record number of the accrual.
        accrual: u64,
        /// Fen above zero.
        amount_fen: Fen,
    },
    /// Sets an accrual against what is to be had back from its department.
    Offset {
        /// Record number of the accrual.
        accrual: u64,
        /// Fen above zero.
        amount_fen: Fen,
    },
    /// Gives up what was to be had back.
    WriteOff {
        /// The department.
        department: DepartmentId,
        /// Fen above zero.
        amount_fen: Fen,
    },
    /// Undoes a transaction.
    Reverse {
        /// Its record number.
        transaction: u64,
        /// What it moved, fen.
        amount_fen: Fen,
    },
    /// Owes more for a closed month.
    Raise {
        /// The department.
        department: DepartmentId,
        /// The line that pays, of the year of posting.
        line: Line,
        /// What it is for.
        component: Component,
        /// The closed month.
        for_period: Period,
        /// Fen above zero.
        amount_fen: Fen,
        /// The article it rests on.
        cite: String,
    },
    /// Owes less for a closed month; what was paid already is asked back.
    Lower {
        /// Record number of the accrual.
        accrual: u64,
        /// Fen above zero.
        amount_fen: Fen,
    },
    /// Shows that a closed month gave more than there was money for.
    RaiseUnfunded {
        /// The department.
        department: DepartmentId,
        /// What it is for.
        component: Component,
        /// The closed month.
        for_period: Period,
        /// Fen above zero.
        amount_fen: Fen,
        /// The article it rests on.
        cite: String,
    },
    /// Takes off what a closed month showed as unfunded and is not, or is funded now.
    LowerUnfunded {
        /// The department.
        department: DepartmentId,
        /// What it is for.
        component: Component,
        /// The closed month.
        for_period: Period,
        /// Fen above zero.
        amount_fen: Fen,
        /// The article it rests on.
        cite: String,
    },
    /// Gives back what is available of a line whose year is over.
    Lapse {
        /// The line.
        line: Line,
        /// Fen above zero.
        amount_fen: Fen,
    },
    /// Takes an accrual into the line of the next year, whose authority is opened for it.
    Carry {
        /// Record number of the accrual.
        accrual: u64,
        /// All that is owed of it still, fen.
        amount_fen: Fen,
    },
    /// What is owed is settled with the department's level of government.
    SettleOwed {
        /// Record number of the accrual.
        accrual: u64,
        /// The other level.
        level: JurisdictionCode,
        /// Fen above zero.
        amount_fen: Fen,
    },
    /// What is to be had back is settled with the department's level of government.
    SettleClawback {
        /// The department.
        department: DepartmentId,
        /// The other level.
        level: JurisdictionCode,
        /// Fen above zero.
        amount_fen: Fen,
    },
    /// Takes what is available of a line whose year is over into the line of the next year.
    CarryOn {
        /// The line of the year that is over.
        line: Line,
        /// The year the money was appropriated for.
        origin_year: i32,
        /// Fen above zero.
        amount_fen: Fen,
    },
    /// What a line paid for another level of government is settled with that level.
    SettleAdvance {
        /// The line that paid.
        line: Line,
        /// The level that had to pay.
        level: JurisdictionCode,
        /// Fen above zero.
        amount_fen: Fen,
    },
    /// Grants a line.
    Appropriate {
        /// The line.
        line: Line,
        /// Fen above zero.
        amount_fen: Fen,
    },
    /// Raises a line.
    Augment {
        /// The line.
        line: Line,
        /// Fen above zero.
        amount_fen: Fen,
    },
    /// Cuts a line, not below what is promised of it.
    Cut {
        /// The line.
        line: Line,
        /// Fen above zero.
        amount_fen: Fen,
    },
    /// What is owed to a department that has ended is owed to its successor.
    TransferOwed {
        /// Record number of the accrual.
        accrual: u64,
        /// The successor.
        successor: DepartmentId,
        /// Whether it is of what is withheld.
        withheld: bool,
        /// Fen above zero.
        amount_fen: Fen,
    },
    /// What is to be had back from a department that has ended is to be had back from its successor.
    TransferClawback {
        /// The department that has ended.
        department: DepartmentId,
        /// The successor.
        successor: DepartmentId,
        /// Fen above zero.
        amount_fen: Fen,
    },
    /// An unfunded entitlement of a department that has ended is its successor's.
    TransferUnfunded {
        /// The department that has ended.
        department: DepartmentId,
        /// The successor.
        successor: DepartmentId,
        /// Whether it is one that was carried.
        carried: bool,
        /// Fen above zero.
        amount_fen: Fen,
    },
    /// Keeps an unfunded entitlement beyond its year.
    CarryUnfunded {
        /// The department.
        department: DepartmentId,
        /// Fen above zero.
        amount_fen: Fen,
    },
    /// Ends an unfunded entitlement.
    ExpireUnfunded {
        /// The department.
        department: DepartmentId,
        /// Whether it is one that was carried.
        carried: bool,
        /// Fen above zero.
        amount_fen: Fen,
    },
}

// The order of fields is the format.
canon_variants! { OrderLine, "line of an order" {
    Pay = "pay" { accrual, amount_fen },
    Withhold = "withhold" { accrual, amount_fen },
    Unhold = "unhold" { accrual, amount_fen },
    Forfeit = "forfeit" { accrual, amount_fen },
    Deduct = "deduct" { accrual, amount_fen, fine },
    Clawback = "clawback" { accrual, amount_fen },
    Offset = "offset" { accrual, amount_fen },
    WriteOff = "write_off" { department, amount_fen },
    Reverse = "reverse" { transaction, amount_fen },
    Raise = "raise" { department, line, component, for_period, amount_fen, cite },
    Lower = "lower" { accrual, amount_fen },
    RaiseUnfunded = "raise_unfunded" { department, component, for_period, amount_fen, cite },
    LowerUnfunded = "lower_unfunded" { department, component, for_period, amount_fen, cite },
    Lapse = "lapse" { line, amount_fen },
    Carry = "carry" { accrual, amount_fen },
    SettleOwed = "settle_owed" { accrual, level, amount_fen },
    SettleClawback = "settle_clawback" { department, level, amount_fen },
    CarryUnfunded = "carry_unfunded" { department, amount_fen },
    ExpireUnfunded = "expire_unfunded" { department, carried, amount_fen },
    CarryOn = "carry_on" { line, origin_year, amount_fen },
    SettleAdvance = "settle_advance" { line, level, amount_fen },
    Appropriate = "appropriate" { line, amount_fen },
    Augment = "augment" { line, amount_fen },
    Cut = "cut" { line, amount_fen },
    TransferOwed = "transfer_owed" { accrual, successor, withheld, amount_fen },
    TransferClawback = "transfer_clawback" { department, successor, amount_fen },
    TransferUnfunded = "transfer_unfunded" { department, successor, carried, amount_fen },
} }

impl OrderLine {
    /// The kind of order it may stand in.
    pub const fn order_kind(&self) -> OrderKind {
        match self {
            Self::Pay { .. } => OrderKind::Pay,
            Self::Withhold { .. } => OrderKind::Withhold,
            Self::Unhold { .. } => OrderKind::Unhold,
            Self::Forfeit { .. } => OrderKind::Forfeit,
            Self::Deduct { .. } => OrderKind::Deduct,
            Self::Clawback { .. } => OrderKind::Clawback,
            Self::Offset { .. } => OrderKind::Offset,
            Self::WriteOff { .. } => OrderKind::WriteOff,
            Self::Reverse { .. } => OrderKind::Reverse,
            Self::Raise { .. }
            | Self::Lower { .. }
            | Self::RaiseUnfunded { .. }
            | Self::LowerUnfunded { .. } => OrderKind::Adjust,
            Self::Lapse { .. } => OrderKind::Lapse,
            Self::Carry { .. } | Self::CarryOn { .. } => OrderKind::Carry,
            Self::SettleOwed { .. } | Self::SettleClawback { .. } | Self::SettleAdvance { .. } => {
                OrderKind::Settle
            }
            Self::Appropriate { .. } | Self::Augment { .. } | Self::Cut { .. } => OrderKind::Fund,
            Self::TransferOwed { .. }
            | Self::TransferClawback { .. }
            | Self::TransferUnfunded { .. } => OrderKind::Reorganise,
            Self::CarryUnfunded { .. } | Self::ExpireUnfunded { .. } => OrderKind::Unfunded,
        }
    }

    /// The kind of transaction it leads to.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Pay { .. } => Kind::PayInstruct,
            Self::Withhold { .. } => Kind::Withhold,
            Self::Unhold { .. } => Kind::Unhold,
            Self::Forfeit { .. } => Kind::Forfeit,
            Self::Deduct { .. } => Kind::Deduct,
            Self::Clawback { .. } => Kind::Clawback,
            Self::Offset { .. } => Kind::Offset,
            Self::WriteOff { .. } => Kind::WriteOff,
            Self::Reverse { .. } => Kind::Reverse,
            Self::Raise { .. }
            | Self::Lower { .. }
            | Self::RaiseUnfunded { .. }
            | Self::LowerUnfunded { .. } => Kind::Adjust,
            Self::Lapse { .. } => Kind::Lapse,
            Self::Carry { .. } | Self::CarryOn { .. } => Kind::Carry,
            Self::SettleOwed { .. } | Self::SettleClawback { .. } | Self::SettleAdvance { .. } => {
                Kind::Settle
            }
            Self::Appropriate { .. } => Kind::Appropriate,
            Self::Augment { .. } | Self::Cut { .. } => Kind::Amend,
            Self::TransferOwed { .. }
            | Self::TransferClawback { .. }
            | Self::TransferUnfunded { .. } => Kind::Transfer,
            Self::CarryUnfunded { .. } => Kind::UnfundedCarry,
            Self::ExpireUnfunded { .. } => Kind::UnfundedExpire,
        }
    }

    /// The amount, fen.
    pub const fn amount_fen(&self) -> Fen {
        match self {
            Self::Pay { amount_fen, .. }
            | Self::Withhold { amount_fen, .. }
            | Self::Unhold { amount_fen, .. }
            | Self::Forfeit { amount_fen, .. }
            | Self::Deduct { amount_fen, .. }
            | Self::Clawback { amount_fen, .. }
            | Self::Offset { amount_fen, .. }
            | Self::WriteOff { amount_fen, .. }
            | Self::Reverse { amount_fen, .. }
            | Self::Raise { amount_fen, .. }
            | Self::Lower { amount_fen, .. }
            | Self::RaiseUnfunded { amount_fen, .. }
            | Self::LowerUnfunded { amount_fen, .. }
            | Self::Lapse { amount_fen, .. }
            | Self::Carry { amount_fen, .. }
            | Self::SettleOwed { amount_fen, .. }
            | Self::SettleClawback { amount_fen, .. }
            | Self::CarryUnfunded { amount_fen, .. }
            | Self::ExpireUnfunded { amount_fen, .. }
            | Self::CarryOn { amount_fen, .. }
            | Self::SettleAdvance { amount_fen, .. }
            | Self::Appropriate { amount_fen, .. }
            | Self::Augment { amount_fen, .. }
            | Self::Cut { amount_fen, .. }
            | Self::TransferOwed { amount_fen, .. }
            | Self::TransferClawback { amount_fen, .. }
            | Self::TransferUnfunded { amount_fen, .. } => *amount_fen,
        }
    }

    /// Record number of the accrual it is about, if it is about one.
    pub const fn accrual(&self) -> Option<u64> {
        match self {
            Self::Pay { accrual, .. }
            | Self::Withhold { accrual, .. }
            | Self::Unhold { accrual, .. }
            | Self::Forfeit { accrual, .. }
            | Self::Deduct { accrual, .. }
            | Self::Clawback { accrual, .. }
            | Self::Offset { accrual, .. }
            | Self::Lower { accrual, .. }
            | Self::Carry { accrual, .. }
            | Self::SettleOwed { accrual, .. }
            | Self::TransferOwed { accrual, .. } => Some(*accrual),
            _ => None,
        }
    }

    /// The closed month it corrects, where it names one itself.
    pub const fn for_period(&self) -> Option<Period> {
        match self {
            Self::Raise { for_period, .. }
            | Self::RaiseUnfunded { for_period, .. }
            | Self::LowerUnfunded { for_period, .. } => Some(*for_period),
            _ => None,
        }
    }

    /// The department it names itself: the one its transaction is about.
    pub const fn department(&self) -> Option<&DepartmentId> {
        match self {
            Self::WriteOff { department, .. }
            | Self::Raise { department, .. }
            | Self::RaiseUnfunded { department, .. }
            | Self::LowerUnfunded { department, .. }
            | Self::SettleClawback { department, .. }
            | Self::CarryUnfunded { department, .. }
            | Self::ExpireUnfunded { department, .. } => Some(department),
            Self::TransferOwed { successor, .. }
            | Self::TransferClawback { successor, .. }
            | Self::TransferUnfunded { successor, .. } => Some(successor),
            _ => None,
        }
    }
}
