//! Reports that a run has written.

use diesel::prelude::*;
use domain::RunId;

use crate::cells;
use crate::conn::AnyConn;
use crate::each_backend;
use crate::error::StoreError;
use crate::schema::reports;

/// A report file of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Name, unique in the run.
    pub name: String,
    /// Media type.
    pub media_type: String,
    /// SHA-256 of the file.
    pub sha256: String,
    /// Path, relative to the folder of data.
    pub path: String,
    /// Size of the file.
    pub size_bytes: u64,
}

#[derive(Insertable, Queryable, Selectable, AsChangeset)]
#[diesel(table_name = reports)]
struct ReportRow {
    run_id: String,
    name: String,
    media_type: String,
    sha256: String,
    path: String,
    size_bytes: i64,
}

impl ReportRow {
    fn read(self) -> Result<Report, StoreError> {
        Ok(Report {
            name: self.name,
            media_type: self.media_type,
            sha256: self.sha256,
            path: self.path,
            size_bytes: cells::count("reports", "size_bytes", self.size_bytes)?,
        })
    }
}

/// Registers a report in place of the one of that name.
pub fn set(conn: &mut AnyConn, run: &RunId, report: &Report) -> Result<(), StoreError> {
    let row = ReportRow {
        run_id: run.to_string(),
        name: report.name.clone(),
        media_type: report.media_type.clone(),
        sha256: report.sha256.clone(),
        path: report.path.clone(),
        size_bytes: cells::count_cell("reports", "size_bytes", report.size_bytes)?,
    };
    each_backend!(conn, |c| diesel::insert_into(reports::table)
        .values(&row)
        .on_conflict((reports::run_id, reports::name))
        .do_update()
        .set(&row)
        .execute(c))?;
    Ok(())
}

/// The reports of a run, by name.
pub fn list(conn: &mut AnyConn, run: &RunId) -> Result<Vec<Report>, StoreError> {
    let rows: Vec<ReportRow> = reports::table
        .filter(reports::run_id.eq(run.as_str()))
        .order(reports::name)
        .select(ReportRow::as_select())
        .load(conn)?;
    rows.into_iter().map(ReportRow::read).collect()
}

/// One report of a run.
pub fn find(conn: &mut AnyConn, run: &RunId, name: &str) -> Result<Option<Report>, StoreError> {
    let row: Option<ReportRow> = reports::table
        .find((run.as_str(), name))
        .select(ReportRow::as_select())
        .first(conn)
        .optional()?;
    row.map(ReportRow::read).transpose()
}
