//! Which department an X-Road member is, and which resource an X-Road service delivers.

use diesel::prelude::*;
use domain::facts::SourceLine;
use domain::{DepartmentId, ResourceCode};

use crate::batches::BatchId;
use crate::cells;
use crate::conn::AnyConn;
use crate::error::StoreError;
use crate::fact_row;
use crate::schema::{members, services};
use crate::upsert::{Fact, Upserted, upsert};

/// One line of the X-Road member map 成员对照.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberEntry {
    /// X-Road instance.
    pub instance: String,
    /// Member class.
    pub class: String,
    /// Member code.
    pub code: String,
    /// Subsystem; `None` for all that have no line of their own.
    pub subsystem: Option<String>,
    /// The department the member is.
    pub department: DepartmentId,
    /// Where the row was read.
    pub source: SourceLine,
}

/// One line of the X-Road service map 服务对照.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceEntry {
    /// X-Road instance.
    pub instance: String,
    /// Member class of the provider.
    pub class: String,
    /// Member code of the provider.
    pub code: String,
    /// Subsystem; `None` for all that have no line of their own.
    pub subsystem: Option<String>,
    /// Service code.
    pub service: String,
    /// The resource that the service delivers.
    pub resource: ResourceCode,
    /// Where the row was read.
    pub source: SourceLine,
}

// A key column cannot be NULL, so that «all subsystems» is the empty text in both tables.
fact_row! {
    /// A member as stored.
    MemberRow of members {
        key { instance: String, class: String, code: String, subsystem: String }
        values { department_id: String }
        source { batch_id, line }
    }
}

fact_row! {
    /// A service as stored.
    ServiceRow of services {
        key { instance: String, class: String, code: String, subsystem: String, service: String }
        values { resource_code: String }
        source { batch_id, line }
    }
}

impl Fact for MemberEntry {
    type Row = MemberRow;

    fn to_row(&self, batch: BatchId) -> Result<MemberRow, StoreError> {
        Ok(MemberRow {
            instance: cells::text(&self.instance),
            class: cells::text(&self.class),
            code: cells::text(&self.code),
            subsystem: cells::text(self.subsystem.as_deref().unwrap_or_default()),
            department_id: self.department.to_string(),
            batch_id: batch.cell(),
            line: i64::from(self.source.line),
        })
    }

    fn from_row(row: MemberRow) -> Result<Self, StoreError> {
        Ok(Self {
            instance: row.instance,
            class: row.class,
            code: row.code,
            subsystem: Some(row.subsystem).filter(|name| !name.is_empty()),
            department: row.department_id.as_str().into(),
            source: cells::source("members", row.batch_id, row.line)?,
        })
    }
}

impl Fact for ServiceEntry {
    type Row = ServiceRow;

    fn to_row(&self, batch: BatchId) -> Result<ServiceRow, StoreError> {
        Ok(ServiceRow {
            instance: cells::text(&self.instance),
            class: cells::text(&self.class),
            code: cells::text(&self.code),
            subsystem: cells::text(self.subsystem.as_deref().unwrap_or_default()),
            service: cells::text(&self.service),
            resource_code: self.resource.to_string(),
            batch_id: batch.cell(),
            line: i64::from(self.source.line),
        })
    }

    fn from_row(row: ServiceRow) -> Result<Self, StoreError> {
        Ok(Self {
            instance: row.instance,
            class: row.class,
            code: row.code,
            subsystem: Some(row.subsystem).filter(|name| !name.is_empty()),
            service: row.service,
            resource: row.resource_code.as_str().into(),
            source: cells::source("services", row.batch_id, row.line)?,
        })
    }
}

/// Writes members of a batch.
pub fn upsert_members(
    conn: &mut AnyConn,
    batch: BatchId,
    rows: &[MemberEntry],
) -> Result<Upserted, StoreError> {
    upsert(conn, batch, rows)
}

/// Writes services of a batch.
pub fn upsert_services(
    conn: &mut AnyConn,
    batch: BatchId,
    rows: &[ServiceEntry],
) -> Result<Upserted, StoreError> {
    upsert(conn, batch, rows)
}

/// All members by key.
pub fn members(conn: &mut AnyConn) -> Result<Vec<MemberEntry>, StoreError> {
    let rows: Vec<MemberRow> = members::table
        .order((
            members::instance,
            members::class,
            members::code,
            members::subsystem,
        ))
        .select(MemberRow::as_select())
        .load(conn)?;
    rows.into_iter().map(MemberEntry::from_row).collect()
}

/// All services by key.
pub fn services(conn: &mut AnyConn) -> Result<Vec<ServiceEntry>, StoreError> {
    let rows: Vec<ServiceRow> = services::table
        .order((
            services::instance,
            services::class,
            services::code,
            services::subsystem,
            services::service,
        ))
        .select(ServiceRow::as_select())
        .load(conn)?;
    rows.into_iter().map(ServiceEntry::from_row).collect()
}
