//! Receipts 回执: one record with the proof that it is in the log, in one text, checked offline.

use domain::DepartmentId;

use crate::checkpoint::{Checkpoint, SignedCheckpoint, read_hash, read_number};
use crate::digest::Digest;
use crate::error::LedgerError;
use crate::event::{Body, Event};
use crate::leaf;
use crate::merkle;
use crate::note::{VerifierKey, from_base64, to_base64};

/// The first line of the C2SP text form.
const FORMAT: &str = "c2sp.org/tlog-proof@v1";

const RECEIPT: LedgerError = LedgerError::Malformed {
    what: "回执 receipt",
};

/// A receipt, not yet believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    record: Vec<u8>,
    index: u64,
    proof: Vec<Digest>,
    note: String,
}

/// What a receipt proves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proven {
    /// The record.
    pub event: Event,
    /// The state of the log that holds it.
    pub checkpoint: Checkpoint,
}

impl Receipt {
    /// The receipt of a record. `leaves` are the leaf hashes of the log in order; those beyond the
    /// checkpoint are not read.
    pub fn new(
        event: &Event,
        leaves: &[Digest],
        signed: &SignedCheckpoint,
    ) -> Result<Self, LedgerError> {
        let outside = LedgerError::OutsideLog;
        let index = event.seq.checked_sub(1).ok_or(outside.clone())?;
        let size = usize::try_from(signed.checkpoint().size).map_err(|_| outside.clone())?;
        let part = leaves.get(..size).ok_or(outside.clone())?;
        let at = usize::try_from(index).map_err(|_| outside)?;
        Ok(Self {
            record: leaf::event_bytes(event),
            index,
            proof: merkle::inclusion_proof(signed.checkpoint().hash, part, at)?,
            note: signed.note().to_owned(),
        })
    }

    /// The same for handing to a department: refused when the record is not about it alone.
    pub fn for_department(
        department: &DepartmentId,
        event: &Event,
        leaves: &[Digest],
        signed: &SignedCheckpoint,
    ) -> Result<Self, LedgerError> {
        let own = match &event.body {
            Body::Posted(posted) => {
                let named = posted.transaction.departments();
                named.len() == 1 && named.contains(department)
            }
            _ => false,
        };
        if !own {
            return Err(LedgerError::NotYours { seq: event.seq });
        }
        Self::new(event, leaves, signed)
    }

    /// The text form.
    pub fn to_text(&self) -> String {
        let mut text = format!(
            "{FORMAT}\nextra {}\nindex {}\n",
            to_base64(&self.record),
            self.index
        );
        for hash in &self.proof {
            text.push_str(&to_base64(hash.as_bytes()));
            text.push('\n');
        }
        text.push('\n');
        text.push_str(&self.note);
        text
    }

    /// Reads the text form.
    pub fn parse(text: &str) -> Result<Self, LedgerError> {
        let (head, note) = text.split_once("\n\n").ok_or(RECEIPT)?;
        let mut lines = head.split('\n');
        if lines.next() != Some(FORMAT) {
            return Err(RECEIPT);
        }
        let field = |line: Option<&str>, name: &str| -> Option<String> {
            Some(line?.strip_prefix(name)?.strip_prefix(' ')?.to_owned())
        };
        let record = field(lines.next(), "extra");
        let record = record.and_then(|text| from_base64(&text)).ok_or(RECEIPT)?;
        let index = field(lines.next(), "index");
        let index = index.and_then(|text| read_number(&text)).ok_or(RECEIPT)?;
        let proof = lines
            .map(|line| read_hash(line).ok_or(RECEIPT))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            record,
            index,
            proof,
            note: note.to_owned(),
        })
    }

    /// Checks everything: the signature, the place in the log, the record itself.
    pub fn verify(&self, key: &VerifierKey) -> Result<Proven, LedgerError> {
        let signed = SignedCheckpoint::open(&self.note, key)?;
        let checkpoint = signed.checkpoint();
        merkle::verify_inclusion(
            checkpoint.hash,
            &checkpoint.hash.leaf(&self.record),
            self.index,
            checkpoint.size,
            &self.proof,
            &checkpoint.root,
        )?;
        let event = leaf::read_event(&self.record)?;
        if event.seq.checked_sub(1) != Some(self.index) {
            return Err(LedgerError::BrokenRecord {
                seq: event.seq,
                what: "记录号与日志位置 record number and place in the log",
            });
        }
        Ok(Proven {
            event,
            checkpoint: checkpoint.clone(),
        })
    }
}
