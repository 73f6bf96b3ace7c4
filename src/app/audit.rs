//! The audit of the ledger: schema first, then everything that follows from the records.

use std::collections::BTreeMap;
use std::io::Read as _;

use domain::canon::sha256_hex;
use ledger::Digest;
use store::{AnyConn, StoreError};

use crate::App;
use crate::error::Error;

/// Largest paper that is read, bytes: more than any that is taken in.
const PAPER_BYTES_MAX: u64 = 64 << 20;

/// What came of an audit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing was compared: rules of the database are missing or changed, so what it holds proves
    /// nothing. What has drifted, each with its kind and name.
    Refused {
        /// Objects of the schema, and what is wrong with each.
        drift: Vec<String>,
    },
    /// Everything was compared.
    Audited(Report),
}

/// What an audit compared and found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Number of records.
    pub records: u64,
    /// Root hash over the records as they are now, lower-case hex.
    pub root: String,
    /// Rows that were compared, by table.
    pub rows: BTreeMap<&'static str, u64>,
    /// What is wrong; empty when all agrees.
    pub findings: Vec<Finding>,
    /// How many more things are wrong, by table.
    pub more: BTreeMap<&'static str, u64>,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The table it is in.
    pub table: &'static str,
    /// The row: number of the record, or key.
    pub at: String,
    /// What is wrong.
    pub message: String,
}

impl App {
    /// Audits the ledger on one snapshot; with the note of a checkpoint that was kept elsewhere, also
    /// whether the ledger still holds all that stood under it.
    pub fn audit(&self, kept: Option<&str>) -> Result<Outcome, Error> {
        let drift = store::schema_drift(self.store())?;
        if !drift.is_empty() {
            return Ok(Outcome::Refused {
                drift: drift.iter().map(ToString::to_string).collect(),
            });
        }
        let key = self.signer().verifier_key();
        let audit = self.store().read(|conn| {
            store::ledger::audit_with_papers(conn, &key, kept, &mut paper_fault)
                .map_err(Error::from)
        })?;
        let findings = audit.findings.into_iter().map(|found| Finding {
            table: found.table,
            at: found.at,
            message: found.message,
        });
        Ok(Outcome::Audited(Report {
            records: audit.records,
            root: audit.root.to_string(),
            rows: audit.rows,
            findings: findings.collect(),
            more: audit.more,
        }))
    }
}

/// What is wrong with the paper of a digest.
fn paper_fault(conn: &mut AnyConn, digest: &Digest) -> Result<Option<String>, StoreError> {
    let kept = match store::blobs::get(conn, &digest.to_string()) {
        Ok(kept) => kept,
        Err(StoreError::NotFound { .. }) => {
            return Ok(Some("材料缺失 (the paper is missing)".to_owned()));
        }
        Err(error) => return Err(error),
    };
    let mut bytes = Vec::new();
    let read = zstd::Decoder::new(kept.as_slice())
        .and_then(|paper| paper.take(PAPER_BYTES_MAX).read_to_end(&mut bytes));
    Ok(match read {
        Err(fault) => Some(format!("材料损坏：{fault} (damaged paper)")),
        Ok(_) if sha256_hex(&bytes) != digest.to_string() => {
            Some("材料与摘要不符 (the paper is another)".to_owned())
        }
        Ok(_) => None,
    })
}
