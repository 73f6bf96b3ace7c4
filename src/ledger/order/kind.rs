//! The kinds of order: who may propose each, and whether a second person must approve.

use crate::command::Role;
use crate::leaf::canon_code;

/// What kind of decision an order is. All its lines are of that kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OrderKind {
    /// A batch of payments.
    Pay,
    /// Payment is deferred 缓拨.
    Withhold,
    /// The deferral ends.
    Unhold,
    /// What was withheld is lost 减拨、停拨.
    Forfeit,
    /// A deduction for performance, or a fine.
    Deduct,
    /// Paid money is asked back 追回.
    Clawback,
    /// What is owed is set against a claw-back.
    Offset,
    /// A claw-back that cannot be had is given up.
    WriteOff,
    /// A transaction is undone.
    Reverse,
    /// Closed months are corrected.
    Adjust,
    /// What is left of a budget year lapses.
    Lapse,
    /// What is still owed of a budget year goes into the next.
    Carry,
    /// Levels of government settle at year end 年终结算.
    Settle,
    /// Unfunded entitlements are carried or expire.
    Unfunded,
    /// Lines are granted, raised or cut 下达、调整指标.
    Fund,
    /// Departments have ended, and successors take over 机构改革承继.
    Reorganise,
}

impl OrderKind {
    /// Every kind with its code and Chinese title.
    pub const ALL: [(Self, &'static str, &'static str); 16] = [
        (Self::Pay, "pay", "支付"),
        (Self::Withhold, "withhold", "缓拨"),
        (Self::Unhold, "unhold", "解除缓拨"),
        (Self::Forfeit, "forfeit", "减拨停拨"),
        (Self::Deduct, "deduct", "考核扣减"),
        (Self::Clawback, "clawback", "追回"),
        (Self::Offset, "offset", "抵扣"),
        (Self::WriteOff, "write_off", "核销"),
        (Self::Reverse, "reverse", "冲销"),
        (Self::Adjust, "adjust", "以前期间调整"),
        (Self::Lapse, "lapse", "收回结余"),
        (Self::Carry, "carry", "结转"),
        (Self::Settle, "settle", "年终结算"),
        (Self::Unfunded, "unfunded", "未落实资金处理"),
        (Self::Fund, "fund", "下达调整指标"),
        (Self::Reorganise, "reorganise", "机构改革承继"),
    ];

    fn row(self) -> (&'static str, &'static str) {
        let mut rows = Self::ALL.iter().filter(|(kind, _, _)| *kind == self);
        rows.next()
            .map_or(("", ""), |(_, code, title)| (code, title))
    }

    /// The stable code.
    pub fn code(self) -> &'static str {
        self.row().0
    }

    /// The Chinese title.
    pub fn title(self) -> &'static str {
        self.row().1
    }

    /// The kind of a code.
    pub fn from_code(code: &str) -> Option<Self> {
        let mut rows = Self::ALL.iter().filter(|(_, own, _)| *own == code);
        rows.next().map(|(kind, _, _)| *kind)
    }

    /// Whether a second person must approve: always, but for a deferral and its end, by which
    /// nobody loses anything.
    pub const fn needs_approval(self) -> bool {
        !matches!(self, Self::Withhold | Self::Unhold)
    }

    /// Whether it is a fiscal constraint 财政约束, which names its rule beside its document.
    pub const fn needs_rule(self) -> bool {
        matches!(
            self,
            Self::Withhold | Self::Unhold | Self::Forfeit | Self::Deduct | Self::Clawback
        )
    }

    /// The offices that may propose it.
    pub const fn proposers(self) -> &'static [Role] {
        match self {
            Self::Deduct | Self::Clawback | Self::Reorganise => &[Role::Finance, Role::Assessor],
            Self::Adjust => &[Role::Assessor, Role::Finance, Role::System],
            Self::Lapse | Self::Carry | Self::Unfunded => &[Role::Finance, Role::System],
            _ => &[Role::Finance],
        }
    }
}

canon_code!(OrderKind);
