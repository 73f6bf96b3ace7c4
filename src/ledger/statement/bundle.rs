//! Statement bundles 对账单证明包: all that a department needs to check its statement alone. Opening
//! balances as a close sealed them, every line with its place in the log, closing balances, the
//! signed checkpoint, and the proof that it extends the checkpoint which the department kept.

mod verify;

use domain::DepartmentId;
use domain::canon::{decode, encode};

use crate::checkpoint::{ConsistencyProof, SignedCheckpoint, read_hash, read_number};
use crate::digest::Digest;
use crate::error::LedgerError;
use crate::event::{Body, Event};
use crate::logged::LoggedRecord;
use crate::merkle::Levels;
use crate::note::{from_base64, to_base64};
use crate::seal::BalanceProof;
use crate::words::Opening;

pub use verify::{ProvenStatement, SealedMonth};

/// The first line of the text form.
const FORMAT: &str = "hengxiang-statement-1";

const BUNDLE: LedgerError = LedgerError::Malformed {
    what: "对账单证明包 statement bundle",
};

/// A bundle, not yet believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementBundle {
    department: DepartmentId,
    certificates: Vec<String>,
    consistency: Option<ConsistencyProof>,
    opening: Option<SealedRecord>,
    lines: Vec<LoggedRecord>,
    closing: Option<SealedRecord>,
    note: String,
}

/// The record of a close with the department's balances under its seal.
#[derive(Clone, Debug, PartialEq, Eq)]
struct SealedRecord {
    close: LoggedRecord,
    balances: BalanceProof,
}

/// What goes into a bundle.
#[derive(Clone, Debug)]
pub struct BundleParts<'a> {
    /// The department.
    pub department: &'a DepartmentId,
    /// Certificates of the ledger's keys, if any.
    pub certificates: Vec<String>,
    /// The close before the lines, with the department's balances; `None` where the lines begin
    /// with the ledger.
    pub opening: Option<(&'a Event, BalanceProof)>,
    /// All records on its accounts after the opening, in order.
    pub lines: &'a [Event],
    /// The close after the lines; those behind it are not sealed yet.
    pub closing: Option<(&'a Event, BalanceProof)>,
    /// Size of the checkpoint that the department kept.
    pub kept_size: Option<u64>,
    /// The checkpoint with its signatures.
    pub signed: &'a SignedCheckpoint,
}

impl StatementBundle {
    /// Puts a bundle together from the log, of which at least the checkpoint's size is there.
    /// Records that are not about the department alone are refused.
    pub fn new(parts: BundleParts<'_>, log: &Levels) -> Result<Self, LedgerError> {
        let size = parts.signed.checkpoint().size;
        let sealed = |part: Option<(&Event, BalanceProof)>| {
            part.map(|(event, balances)| {
                Ok::<_, LedgerError>(SealedRecord {
                    close: LoggedRecord::new(event, log, size)?,
                    balances,
                })
            })
            .transpose()
        };
        let lines = parts.lines.iter().map(|event| {
            if !is_own(parts.department, event) {
                return Err(LedgerError::NotYours { seq: event.seq });
            }
            LoggedRecord::new(event, log, size)
        });
        let kept = parts.kept_size.map(|old| log.consistency_proof(old, size));
        Ok(Self {
            department: parts.department.clone(),
            certificates: parts.certificates,
            consistency: kept.transpose()?,
            opening: sealed(parts.opening)?,
            lines: lines.collect::<Result<_, _>>()?,
            closing: sealed(parts.closing)?,
            note: parts.signed.note().to_owned(),
        })
    }

    /// The text form: one thing a line, bytes in base64, below an empty line the checkpoint's note.
    pub fn to_text(&self) -> String {
        let mut text = format!("{FORMAT}\ndepartment {}\n", self.department);
        let mut line = |tag: &str, words: &str| text.push_str(&format!("{tag} {words}\n"));
        for certificate in &self.certificates {
            line("certificate", &to_base64(certificate.as_bytes()));
        }
        if let Some(proof) = &self.consistency {
            let hashes = proof.hashes.iter().map(|hash| to_base64(hash.as_bytes()));
            let words: Vec<String> = std::iter::once(proof.old_size.to_string())
                .chain(hashes)
                .collect();
            line("consistency", &words.join(" "));
        }
        if let Some(opening) = &self.opening {
            line("opening", &opening.close.to_words());
            line("opened", &to_base64(&encode(&opening.balances)));
        }
        for record in &self.lines {
            line("line", &record.to_words());
            if let Some(opening) = &record.opening {
                line("text", &opening.to_words());
            }
        }
        if let Some(closing) = &self.closing {
            line("closing", &closing.close.to_words());
            line("closed", &to_base64(&encode(&closing.balances)));
        }
        text.push('\n');
        text.push_str(&self.note);
        text
    }

    /// Reads the text form.
    pub fn parse(text: &str) -> Result<Self, LedgerError> {
        let (head, note) = text.split_once("\n\n").ok_or(BUNDLE)?;
        let mut lines = Lines::new(head)?;
        let department = lines.next_tagged("department").ok_or(BUNDLE)?;
        let mut certificates = Vec::new();
        while let Some(words) = lines.next_tagged("certificate") {
            let bytes = from_base64(words).ok_or(BUNDLE)?;
            certificates.push(String::from_utf8(bytes).map_err(|_| BUNDLE)?);
        }
        let consistency = lines.next_tagged("consistency");
        let consistency = consistency.map(|words| read_consistency(words).ok_or(BUNDLE));
        let opening = lines.next_sealed("opening", "opened")?;
        let mut records = Vec::new();
        while let Some(words) = lines.next_tagged("line") {
            let told = lines.next_tagged("text");
            let told = told.map(|words| Opening::from_words(words).ok_or(BUNDLE));
            records.push(LoggedRecord::from_words(words, told.transpose()?).ok_or(BUNDLE)?);
        }
        let closing = lines.next_sealed("closing", "closed")?;
        lines.finish()?;
        Ok(Self {
            department: department.into(),
            certificates,
            consistency: consistency.transpose()?,
            opening,
            lines: records,
            closing,
            note: note.to_owned(),
        })
    }

    /// The note of its checkpoint, which the department keeps for the next time.
    pub fn note(&self) -> &str {
        &self.note
    }

    /// The certificates of the ledger's keys that came with it.
    pub fn certificates(&self) -> &[String] {
        &self.certificates
    }
}

/// Whether the record is a transaction about the department and nobody else.
pub(crate) fn is_own(department: &DepartmentId, event: &Event) -> bool {
    match &event.body {
        Body::Posted(posted) => {
            let named = posted.transaction.departments();
            named.len() == 1 && named.contains(department)
        }
        _ => false,
    }
}

/// The lines of the head, taken in their one order.
struct Lines<'a> {
    rest: std::iter::Peekable<std::str::Split<'a, char>>,
}

