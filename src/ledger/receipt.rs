//! Receipts 回执: one record with the proof that it is in the log, in one text, checked offline.

use std::sync::Arc;

use domain::DepartmentId;
use domain::canon::{Canon as _, Reader, Writer};

use crate::checkpoint::{Checkpoint, SignedCheckpoint, read_hash, read_number};
use crate::digest::Digest;
use crate::error::LedgerError;
use crate::event::Event;
use crate::logged::LoggedRecord;
use crate::merkle::Levels;
use crate::note::{VerifierKey, from_base64, to_base64};
use crate::statement::is_own;
use crate::trust::Keyring;
use crate::words::{Opening, SALT_BYTES};

/// The first line of the C2SP text form.
const FORMAT: &str = "c2sp.org/tlog-proof@v1";

const RECEIPT: LedgerError = LedgerError::Malformed {
    what: "回执 receipt",
};

/// What a record stands behind that comes with its text.
const TOLD: &str = "hengxiang-told-1";

/// A record and the text that it has a commitment to.
fn with_text(record: &[u8], opening: &Opening) -> Vec<u8> {
    let mut writer = Writer::default();
    TOLD.to_owned().write(&mut writer);
    writer.raw(&opening.salt);
    opening.text.write(&mut writer);
    writer.raw(record);
    writer.into_bytes()
}

/// The same taken apart; `None` when the bytes are a record alone.
fn without_text(extra: &[u8]) -> Option<(Vec<u8>, Opening)> {
    let mut reader = Reader::new(extra);
    if String::read(&mut reader).ok()? != TOLD {
        return None;
    }
    let salt = reader.take(SALT_BYTES).ok()?.try_into().ok()?;
    let text = String::read(&mut reader).ok()?;
    let record = reader.rest().to_vec();
    Some((record, Opening { salt, text }))
}

/// A receipt, not yet believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    logged: LoggedRecord,
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
        let checkpoint = signed.checkpoint();
        let log = Levels::new(checkpoint.hash, leaves.to_vec());
        Ok(Self {
            logged: LoggedRecord::new(event, &log, checkpoint.size)?,
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
        if !is_own(department, event) {
            return Err(LedgerError::NotYours { seq: event.seq });
        }
        Self::new(event, leaves, signed)
    }

    /// The text form.
    pub fn to_text(&self) -> String {
        let extra = match &self.logged.opening {
            None => self.logged.record.clone(),
            Some(opening) => with_text(&self.logged.record, opening),
        };
        let mut text = format!(
            "{FORMAT}\nextra {}\nindex {}\n",
            to_base64(&extra),
            self.logged.index
        );
        for hash in &self.logged.path {
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
        let extra = field(lines.next(), "extra");
        let extra = extra.and_then(|text| from_base64(&text)).ok_or(RECEIPT)?;
        let (record, opening) = match without_text(&extra) {
            Some((record, opening)) => (record, Some(Arc::new(opening))),
            None => (extra, None),
        };
        let index = field(lines.next(), "index");
        let index = index.and_then(|text| read_number(&text)).ok_or(RECEIPT)?;
        let path = lines
            .map(|line| read_hash(line).ok_or(RECEIPT))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            logged: LoggedRecord {
                record,
                index,
                path,
                opening,
            },
            note: note.to_owned(),
        })
    }

    /// The note of its checkpoint.
    pub fn note(&self) -> &str {
        &self.note
    }

    /// Checks everything: the signature, the place in the log, the record itself.
    pub fn verify(&self, key: &VerifierKey) -> Result<Proven, LedgerError> {
        self.verify_under(&SignedCheckpoint::open(&self.note, key)?)
    }

    /// The same by any key of a keyring.
    pub fn verify_by(&self, keyring: &Keyring) -> Result<Proven, LedgerError> {
        self.verify_under(&keyring.open(&self.note)?.1)
    }

    fn verify_under(&self, signed: &SignedCheckpoint) -> Result<Proven, LedgerError> {
        let checkpoint = signed.checkpoint();
        Ok(Proven {
            event: self.logged.verify(checkpoint)?,
            checkpoint: checkpoint.clone(),
        })
    }
}
