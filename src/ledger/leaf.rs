//! The canonical bytes of an event: what a leaf hashes, what a receipt carries, what replay reads.

use std::sync::Arc;

use domain::canon::{Canon, CanonError, Reader, Writer, decode, encode};

use crate::account::{Account, Line};
use crate::command::{Actor, ControlTotal, Role};
use crate::digest::Digest;
use crate::error::LedgerError;
use crate::event::{Body, Event, Mark, Posted, RunChange};
use crate::instant::UtcMicros;
use crate::kind::{Component, Kind};
use crate::merkle;
use crate::transaction::{Draft, Leg, RunRef, Transaction};

/// Stands in front of every record. A change of any layout below is a new format.
const FORMAT: &str = "hengxiang-ledger-1";

/// The canonical bytes of an event.
pub fn event_bytes(event: &Event) -> Vec<u8> {
    encode(event)
}

/// The event of canonical bytes; all of them must be used and every rule of a transaction kept.
pub fn read_event(bytes: &[u8]) -> Result<Event, LedgerError> {
    Ok(decode(bytes)?)
}

/// The leaf hash of an event.
pub fn event_hash(event: &Event) -> Digest {
    merkle::leaf_hash(&event_bytes(event))
}

/// What two postings under one idempotency key must agree on.
pub(crate) fn fingerprint_bytes(draft: &Draft) -> Vec<u8> {
    let mut writer = Writer::default();
    draft.kind.write(&mut writer);
    draft.run.write(&mut writer);
    draft.department.write(&mut writer);
    draft.component.write(&mut writer);
    draft.accrual.write(&mut writer);
    draft.reverses.write(&mut writer);
    draft.document.write(&mut writer);
    draft.legs.write(&mut writer);
    writer.into_bytes()
}

macro_rules! canon_struct {
    ($($name:ident { $($field:ident),* $(,)? })*) => {$(
        impl Canon for $name {
            fn write(&self, to: &mut Writer) {
                $(self.$field.write(to);)*
            }
            fn read(from: &mut Reader<'_>) -> Result<Self, CanonError> {
                Ok(Self { $($field: Canon::read(from)?),* })
            }
        }
    )*};
}
// The order of fields is the format.
canon_struct! {
    Line { payer, budget_year, budget_line, programme }
    Leg { account, amount_fen }
    RunRef { run, attempt }
    Draft {
        kind, period, effective_on, for_period, idempotency_key, run, department, component,
        accrual, reverses, document, memo, legs,
    }
    Actor { id, role }
    ControlTotal { count, total_fen }
    Mark { account_seq, balance_after_fen }
}

macro_rules! canon_code {
    ($($kind:ty),*) => {$(
        impl Canon for $kind {
            fn write(&self, to: &mut Writer) {
                self.code().to_owned().write(to);
            }
            fn read(from: &mut Reader<'_>) -> Result<Self, CanonError> {
                let code = String::read(from)?;
                Self::from_code(&code).ok_or_else(|| from.not_a(stringify!($kind)))
            }
        }
    )*};
}
canon_code!(Kind, Component, Role);

impl Canon for Account {
    fn write(&self, to: &mut Writer) {
        self.code().write(to);
    }
    fn read(from: &mut Reader<'_>) -> Result<Self, CanonError> {
        let code = String::read(from)?;
        code.parse().map_err(|_| from.not_a("account"))
    }
}

impl Canon for Digest {
    fn write(&self, to: &mut Writer) {
        to.raw(self.as_bytes());
    }
    fn read(from: &mut Reader<'_>) -> Result<Self, CanonError> {
        let bytes = from.take(32)?;
        Self::from_slice(bytes).ok_or_else(|| from.not_a("digest"))
    }
}

impl Canon for UtcMicros {
    fn write(&self, to: &mut Writer) {
        self.get().write(to);
    }
    fn read(from: &mut Reader<'_>) -> Result<Self, CanonError> {
        i64::read(from).map(Self::new)
    }
}

impl Canon for Transaction {
    fn write(&self, to: &mut Writer) {
        (**self).write(to);
    }
    fn read(from: &mut Reader<'_>) -> Result<Self, CanonError> {
        let draft = Draft::read(from)?;
        Self::new(draft).map_err(|_| from.not_a("transaction"))
    }
}

impl Canon for Posted {
    fn write(&self, to: &mut Writer) {
        self.transaction.write(to);
        self.marks.write(to);
    }
    fn read(from: &mut Reader<'_>) -> Result<Self, CanonError> {
        let transaction = Arc::new(Transaction::read(from)?);
        let marks = Vec::<Mark>::read(from)?;
        if marks.len() != transaction.legs.len() {
            return Err(from.not_a("posted transaction"));
        }
        Ok(Self { transaction, marks })
    }
}

impl Canon for RunChange {
    fn write(&self, to: &mut Writer) {
        self.code().to_owned().write(to);
        match self {
            Self::Calculated {
                period,
                awards_sha256,
                control,
                unfunded_fen,
            } => {
                period.write(to);
                awards_sha256.write(to);
                control.write(to);
                unfunded_fen.write(to);
            }
            Self::Submitted => {}
            Self::Approved { control } => control.write(to),
            Self::Rejected { reason } | Self::Voided { reason } => reason.write(to),
        }
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, CanonError> {
        let code = String::read(from)?;
        Ok(match code.as_str() {
            "calculated" => Self::Calculated {
                period: Canon::read(from)?,
                awards_sha256: Canon::read(from)?,
                control: Canon::read(from)?,
                unfunded_fen: Canon::read(from)?,
            },
            "submitted" => Self::Submitted,
            "approved" => Self::Approved {
                control: Canon::read(from)?,
            },
            "rejected" => Self::Rejected {
                reason: Canon::read(from)?,
            },
            "voided" => Self::Voided {
                reason: Canon::read(from)?,
            },
            _ => return Err(from.not_a("change of a run")),
        })
    }
}

impl Canon for Body {
    fn write(&self, to: &mut Writer) {
        self.code().to_owned().write(to);
        match self {
            Self::PeriodOpened { period } => period.write(to),
            Self::PeriodClosed {
                period,
                balances_root,
                accounts,
            } => {
                period.write(to);
                balances_root.write(to);
                accounts.write(to);
            }
            Self::Run {
                run,
                digest,
                change,
            } => {
                run.write(to);
                digest.write(to);
                change.write(to);
            }
            Self::Posted(posted) => posted.write(to),
        }
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, CanonError> {
        let code = String::read(from)?;
        Ok(match code.as_str() {
            "period_opened" => Self::PeriodOpened {
                period: Canon::read(from)?,
            },
            "period_closed" => Self::PeriodClosed {
                period: Canon::read(from)?,
                balances_root: Canon::read(from)?,
                accounts: Canon::read(from)?,
            },
            "run" => Self::Run {
                run: Canon::read(from)?,
                digest: Canon::read(from)?,
                change: Canon::read(from)?,
            },
            "posted" => Self::Posted(Canon::read(from)?),
            _ => return Err(from.not_a("kind of record")),
        })
    }
}

impl Canon for Event {
    fn write(&self, to: &mut Writer) {
        FORMAT.to_owned().write(to);
        self.seq.write(to);
        self.recorded_at.write(to);
        self.actor.write(to);
        self.body.write(to);
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, CanonError> {
        if String::read(from)? != FORMAT {
            return Err(from.not_a(FORMAT));
        }
        Ok(Self {
            seq: Canon::read(from)?,
            recorded_at: Canon::read(from)?,
            actor: Canon::read(from)?,
            body: Canon::read(from)?,
        })
    }
}
