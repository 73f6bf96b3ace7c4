//! The written appeal.

use domain::canon::{Canon, CanonError, Reader, Writer};
use domain::{DepartmentId, Fen, Period};

use crate::papers::Attachment;

/// An appeal as a department enters it: against an indicator, a line of the ledger, or both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppealEntry {
    /// The department.
    pub department: DepartmentId,
    /// The published month.
    pub period: Period,
    /// Id of the indicator contested.
    pub indicator: Option<String>,
    /// The records contested, as evidence names them, `file:line`; all that lost points when none
    /// is named.
    pub rows: Vec<String>,
    /// Record number of the accrual contested.
    pub accrual: Option<u64>,
    /// What of it is contested; all that is payable when not given.
    pub contested_fen: Option<Fen>,
    /// Why.
    pub grounds: String,
}

/// The written appeal, whose digest the ledger records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct AppealPaper {
    pub(super) entry: AppealEntry,
    pub(super) attachments: Vec<Attachment>,
}

const FORMAT: &str = "hengxiang-appeal-1";

impl Canon for AppealPaper {
    fn write(&self, to: &mut Writer) {
        FORMAT.to_owned().write(to);
        let entry = &self.entry;
        entry.department.write(to);
        entry.period.write(to);
        entry.indicator.write(to);
        entry.rows.write(to);
        entry.accrual.write(to);
        entry.contested_fen.write(to);
        entry.grounds.write(to);
        self.attachments.write(to);
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, CanonError> {
        if String::read(from)? != FORMAT {
            return Err(from.not_a(FORMAT));
        }
        Ok(Self {
            entry: AppealEntry {
                department: Canon::read(from)?,
                period: Canon::read(from)?,
                indicator: Canon::read(from)?,
                rows: Canon::read(from)?,
                accrual: Canon::read(from)?,
                contested_fen: Canon::read(from)?,
                grounds: Canon::read(from)?,
            },
            attachments: Canon::read(from)?,
        })
    }
}
