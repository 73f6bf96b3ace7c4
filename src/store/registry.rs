//! Jurisdictions and departments.

use chrono::NaiveDate;
use diesel::prelude::*;
use domain::{
    Department, DepartmentGroup, DepartmentId, Jurisdiction, JurisdictionCode, JurisdictionTree,
    Level, Registry,
};

use crate::batches::BatchId;
use crate::cells;
use crate::conn::AnyConn;
use crate::error::StoreError;
use crate::fact_row;
use crate::schema::{departments, jurisdictions};
use crate::upsert::{Fact, Upserted, upsert};

fact_row! {
    /// A jurisdiction as stored.
    JurisdictionRow of jurisdictions {
        key { code: String, valid_from: NaiveDate }
        values {
            valid_to: Option<NaiveDate>,
            name: String,
            level: String,
            parent_code: Option<String>,
        }
        source { batch_id }
    }
}

impl Fact for Jurisdiction {
    type Row = JurisdictionRow;

    fn to_row(&self, batch: BatchId) -> Result<JurisdictionRow, StoreError> {
        Ok(JurisdictionRow {
            code: self.code.to_string(),
            valid_from: self.valid.from,
            valid_to: self.valid.to,
            name: cells::text(&self.name),
            level: self.level.name().to_owned(),
            parent_code: self.parent.as_ref().map(ToString::to_string),
            batch_id: batch.cell(),
        })
    }

    fn from_row(row: JurisdictionRow) -> Result<Self, StoreError> {
        Ok(Self {
            code: row.code.as_str().into(),
            name: row.name,
            level: cells::named("jurisdictions", "level", &row.level, Level::from_name)?,
            parent: row.parent_code.as_deref().map(JurisdictionCode::from),
            valid: domain::DateRange {
                from: row.valid_from,
                to: row.valid_to,
            },
        })
    }
}

fact_row! {
    /// A department as stored.
    DepartmentRow of departments {
        key { id: String }
        values {
            name: String,
            jurisdiction_code: String,
            group_name: String,
            valid_from: NaiveDate,
            valid_to: Option<NaiveDate>,
            successor_id: Option<String>,
        }
        source { batch_id }
    }
}

impl Fact for Department {
    type Row = DepartmentRow;

    fn to_row(&self, batch: BatchId) -> Result<DepartmentRow, StoreError> {
        Ok(DepartmentRow {
            id: self.id.to_string(),
            name: cells::text(&self.name),
            jurisdiction_code: self.jurisdiction.to_string(),
            group_name: self.group.name().to_owned(),
            valid_from: self.valid.from,
            valid_to: self.valid.to,
            successor_id: self.successor.as_ref().map(ToString::to_string),
            batch_id: batch.cell(),
        })
    }

    fn from_row(row: DepartmentRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id.as_str().into(),
            name: row.name,
            jurisdiction: row.jurisdiction_code.as_str().into(),
            group: cells::named(
                "departments",
                "group_name",
                &row.group_name,
                DepartmentGroup::from_name,
            )?,
            valid: domain::DateRange {
                from: row.valid_from,
                to: row.valid_to,
            },
            successor: row.successor_id.as_deref().map(DepartmentId::from),
        })
    }
}

/// Writes jurisdictions of a batch.
pub fn upsert_jurisdictions(
    conn: &mut AnyConn,
    batch: BatchId,
    rows: &[Jurisdiction],
) -> Result<Upserted, StoreError> {
    upsert(conn, batch, rows)
}

/// Writes departments of a batch.
pub fn upsert_departments(
    conn: &mut AnyConn,
    batch: BatchId,
    rows: &[Department],
) -> Result<Upserted, StoreError> {
    upsert(conn, batch, rows)
}

/// All versions of all jurisdictions, by code and first day.
pub fn jurisdictions(conn: &mut AnyConn) -> Result<Vec<Jurisdiction>, StoreError> {
    let rows: Vec<JurisdictionRow> = jurisdictions::table
        .order((jurisdictions::code, jurisdictions::valid_from))
        .select(JurisdictionRow::as_select())
        .load(conn)?;
    rows.into_iter().map(Jurisdiction::from_row).collect()
}

/// All departments by code, ended ones included.
pub fn departments(conn: &mut AnyConn) -> Result<Vec<Department>, StoreError> {
    let rows: Vec<DepartmentRow> = departments::table
        .order(departments::id)
        .select(DepartmentRow::as_select())
        .load(conn)?;
    rows.into_iter().map(Department::from_row).collect()
}

/// The registry; an error when its rows do not fit together.
pub fn registry(conn: &mut AnyConn) -> Result<Registry, StoreError> {
    let tree = JurisdictionTree::new(jurisdictions(conn)?);
    Ok(Registry::new(tree, departments(conn)?)?)
}
