//! The canonical bytes of an event: what a leaf hashes, what a receipt carries, what replay reads.

use std::sync::Arc;

use domain::canon::{Canon, CanonError, Reader, Writer, decode, encode};

use crate::account::{Account, Line};
use crate::award::ControlTotal;
use crate::charter::BLIND_BYTES;
use crate::command::{Actor, Role};
use crate::digest::{Digest, Hash};
use crate::error::LedgerError;
use crate::event::{Body, Event, Mark, Posted};
use crate::instant::UtcMicros;
use crate::kind::{Component, Kind};
use crate::transaction::{Basis, Draft, Leg, RunRef, Transaction};

/// Stands in front of every record. A change of any layout below is a new format.
const FORMAT: &str = "hengxiang-ledger-1";

/// The same with a blind behind it, in ledgers that were founded with a charter.
const BLINDED: &str = "hengxiang-ledger-2";

/// The canonical bytes of an event.
pub fn event_bytes(event: &Event) -> Vec<u8> {
    encode(event)
}

/// The event of canonical bytes; all of them must be used and every rule of a transaction kept.
pub fn read_event(bytes: &[u8]) -> Result<Event, LedgerError> {
    Ok(decode(bytes)?)
}

/// The leaf hash of an event.
pub fn event_hash(hash: Hash, event: &Event) -> Digest {
    hash.leaf(&event_bytes(event))
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
    if let Some(basis) = &draft.basis {
        basis.write(&mut writer);
    }
    writer.into_bytes()
}

/// The order of fields is the format.
macro_rules! canon_struct {
    ($($name:ident { $($field:ident),* $(,)? })*) => {$(
        impl domain::canon::Canon for $name {
            fn write(&self, to: &mut domain::canon::Writer) {
                $(domain::canon::Canon::write(&self.$field, to);)*
            }
            fn read(
                from: &mut domain::canon::Reader<'_>,
            ) -> Result<Self, domain::canon::CanonError> {
                Ok(Self { $($field: domain::canon::Canon::read(from)?),* })
            }
        }
    )*};
}

/// A value written as its stable code.
macro_rules! canon_code {
    ($($kind:ty),*) => {$(
        impl domain::canon::Canon for $kind {
            fn write(&self, to: &mut domain::canon::Writer) {
                domain::canon::Canon::write(&self.code().to_owned(), to);
            }
            fn read(
                from: &mut domain::canon::Reader<'_>,
            ) -> Result<Self, domain::canon::CanonError> {
                let code = <String as domain::canon::Canon>::read(from)?;
                Self::from_code(&code).ok_or_else(|| from.not_a(stringify!($kind)))
            }
        }
    )*};
}

/// Variants, each written as its stable code and then its fields in the order given.
macro_rules! canon_variants {
    ($name:ident, $what:literal {
        $($variant:ident = $code:literal $({ $($field:ident),* $(,)? })?),* $(,)?
    }) => {
        impl $name {
            /// The stable code.
            pub const fn code(&self) -> &'static str {
                match self {
                    $(Self::$variant { .. } => $code,)*
                }
            }
        }

        impl domain::canon::Canon for $name {
            fn write(&self, to: &mut domain::canon::Writer) {
                domain::canon::Canon::write(&self.code().to_owned(), to);
                match self {
                    $(Self::$variant { $($($field),*)? } => {
                        $($(domain::canon::Canon::write($field, to);)*)?
                    })*
                }
            }
            fn read(
                from: &mut domain::canon::Reader<'_>,
            ) -> Result<Self, domain::canon::CanonError> {
                let code = <String as domain::canon::Canon>::read(from)?;
                Ok(match code.as_str() {
                    $($code => Self::$variant {
                        $($($field: domain::canon::Canon::read(from)?),*)?
                    },)*
                    _ => return Err(from.not_a($what)),
                })
            }
        }
    };
}

pub(crate) use {canon_code, canon_struct, canon_variants};

canon_struct! {
    Line { payer, budget_year, budget_line, programme }
    Leg { account, amount_fen }
    RunRef { run, attempt }
    Actor { id, role }
    ControlTotal { count, total_fen }
    Mark { account_seq, balance_after_fen }
}
canon_code!(Kind, Component, Role, Hash);
canon_variants! { Basis, "basis of a transaction" {
    Order = "order" { order, line, rule },
    Appeal = "appeal" { appeal },
} }

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

