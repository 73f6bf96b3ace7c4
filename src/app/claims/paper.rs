//! The written claim, and what becomes of it: a declaration in the ledger, a row of an import.

use chrono::NaiveDate;
use domain::canon::{Canon, CanonError, Reader, Writer};
use domain::facts::ClaimKind;
use domain::{ClaimId, DepartmentId, Fen, JurisdictionCode, Period};
use ledger::{Component, Declaration, Digest};

use crate::error::Error;
use crate::papers::Attachment;

/// A claim as a department enters it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimEntry {
    /// The department.
    pub department: DepartmentId,
    /// The month it is about.
    pub period: Period,
    /// Cost or loss.
    pub kind: ClaimKind,
    /// The jurisdiction for whose sake it arose: who pays is found from it.
    pub beneficiary: JurisdictionCode,
    /// Amount, above zero.
    pub amount_fen: Fen,
    /// Why it arose.
    pub explanation: String,
}

/// The written claim, whose digest the ledger records before those of the evidence files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ClaimPaper {
    pub(super) entry: ClaimEntry,
    pub(super) attachments: Vec<Attachment>,
}

const FORMAT: &str = "hengxiang-claim-1";

impl Canon for ClaimPaper {
    fn write(&self, to: &mut Writer) {
        FORMAT.to_owned().write(to);
        let entry = &self.entry;
        entry.department.write(to);
        entry.period.write(to);
        entry.kind.write(to);
        entry.beneficiary.write(to);
        entry.amount_fen.write(to);
        entry.explanation.write(to);
        self.attachments.write(to);
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, CanonError> {
        if String::read(from)? != FORMAT {
            return Err(from.not_a(FORMAT));
        }
        Ok(Self {
            entry: ClaimEntry {
                department: Canon::read(from)?,
                period: Canon::read(from)?,
                kind: Canon::read(from)?,
                beneficiary: Canon::read(from)?,
                amount_fen: Canon::read(from)?,
                explanation: Canon::read(from)?,
            },
            attachments: Canon::read(from)?,
        })
    }
}

impl ClaimPaper {
    /// What the ledger records of it, under the digest of its bytes.
    pub(super) fn declaration(&self, digest: Digest) -> Result<Declaration, Error> {
        let mut evidence = vec![digest];
        for attachment in &self.attachments {
            let digest = attachment.sha256.parse().map_err(ledger::Rejection::from)?;
            evidence.push(digest);
        }
        Ok(Declaration {
            department: self.entry.department.clone(),
            period: self.entry.period,
            component: match self.entry.kind {
                ClaimKind::Cost => Component::Cost,
                ClaimKind::Loss => Component::Loss,
            },
            declared_fen: self.entry.amount_fen,
            evidence,
        })
    }

    /// The row of the file that a claim would be imported from.
    pub(super) fn row(
        &self,
        id: &ClaimId,
        decision: Option<(Fen, NaiveDate, &str)>,
    ) -> Vec<String> {
        let entry = &self.entry;
        let (accepted, decided_on, reason) = decision.map_or_else(
            || (String::new(), String::new(), entry.explanation.as_str()),
            |(fen, day, reason)| (fen.to_plain(), day.to_string(), reason),
        );
        vec![
            id.to_string(),
            entry.department.to_string(),
            entry.period.to_string(),
            entry.kind.name().to_owned(),
            entry.beneficiary.to_string(),
            entry.amount_fen.to_plain(),
            accepted,
            decided_on,
            reason.replace('\n', " "),
        ]
    }
}
