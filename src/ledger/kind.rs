//! The kinds of transaction.

/// Why money moves. The code is part of the leaf and of the idempotency key: it never changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A line is granted.
    Appropriate,
    /// A line is raised or cut.
    Amend,
    /// A calculated run holds money.
    Reserve,
    /// A rejected or voided run lets it go.
    Release,
    /// An approved run owes it.
    Accrue,
    /// A deduction for performance.
    Deduct,
    /// Payment is deferred 缓拨.
    Withhold,
    /// The deferral ends.
    Unhold,
    /// What was withheld is cut 减拨、停拨.
    Forfeit,
    /// An appeal is opened.
    Dispute,
    /// An appeal is decided.
    Resolve,
    /// The treasury is told to pay.
    PayInstruct,
    /// The treasury has paid.
    PayConfirm,
    /// The treasury could not pay.
    PayFail,
    /// A payable is set against a claw-back.
    Offset,
    /// Paid money is asked back 追回.
    Clawback,
    /// It came back.
    Recover,
    /// A transaction is undone by its exact negation.
    Reverse,
    /// A closed month is corrected in the open one.
    Adjust,
    /// An unused line lapses.
    Lapse,
    /// An encumbrance is carried into the next year.
    Carry,
    /// Settlement between levels of government at year end 年终结算.
    Settle,
    /// An unfunded entitlement is carried.
    UnfundedCarry,
    /// An unfunded entitlement expires.
    UnfundedExpire,
    /// A claw-back that cannot be had is given up.
    WriteOff,
    /// What stood to a department that has ended stands to its successor 承继划转.
    Transfer,
}

/// What decision a kind of transaction needs beyond its document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ground {
    /// None: the command itself.
    Command,
    /// A line of an order.
    Order,
    /// An appeal.
    Appeal,
    /// A line of an order, or the withdrawal of its run.
    OrderOrRun,
    /// A line of an order, or the command itself.
    OrderOrCommand,
}

impl Kind {
    /// Every kind with its code and Chinese title.
    pub const ALL: [(Self, &'static str, &'static str); 26] = [
        (Self::Appropriate, "appropriate", "下达指标"),
        (Self::Amend, "amend", "调整指标"),
        (Self::Reserve, "reserve", "预留"),
        (Self::Release, "release", "释放预留"),
        (Self::Accrue, "accrue", "计提补偿"),
        (Self::Deduct, "deduct", "考核扣减"),
        (Self::Withhold, "withhold", "缓拨"),
        (Self::Unhold, "unhold", "解除缓拨"),
        (Self::Forfeit, "forfeit", "减拨停拨"),
        (Self::Dispute, "dispute", "申诉"),
        (Self::Resolve, "resolve", "申诉裁决"),
        (Self::PayInstruct, "pay_instruct", "支付指令"),
        (Self::PayConfirm, "pay_confirm", "支付确认"),
        (Self::PayFail, "pay_fail", "支付失败"),
        (Self::Offset, "offset", "抵扣"),
        (Self::Clawback, "clawback", "追回"),
        (Self::Recover, "recover", "追回到账"),
        (Self::Reverse, "reverse", "冲销"),
        (Self::Adjust, "adjust", "以前期间调整"),
        (Self::Lapse, "lapse", "收回结余"),
        (Self::Carry, "carry", "结转"),
        (Self::Settle, "settle", "年终结算"),
        (Self::UnfundedCarry, "unfunded_carry", "未落实结转"),
        (Self::UnfundedExpire, "unfunded_expire", "未落实失效"),
        (Self::WriteOff, "write_off", "核销"),
        (Self::Transfer, "transfer", "承继划转"),
    ];

    fn row(self) -> (&'static str, &'static str) {
        Self::ALL
            .iter()
            .find(|(kind, _, _)| *kind == self)
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
        Self::ALL
            .iter()
            .find(|(_, own, _)| *own == code)
            .map(|(kind, _, _)| *kind)
    }

    /// Whether such a transaction is the exact negation of another.
    pub const fn negates(self) -> bool {
        matches!(self, Self::Release | Self::Reverse)
    }

    /// The decision it needs.
    pub const fn ground(self) -> Ground {
        match self {
            Self::Appropriate | Self::Amend => Ground::OrderOrCommand,
            Self::Reserve | Self::Release | Self::Accrue | Self::Recover => Ground::Command,
            Self::Dispute | Self::Resolve => Ground::Appeal,
            Self::Reverse => Ground::OrderOrRun,
            _ => Ground::Order,
        }
    }

    /// Whether an order may undo it. Reserves and accruals go with their run, deferrals are ended,
    /// appeals decided, and the treasury alone says what was paid.
    pub const fn reversible(self) -> bool {
        matches!(
            self,
            Self::Appropriate
                | Self::Amend
                | Self::Adjust
                | Self::Deduct
                | Self::Forfeit
                | Self::Clawback
                | Self::Offset
                | Self::Recover
                | Self::Lapse
                | Self::Carry
                | Self::Settle
                | Self::UnfundedCarry
                | Self::UnfundedExpire
                | Self::WriteOff
        )
    }
}

/// Components of compensation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Component {
    /// What sharing cost.
    Cost,
    /// An approved claim for a loss.
    Loss,
    /// A share of the reward pot.
    Reward,
}

impl Component {
    /// All components.
    pub const ALL: [Self; 3] = [Self::Cost, Self::Loss, Self::Reward];

    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Cost => "cost",
            Self::Loss => "loss",
            Self::Reward => "reward",
        }
    }

    /// The Chinese title.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Cost => "成本补偿",
            Self::Loss => "损失补偿",
            Self::Reward => "共享激励",
        }
    }

    /// The component of a code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|own| own.code() == code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_its_own_code() {
        for (kind, code, title) in Kind::ALL {
            assert_eq!(Kind::from_code(code), Some(kind));
            assert_eq!((kind.code(), kind.title()), (code, title));
        }
        for component in Component::ALL {
            assert_eq!(Component::from_code(component.code()), Some(component));
        }
        assert_eq!(Kind::from_code(""), None);
    }
}
