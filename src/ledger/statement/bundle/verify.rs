//! What a bundle proves.

use domain::{DepartmentId, Period};

use super::{SealedRecord, StatementBundle, is_own};
use crate::books::Balance;
use crate::checkpoint::Checkpoint;
use crate::error::LedgerError;
use crate::event::{Body, Event, Posted};
use crate::instant::UtcMicros;
use crate::seal::Holdings;
use crate::trust::Keyring;

/// A statement that holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProvenStatement {
    /// The department.
    pub department: DepartmentId,
    /// The state of the log that holds it all.
    pub checkpoint: Checkpoint,
    /// The checkpoint that the department kept, which this one extends.
    pub since: Option<Checkpoint>,
    /// Where the lines begin; `None`: with the ledger.
    pub opening: Option<SealedMonth>,
    /// The records, in order.
    pub lines: Vec<Event>,
    /// Where they end; `None` while no month is closed.
    pub closing: Option<SealedMonth>,
    /// How many of the last lines come after the closing: each is proved, but not that there is none
    /// besides.
    pub unsealed: usize,
    /// Where the accounts stand after the last line.
    pub holdings: Holdings,
}

/// A close and what the department had at it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedMonth {
    /// Record number of the close.
    pub seq: u64,
    /// The month it closes.
    pub period: Period,
    /// When it was recorded.
    pub recorded_at: UtcMicros,
    /// The department's accounts.
    pub holdings: Holdings,
}

impl StatementBundle {
    /// Checks everything. `kept` is the note of the checkpoint that the department kept from the
    /// last time.
    pub fn verify(
        &self,
        keyring: &Keyring,
        kept: Option<&str>,
    ) -> Result<ProvenStatement, LedgerError> {
        let (serial, signed) = keyring.open(&self.note)?;
        let checkpoint = signed.checkpoint();
        let since = kept
            .map(|kept| self.extends(keyring, kept, serial, checkpoint))
            .transpose()?;
        let opening = self.sealed(self.opening.as_ref(), checkpoint)?;
        let closing = self.sealed(self.closing.as_ref(), checkpoint)?;
        let mut walk = Walk {
            department: &self.department,
            at: opening
                .as_ref()
                .map_or_else(Holdings::new, |month| month.holdings.clone()),
            seq: opening.as_ref().map_or(0, |month| month.seq),
            recorded_at: opening
                .as_ref()
                .map_or_else(UtcMicros::default, |month| month.recorded_at),
            closed: opening.as_ref().map(|month| month.period),
        };
        let lines = self.lines.iter().map(|line| line.verify(checkpoint));
        let lines = lines.collect::<Result<Vec<Event>, _>>()?;
        let sealed = closing.as_ref().map_or(0, |month| {
            lines.partition_point(|event| event.seq < month.seq)
        });
        let (before, after) = lines.split_at(sealed);
        walk.follow(before)?;
        if let Some(month) = &closing {
            walk.close(month)?;
        }
        walk.follow(after)?;
        let holdings = walk.at;
        Ok(ProvenStatement {
            department: self.department.clone(),
            checkpoint: checkpoint.clone(),
            since,
            unsealed: after.len(),
            opening,
            lines,
            closing,
            holdings,
        })
    }

    /// Checks that the checkpoint keeps what the kept one had, under no older key.
    fn extends(
        &self,
        keyring: &Keyring,
        kept: &str,
        serial: u64,
        new: &Checkpoint,
    ) -> Result<Checkpoint, LedgerError> {
        let (kept_serial, kept) = keyring.open(kept)?;
        let kept = kept.checkpoint();
        if kept.size > new.size {
            return Err(LedgerError::RolledBack {
                kept: kept.size,
                shown: new.size,
            });
        }
        if kept_serial > serial {
            return Err(LedgerError::OldKey);
        }
        let proof = self.consistency.as_ref().ok_or(LedgerError::Missing {
            what: "一致性证明 consistency proof",
        })?;
        proof.verify(kept, new)?;
        Ok(kept.clone())
    }

