//! Where an order stands, as it follows from events.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::OrderId;

use crate::award::ControlTotal;
use crate::digest::Digest;
use crate::event::OrderChange;
use crate::order::{Order, OrderKind};

/// Where an order stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OrderStage {
    /// Its maker proposed it.
    Proposed,
    /// It is carried out.
    Approved,
    /// It was refused or taken back.
    Refused,
}

impl OrderStage {
    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::Approved => "approved",
            Self::Refused => "refused",
        }
    }

    /// The Chinese title.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Proposed => "待审批",
            Self::Approved => "已审批",
            Self::Refused => "已退回",
        }
    }
}

/// What became of a payment, by the treasury's word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PaymentOutcome {
    /// It was paid.
    Confirmed,
    /// It was not; the amount is payable again.
    Failed,
}

/// Where a line of a batch of payments stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Payment {
    /// The batch waits for its approval.
    Waiting,
    /// The treasury is instructed.
    Instructed,
    /// The treasury answered.
    Settled(PaymentOutcome),
    /// The batch was refused.
    Dropped,
}

impl Payment {
    /// Whether the accrual may not be in another batch.
    pub const fn is_live(self) -> bool {
        matches!(self, Self::Waiting | Self::Instructed)
    }

    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Instructed => "instructed",
            Self::Settled(PaymentOutcome::Confirmed) => "confirmed",
            Self::Settled(PaymentOutcome::Failed) => "failed",
            Self::Dropped => "dropped",
        }
    }

    /// The Chinese title.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Waiting => "待审批",
            Self::Instructed => "支付在途",
            Self::Settled(PaymentOutcome::Confirmed) => "已支付",
            Self::Settled(PaymentOutcome::Failed) => "支付失败",
            Self::Dropped => "已退回",
        }
    }
}

/// An order as the books know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderState {
    /// The order.
    pub order: Arc<Order>,
    /// Its digest.
    pub digest: Digest,
    /// Number and sum of its lines.
    pub control: ControlTotal,
    /// Where it stands.
    pub stage: OrderStage,
    /// Id of the one who proposed it, who may not approve it.
    pub maker: String,
    /// Id of the one who approved it; nobody where none is needed.
    pub approver: Option<String>,
    /// Record numbers of its transactions, by line.
    pub posted: BTreeMap<u32, u64>,
    /// What became of its payments, by line.
    pub outcomes: BTreeMap<u32, PaymentOutcome>,
}

impl OrderState {
    /// Where a payment of it stands; `None` for a line there is not.
    pub fn payment(&self, line: u32) -> Option<Payment> {
        self.order.line(line)?;
        Some(match (self.stage, self.outcomes.get(&line)) {
            (_, Some(outcome)) => Payment::Settled(*outcome),
            (OrderStage::Proposed, None) => Payment::Waiting,
            (OrderStage::Approved, None) => Payment::Instructed,
            (OrderStage::Refused, None) => Payment::Dropped,
        })
    }

    /// Whether it is a batch of payments.
    pub fn is_batch(&self) -> bool {
        self.order.kind == OrderKind::Pay
    }
}

/// Moves an order on. An error names what does not follow.
pub(crate) fn advance(
    before: Option<&OrderState>,
    id: &OrderId,
    digest: Digest,
    change: &OrderChange,
    actor: &str,
) -> Result<OrderState, &'static str> {
    if let OrderChange::Proposed { order } = change {
        if before.is_some() || order.id != *id || order.digest() != digest {
            return Err("指令 order");
        }
        order.check().map_err(|_| "指令内容 contents of order")?;
        let needs_approval = order.kind.needs_approval();
        return Ok(OrderState {
            digest,
            control: order.control().map_err(|_| "指令总控数 totals of order")?,
            stage: if needs_approval {
                OrderStage::Proposed
            } else {
                OrderStage::Approved
            },
            maker: actor.to_owned(),
            approver: None,
            posted: BTreeMap::new(),
            outcomes: BTreeMap::new(),
            order: Arc::new(Order {
                reason: order.reason.clone().closed(),
                ..Order::clone(order)
            }),
        });
    }
    let mut state = before.cloned().ok_or("指令 order")?;
    if state.stage != OrderStage::Proposed || state.digest != digest {
        return Err("指令状态 stage of order");
    }
    match change {
        OrderChange::Approved { control } => {
            if *control != state.control {
                return Err("指令总控数 totals of order");
            }
            if state.maker == actor {
                return Err("审批人 approver of order");
            }
            state.stage = OrderStage::Approved;
            state.approver = Some(actor.to_owned());
        }
        OrderChange::Refused { .. } => state.stage = OrderStage::Refused,
        OrderChange::Proposed { .. } => {}
    }
    Ok(state)
}