impl<'a> Lines<'a> {
    fn new(head: &'a str) -> Result<Self, LedgerError> {
        let mut rest = head.split('\n').peekable();
        if rest.next() != Some(FORMAT) {
            return Err(BUNDLE);
        }
        Ok(Self { rest })
    }

    /// The words of the next line, if it has the tag.
    fn next_tagged(&mut self, tag: &str) -> Option<&'a str> {
        let words = self.rest.peek()?.strip_prefix(tag)?.strip_prefix(' ')?;
        self.rest.next();
        Some(words)
    }

    fn next_sealed(
        &mut self,
        close: &str,
        balances: &str,
    ) -> Result<Option<SealedRecord>, LedgerError> {
        let Some(words) = self.next_tagged(close) else {
            return Ok(None);
        };
        let close = LoggedRecord::from_words(words, None).ok_or(BUNDLE)?;
        let balances = self.next_tagged(balances).and_then(from_base64);
        Ok(Some(SealedRecord {
            close,
            balances: decode(&balances.ok_or(BUNDLE)?)?,
        }))
    }

    fn finish(mut self) -> Result<(), LedgerError> {
        match self.rest.next() {
            None => Ok(()),
            Some(_) => Err(BUNDLE),
        }
    }
}

fn read_consistency(words: &str) -> Option<ConsistencyProof> {
    let mut words = words.split(' ');
    let old_size = read_number(words.next()?)?;
    let hashes: Option<Vec<Digest>> = words.map(read_hash).collect();
    Some(ConsistencyProof {
        old_size,
        hashes: hashes?,
    })
}

#[cfg(test)]
mod tests;
