//! Resources of the catalogue and their monthly inspections.

use chrono::NaiveDate;
use diesel::prelude::*;
use domain::{DepartmentId, Period, Resource, ResourceCheck, ResourceCode, ShareType, UpdateCycle};

use crate::batches::BatchId;
use crate::cells;
use crate::conn::AnyConn;
use crate::error::StoreError;
use crate::fact_row;
use crate::schema::{resource_checks, resources};
use crate::upsert::{Fact, Upserted, upsert};

fact_row! {
    /// A resource as stored.
    ResourceRow of resources {
        key { code: String }
        values {
            name: String,
            provider_id: String,
            class: String,
            format: String,
            share_type: String,
            share_condition: String,
            update_cycle: String,
            grade: i64,
            item_count: i64,
            is_mounted: bool,
            published_on: NaiveDate,
        }
        source { batch_id, line }
    }
}

impl Fact for Resource {
    type Row = ResourceRow;

    fn to_row(&self, batch: BatchId) -> Result<ResourceRow, StoreError> {
        Ok(ResourceRow {
            code: self.code.to_string(),
            name: cells::text(&self.name),
            provider_id: self.provider.to_string(),
            class: cells::text(&self.class),
            format: cells::text(&self.format),
            share_type: self.share_type.name().to_owned(),
            share_condition: cells::text(&self.share_condition),
            update_cycle: self.update_cycle.name().to_owned(),
            grade: i64::from(self.grade),
            item_count: i64::from(self.item_count),
            is_mounted: self.mounted,
            published_on: self.published_on,
            batch_id: batch.cell(),
            line: i64::from(self.source.line),
        })
    }

    fn from_row(row: ResourceRow) -> Result<Self, StoreError> {
        const TABLE: &str = "resources";
        Ok(Self {
            code: row.code.as_str().into(),
            name: row.name,
            provider: row.provider_id.as_str().into(),
            class: row.class,
            format: row.format,
            share_type: cells::named(TABLE, "share_type", &row.share_type, ShareType::from_name)?,
            share_condition: row.share_condition,
            update_cycle: cells::named(
                TABLE,
                "update_cycle",
                &row.update_cycle,
                UpdateCycle::from_name,
            )?,
            grade: cells::small(TABLE, "grade", row.grade)?,
            item_count: cells::small(TABLE, "item_count", row.item_count)?,
            mounted: row.is_mounted,
            published_on: row.published_on,
            source: cells::source(TABLE, row.batch_id, row.line)?,
        })
    }
}

fact_row! {
    /// An inspection as stored.
    CheckRow of resource_checks {
        key { period: String, resource_code: String }
        values { updated_on: Option<NaiveDate>, checked_count: i64, passed_count: i64 }
        source { batch_id, line }
    }
}

impl Fact for ResourceCheck {
    type Row = CheckRow;

    fn to_row(&self, batch: BatchId) -> Result<CheckRow, StoreError> {
        Ok(CheckRow {
            period: self.period.to_string(),
            resource_code: self.resource.to_string(),
            updated_on: self.updated_on,
            checked_count: i64::from(self.records_checked),
            passed_count: i64::from(self.records_passed),
            batch_id: batch.cell(),
            line: i64::from(self.source.line),
        })
    }

    fn from_row(row: CheckRow) -> Result<Self, StoreError> {
        const TABLE: &str = "resource_checks";
        Ok(Self {
            resource: row.resource_code.as_str().into(),
            period: cells::parsed(TABLE, "period", &row.period)?,
            updated_on: row.updated_on,
            records_checked: cells::small(TABLE, "checked_count", row.checked_count)?,
            records_passed: cells::small(TABLE, "passed_count", row.passed_count)?,
            source: cells::source(TABLE, row.batch_id, row.line)?,
        })
    }
}

/// What the readers of files need to know of a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownResource {
    /// Its code.
    pub code: ResourceCode,
    /// Who provides it.
    pub provider: DepartmentId,
    /// How it is shared.
    pub share_type: ShareType,
}

/// Writes resources of a batch.
pub fn upsert_resources(
    conn: &mut AnyConn,
    batch: BatchId,
    rows: &[Resource],
) -> Result<Upserted, StoreError> {
    upsert(conn, batch, rows)
}

/// Writes inspections of a batch.
pub fn upsert_checks(
    conn: &mut AnyConn,
    batch: BatchId,
    rows: &[ResourceCheck],
) -> Result<Upserted, StoreError> {
    upsert(conn, batch, rows)
}

/// Code, provider and share type of every resource, by code.
pub fn known_resources(conn: &mut AnyConn) -> Result<Vec<KnownResource>, StoreError> {
    let rows: Vec<(String, String, String)> = resources::table
        .order(resources::code)
        .select((
            resources::code,
            resources::provider_id,
            resources::share_type,
        ))
        .load(conn)?;
    rows.into_iter()
        .map(|(code, provider, share_type)| {
            Ok(KnownResource {
                code: code.as_str().into(),
                provider: provider.as_str().into(),
                share_type: cells::named(
                    "resources",
                    "share_type",
                    &share_type,
                    ShareType::from_name,
                )?,
            })
        })
        .collect()
}

/// Resources published by the end of the day, by code.
pub fn resources(conn: &mut AnyConn, until: NaiveDate) -> Result<Vec<Resource>, StoreError> {
    let rows: Vec<ResourceRow> = resources::table
        .filter(resources::published_on.le(until))
        .order(resources::code)
        .select(ResourceRow::as_select())
        .load(conn)?;
    rows.into_iter().map(Resource::from_row).collect()
}

/// Inspections of a period, by resource.
pub fn checks(conn: &mut AnyConn, period: Period) -> Result<Vec<ResourceCheck>, StoreError> {
    let rows: Vec<CheckRow> = resource_checks::table
        .filter(resource_checks::period.eq(period.to_string()))
        .order(resource_checks::resource_code)
        .select(CheckRow::as_select())
        .load(conn)?;
    rows.into_iter().map(ResourceCheck::from_row).collect()
}
