//! What was imported, what was refused, what nobody is credited for.

use crate::App;
use crate::error::Error;
use crate::role::{Right, User};

/// An imported file in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportLine {
    /// Number of the import.
    pub batch_id: i64,
    /// File name.
    pub file_name: String,
    /// Kind in Chinese.
    pub kind: String,
    /// When, in Shanghai.
    pub imported_at: String,
    /// Rows loaded.
    pub good: u64,
    /// Rows refused.
    pub rejected: u64,
    /// Rows nobody is credited for.
    pub unattributed: u64,
    /// Rows dropped as duplicates.
    pub duplicates: u64,
}

/// A row nobody is credited for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnattributedLine {
    /// File name.
    pub file_name: String,
    /// Line.
    pub line: u32,
    /// Who or what is not known.
    pub what: String,
    /// Why.
    pub reason: String,
}

impl App {
    /// Imported files, newest first.
    pub fn imports(&self, viewer: &User) -> Result<Vec<ImportLine>, Error> {
        require_all(viewer)?;
        let batches = self
            .store()
            .read(|conn| store::batches::list(conn).map_err(Error::from))?;
        let lines = batches.into_iter().map(|record| ImportLine {
            batch_id: i64::from(record.id.get()),
            kind: ingest::FileKind::from_name(&record.batch.kind)
                .map_or(record.batch.kind.clone(), |kind| kind.title().to_owned()),
            file_name: record.batch.file_name,
            imported_at: crate::clock::shanghai_text(record.batch.imported_at.and_utc()),
            good: record.counts.upserted.total(),
            rejected: record.counts.rejected,
            unattributed: record.counts.unattributed,
            duplicates: record.counts.duplicates,
        });
        Ok(lines.collect())
    }

    /// The refused rows of an imported file.
    pub fn rejects(
        &self,
        viewer: &User,
        batch_id: i64,
    ) -> Result<(ImportLine, Vec<store::batches::RejectedLine>), Error> {
        let line = self
            .imports(viewer)?
            .into_iter()
            .find(|line| line.batch_id == batch_id);
        let line = line.ok_or_else(|| Error::NotFound {
            what: "导入",
            key: batch_id.to_string(),
        })?;
        let rows = self.store().read(|conn| {
            let batch = store::batches::list(conn)?
                .into_iter()
                .find(|record| i64::from(record.id.get()) == batch_id);
            let Some(batch) = batch else {
                return Ok(Vec::new());
            };
            Ok::<_, Error>(store::batches::rejects(conn, batch.id)?)
        })?;
        Ok((line, rows))
    }

    /// Rows nobody is credited for, by file.
    pub fn unattributed(&self, viewer: &User) -> Result<Vec<UnattributedLine>, Error> {
        require_all(viewer)?;
        self.store().read(|conn| {
            let mut lines = Vec::new();
            for record in store::batches::list(conn)? {
                if record.counts.unattributed == 0 {
                    continue;
                }
                for row in store::batches::unattributed(conn, record.id)? {
                    lines.push(UnattributedLine {
                        file_name: record.batch.file_name.clone(),
                        line: row.line,
                        what: row.what,
                        reason: row.reason,
                    });
                }
            }
            Ok(lines)
        })
    }
}

fn require_all(viewer: &User) -> Result<(), Error> {
    if viewer.may(Right::ReadAll) {
        Ok(())
    } else {
        Err(Error::Forbidden {
            what: "查看全部数据",
        })
    }
}