    fn sealed(
        &self,
        part: Option<&SealedRecord>,
        checkpoint: &Checkpoint,
    ) -> Result<Option<SealedMonth>, LedgerError> {
        let Some(part) = part else { return Ok(None) };
        let event = part.close.verify(checkpoint)?;
        let Body::PeriodClosed {
            period,
            balances_root,
            ..
        } = &event.body
        else {
            return Err(LedgerError::BrokenRecord {
                seq: event.seq,
                what: "不是结账记录 not a close",
            });
        };
        let balances = &part.balances;
        Ok(Some(SealedMonth {
            seq: event.seq,
            period: *period,
            recorded_at: event.recorded_at,
            holdings: balances.verify(checkpoint.hash, balances_root, &self.department)?,
        }))
    }
}

impl ProvenStatement {
    /// Refuses a statement that no close seals through the month.
    pub fn require_sealed(&self, month: Period) -> Result<(), LedgerError> {
        match &self.closing {
            Some(closing) if closing.period >= month => Ok(()),
            _ => Err(LedgerError::NotSealed { period: month }),
        }
    }
}

/// The way along the lines: each must follow from the one before.
struct Walk<'a> {
    department: &'a DepartmentId,
    at: Holdings,
    seq: u64,
    recorded_at: UtcMicros,
    /// The last month seen closed, in which nothing may be posted any more.
    closed: Option<Period>,
}

impl Walk<'_> {
    fn follow(&mut self, lines: &[Event]) -> Result<(), LedgerError> {
        for event in lines {
            let broken = |what| LedgerError::BrokenRecord {
                seq: event.seq,
                what,
            };
            self.advance(event.seq, event.recorded_at)?;
            let Body::Posted(posted) = &event.body else {
                return Err(broken("不是本部门的凭证 not a transaction"));
            };
            if !is_own(self.department, event) {
                return Err(broken("涉及其他部门 about another department"));
            }
            if Some(posted.transaction.period) == self.closed {
                return Err(broken("记入已结账的月份 posted in a closed month"));
            }
            self.post(posted).map_err(broken)?;
        }
        Ok(())
    }

    /// Moves on to a later record.
    fn advance(&mut self, seq: u64, recorded_at: UtcMicros) -> Result<(), LedgerError> {
        if seq <= self.seq || recorded_at < self.recorded_at {
            return Err(LedgerError::BrokenRecord {
                seq,
                what: "次序倒退 out of order",
            });
        }
        self.seq = seq;
        self.recorded_at = recorded_at;
        Ok(())
    }

    /// Each of the department's accounts must go on where it stood.
    fn post(&mut self, posted: &Posted) -> Result<(), &'static str> {
        let mut own = posted
            .postings()
            .filter(|posting| posting.account.department() == Some(self.department))
            .peekable();
        if own.peek().is_none() {
            return Err("不动本部门的账户 on none of the department's accounts");
        }
        for posting in own {
            let before = self.at.get(posting.account).copied().unwrap_or_default();
            if posting.mark.account_seq != before.account_seq + 1 {
                return Err(
                    "账户序号不连续，缺少明细 gap in the account's numbers: a line is missing",
                );
            }
            let after = before.balance_fen.checked_add(posting.amount_fen);
            if after != Some(posting.mark.balance_after_fen) {
                return Err("余额不衔接 balance does not follow");
            }
            let balance = Balance {
                balance_fen: posting.mark.balance_after_fen,
                account_seq: posting.mark.account_seq,
            };
            self.at.insert(posting.account.clone(), balance);
        }
        Ok(())
    }

    /// What was sealed must be what the lines led to.
    fn close(&mut self, month: &SealedMonth) -> Result<(), LedgerError> {
        if month.holdings != self.at {
            return Err(LedgerError::BrokenRecord {
                seq: month.seq,
                what: "封存余额与明细不符，缺少明细 sealed balances differ from the lines: a line is missing",
            });
        }
        if month.seq == self.seq {
            // The opening is the closing: nothing in between, and nothing asked.
            return Ok(());
        }
        self.advance(month.seq, month.recorded_at)?;
        self.closed = Some(month.period);
        Ok(())
    }
}
