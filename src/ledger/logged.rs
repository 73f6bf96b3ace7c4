//! A record with the proof of its place in the log.

use std::sync::Arc;

use crate::checkpoint::{Checkpoint, read_hash, read_number};
use crate::digest::Digest;
use crate::error::LedgerError;
use crate::event::Event;
use crate::leaf;
use crate::merkle::{self, Levels};
use crate::note::{from_base64, to_base64};
use crate::words::{Opening, Words};

/// A record of the log, not yet believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoggedRecord {
    pub(crate) record: Vec<u8>,
    pub(crate) index: u64,
    pub(crate) path: Vec<Digest>,
    /// The text that the record has a commitment to; `None` where there is none or it was erased.
    pub(crate) opening: Option<Arc<Opening>>,
}

impl LoggedRecord {
    /// The record in the tree of the first `size` leaves.
    pub fn new(event: &Event, log: &Levels, size: u64) -> Result<Self, LedgerError> {
        let index = event.seq.checked_sub(1).ok_or(LedgerError::OutsideLog)?;
        let place = |number: u64| usize::try_from(number).map_err(|_| LedgerError::OutsideLog);
        Ok(Self {
            record: leaf::event_bytes(event),
            index,
            path: log.inclusion_proof(place(index)?, place(size)?)?,
            opening: event.body.words().and_then(Words::opening).cloned(),
        })
    }

    /// Checks the place, reads the record and puts in its text, if that came with it.
    pub fn verify(&self, checkpoint: &Checkpoint) -> Result<Event, LedgerError> {
        merkle::verify_inclusion(
            checkpoint.hash,
            &checkpoint.hash.leaf(&self.record),
            self.index,
            checkpoint.size,
            &self.path,
            &checkpoint.root,
        )?;
        let mut event = leaf::read_event(&self.record)?;
        let seq = event.seq;
        let broken = |what| LedgerError::BrokenRecord { seq, what };
        if seq.checked_sub(1) != Some(self.index) {
            return Err(broken(
                "记录号与日志位置 record number and place in the log",
            ));
        }
        if let Some(opening) = &self.opening {
            let told = event.body.words_mut();
            let own = told
                .filter(|words| words.commitment() == Some(opening.commitment(checkpoint.hash)));
            let own =
                own.ok_or_else(|| broken("文字与记录中的承诺不符 text of another commitment"))?;
            own.open_with(|_| Some(Arc::clone(opening)));
        }
        Ok(event)
    }

    /// `index record hash…`, bytes in base64.
    pub(crate) fn to_words(&self) -> String {
        let mut words = format!("{} {}", self.index, to_base64(&self.record));
        for hash in &self.path {
            words.push(' ');
            words.push_str(&to_base64(hash.as_bytes()));
        }
        words
    }

    /// Reads [`LoggedRecord::to_words`]; the text is a line of its own.
    pub(crate) fn from_words(words: &str, opening: Option<Opening>) -> Option<Self> {
        let mut words = words.split(' ');
        Some(Self {
            opening: opening.map(Arc::new),
            index: read_number(words.next()?)?,
            record: from_base64(words.next()?)?,
            path: words.map(read_hash).collect::<Option<_>>()?,
        })
    }
}
