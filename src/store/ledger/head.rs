//! The head of the ledger in memory: books, log and account numbers after the last record, so that a
//! command costs what it changes and not what was ever recorded.
//!
//! What is kept is believed only while the signed checkpoint of its size has its root, which binds
//! every record up to there; then what others appended since is read and followed. Anything else is
//! read anew from the first record.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use diesel::dsl::max;
use diesel::prelude::*;
use ledger::{Books, CompactRange, Digest, Event, LedgerError, leaf};

use super::ExecuteError;
use super::projection::AccountIds;
use super::records;
use super::schema::{checkpoints, ledger_records};
use crate::cells;
use crate::conn::AnyConn;
use crate::error::StoreError;

/// The ledger after its last record.
#[derive(Clone, Debug, Default)]
pub(super) struct Head {
    pub(super) books: Books,
    pub(super) log: CompactRange,
    pub(super) ids: AccountIds,
}

impl Head {
    fn follow(&mut self, events: &[Event]) -> Result<(), ExecuteError> {
        for event in events {
            self.books.apply(event)?;
            self.ids.see(event)?;
            let hash = self.books.hash();
            if event.seq == 1 {
                self.log = CompactRange::new(hash);
            }
            self.log.append(leaf::event_hash(hash, event));
        }
        Ok(())
    }
}

/// The head that this process saw last, shared by all clones of a store.
#[derive(Clone, Default)]
pub(crate) struct HeadCache {
    seen: Arc<Mutex<Option<Arc<Head>>>>,
}

impl fmt::Debug for HeadCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HeadCache").finish_non_exhaustive()
    }
}

impl HeadCache {
    fn get(&self) -> Option<Arc<Head>> {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.clone()
    }

    /// Keeps a head that is committed. One that is behind what is kept is dropped.
    pub(super) fn keep(&self, head: Head) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let ahead = seen
            .as_ref()
            .is_none_or(|kept| kept.log.size() <= head.log.size());
        if ahead {
            *seen = Some(Arc::new(head));
        }
    }

    /// The head as the transaction at hand sees it.
    pub(super) fn current(&self, conn: &mut AnyConn) -> Result<Head, ExecuteError> {
        let kept = self.get().unwrap_or_default();
        let seen = Seen::at(conn, kept.log.size())?;
        if seen.root != Some(kept.log.root()) {
            return Self::follow_up(conn, Head::default());
        }
        if seen.records == kept.log.size() {
            return Ok(Head::clone(&kept));
        }
        Self::follow_up(conn, Head::clone(&kept))
    }

    /// Reads and follows what was recorded after the head.
    fn follow_up(conn: &mut AnyConn, mut head: Head) -> Result<Head, ExecuteError> {
        let tail = records::events(conn, head.log.size() + 1)?;
        head.follow(&tail)?;
        let sealed = Seen::at(conn, head.log.size())?.root;
        if sealed != Some(head.log.root()) && head.log.size() > 0 {
            return Err(ExecuteError::Damaged(LedgerError::BrokenRecord {
                seq: head.log.size(),
                what: "根哈希与签名检查点不符 root differs from the signed checkpoint",
            }));
        }
        Ok(head)
    }
}

/// How far the log goes, and the root that is signed at a size.
struct Seen {
    root: Option<Digest>,
    records: u64,
}

impl Seen {
    /// One question, since a command on PostgreSQL costs mostly its round trips.
    fn at(conn: &mut AnyConn, size: u64) -> Result<Self, StoreError> {
        let size = cells::count_cell("checkpoints", "tree_size", size)?;
        let last = ledger_records::table
            .select(max(ledger_records::seq))
            .single_value();
        let root = checkpoints::table
            .find(size)
            .select(checkpoints::root_hash)
            .single_value();
        let (root, last): (Option<Vec<u8>>, Option<i64>) =
            diesel::select((root, last)).first(conn)?;
        Ok(Self {
            root: root.and_then(|root| Digest::from_slice(&root)),
            records: cells::count("ledger_records", "seq", last.unwrap_or(0))?,
        })
    }
}
