//! The head of the ledger in memory: books, log and account numbers after the last record, so that a
//! command costs what it changes and not what was ever recorded.
//!
//! What is kept is believed only while the signed checkpoint of its size has its root, which binds
//! every record up to there; then what others appended since is read and followed. Anything else is
//! read anew from the first record.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use diesel::prelude::*;
use ledger::{Books, CompactRange, Digest, Event, LedgerError, leaf};

use super::ExecuteError;
use super::projection::AccountIds;
use super::records;
use super::schema::checkpoints;
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
        let mut head = match self.get() {
            Some(kept) if root_at(conn, kept.log.size())? == Some(kept.log.root()) => {
                Head::clone(&kept)
            }
            _ => Head::default(),
        };
        let tail = records::events(conn, head.log.size() + 1)?;
        head.follow(&tail)?;
        let sealed = root_at(conn, head.log.size())?;
        if sealed != Some(head.log.root()) && head.log.size() > 0 {
            return Err(ExecuteError::Damaged(LedgerError::BrokenRecord {
                seq: head.log.size(),
                what: "根哈希与签名检查点不符 root differs from the signed checkpoint",
            }));
        }
        Ok(head)
    }
}

/// The root of the checkpoint of a size, if there is one.
fn root_at(conn: &mut AnyConn, size: u64) -> Result<Option<Digest>, StoreError> {
    let size = cells::count_cell("checkpoints", "tree_size", size)?;
    let root: Option<Vec<u8>> = checkpoints::table
        .find(size)
        .select(checkpoints::root_hash)
        .first(conn)
        .optional()?;
    Ok(root.and_then(|root| Digest::from_slice(&root)))
}