/// All of a draft but its basis, which is written only where there is one: records from before
/// there were any read and write as they did.
fn write_draft(draft: &Draft, to: &mut Writer) {
    draft.kind.write(to);
    draft.period.write(to);
    draft.effective_on.write(to);
    draft.for_period.write(to);
    draft.idempotency_key.write(to);
    draft.run.write(to);
    draft.department.write(to);
    draft.component.write(to);
    draft.accrual.write(to);
    draft.reverses.write(to);
    draft.document.write(to);
    draft.memo.write(to);
    draft.legs.write(to);
}

fn read_draft(from: &mut Reader<'_>, basis: Option<Basis>) -> Result<Draft, CanonError> {
    Ok(Draft {
        kind: Canon::read(from)?,
        period: Canon::read(from)?,
        effective_on: Canon::read(from)?,
        for_period: Canon::read(from)?,
        idempotency_key: Canon::read(from)?,
        run: Canon::read(from)?,
        department: Canon::read(from)?,
        component: Canon::read(from)?,
        accrual: Canon::read(from)?,
        reverses: Canon::read(from)?,
        document: Canon::read(from)?,
        memo: Canon::read(from)?,
        basis,
        legs: Canon::read(from)?,
    })
}

fn write_posted(posted: &Posted, to: &mut Writer) {
    if let Some(basis) = &posted.transaction.basis {
        basis.write(to);
    }
    write_draft(&posted.transaction, to);
    posted.marks.write(to);
}

fn read_posted(from: &mut Reader<'_>, basis: Option<Basis>) -> Result<Posted, CanonError> {
    let draft = read_draft(from, basis)?;
    let transaction = Transaction::new(draft).map_err(|_| from.not_a("transaction"))?;
    let marks = Vec::<Mark>::read(from)?;
    if marks.len() != transaction.legs.len() {
        return Err(from.not_a("posted transaction"));
    }
    Ok(Posted {
        transaction: Arc::new(transaction),
        marks,
    })
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
            Self::Order {
                order,
                digest,
                change,
            } => {
                order.write(to);
                digest.write(to);
                change.write(to);
            }
            Self::Claim { claim, change } => {
                claim.write(to);
                change.write(to);
            }
            Self::Appeal { appeal, change } => {
                appeal.write(to);
                change.write(to);
            }
            Self::Posted(posted) => write_posted(posted, to),
            Self::Charter { change } => change.write(to),
            Self::Erased {
                commitment,
                document,
            } => {
                commitment.write(to);
                document.write(to);
            }
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
            "order" => Self::Order {
                order: Canon::read(from)?,
                digest: Canon::read(from)?,
                change: Canon::read(from)?,
            },
            "claim" => Self::Claim {
                claim: Canon::read(from)?,
                change: Canon::read(from)?,
            },
            "appeal" => Self::Appeal {
                appeal: Canon::read(from)?,
                change: Canon::read(from)?,
            },
            "posted" => Self::Posted(read_posted(from, None)?),
            "posted_under" => {
                let basis = Canon::read(from)?;
                Self::Posted(read_posted(from, Some(basis))?)
            }
            "charter" => Self::Charter {
                change: Canon::read(from)?,
            },
            "erased" => Self::Erased {
                commitment: Canon::read(from)?,
                document: Canon::read(from)?,
            },
            _ => return Err(from.not_a("kind of record")),
        })
    }
}

impl Canon for Event {
    fn write(&self, to: &mut Writer) {
        match &self.blind {
            None => FORMAT.to_owned().write(to),
            Some(blind) => {
                BLINDED.to_owned().write(to);
                to.raw(blind);
            }
        }
        self.seq.write(to);
        self.recorded_at.write(to);
        self.actor.write(to);
        self.body.write(to);
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, CanonError> {
        let blind = match String::read(from)?.as_str() {
            FORMAT => None,
            BLINDED => from.take(BLIND_BYTES)?.first_chunk().copied(),
            _ => return Err(from.not_a(FORMAT)),
        };
        Ok(Self {
            blind,
            seq: Canon::read(from)?,
            recorded_at: Canon::read(from)?,
            actor: Canon::read(from)?,
            body: Canon::read(from)?,
        })
    }
}
