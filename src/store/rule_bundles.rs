//! Rule bundles that were installed: a list that only grows, each newer than those before it.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;
use domain::DateRange;

use crate::cells;
use crate::conn::AnyConn;
use crate::each_backend;
use crate::error::StoreError;
use crate::schema::rule_bundles;

/// An installed bundle. Its bytes are the blob of its digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleBundle {
    /// Id of the pack.
    pub pack: String,
    /// Sequence; the database refuses one that is not above those of the pack before it.
    pub sequence: u64,
    /// Version.
    pub version: String,
    /// Periods for which its rules are in force.
    pub effective: DateRange,
    /// SHA-256 of the bytes.
    pub sha256: String,
    /// Digest of the rules, as runs record it.
    pub rules_sha256: String,
    /// Name of the trusted key that signed it, if any.
    pub signer: Option<String>,
    /// Version of the program that last ran its tests.
    pub tested_with: String,
    /// When, UTC.
    pub installed_at: NaiveDateTime,
    /// By whom.
    pub installed_by: String,
}

#[derive(Insertable, Queryable, Selectable)]
#[diesel(table_name = rule_bundles)]
struct RuleBundleRow {
    pack: String,
    sequence: i64,
    version: String,
    effective_from_on: NaiveDate,
    effective_to_on: Option<NaiveDate>,
    sha256: String,
    rules_sha256: String,
    signer: Option<String>,
    tested_with: String,
    installed_at: NaiveDateTime,
    installed_by: String,
}

/// Adds a bundle, whose bytes must be kept as a blob.
pub fn add(conn: &mut AnyConn, bundle: &RuleBundle) -> Result<(), StoreError> {
    let row = RuleBundleRow {
        pack: bundle.pack.clone(),
        sequence: cells::count_cell("rule_bundles", "sequence", bundle.sequence)?,
        version: bundle.version.clone(),
        effective_from_on: bundle.effective.from,
        effective_to_on: bundle.effective.to,
        sha256: bundle.sha256.clone(),
        rules_sha256: bundle.rules_sha256.clone(),
        signer: bundle.signer.clone(),
        tested_with: bundle.tested_with.clone(),
        installed_at: bundle.installed_at,
        installed_by: bundle.installed_by.clone(),
    };
    each_backend!(conn, |c| diesel::insert_into(rule_bundles::table)
        .values(&row)
        .execute(c))?;
    Ok(())
}

/// The bundles of a pack, the newest first.
pub fn of_pack(conn: &mut AnyConn, pack: &str) -> Result<Vec<RuleBundle>, StoreError> {
    let rows: Vec<RuleBundleRow> = rule_bundles::table
        .filter(rule_bundles::pack.eq(pack))
        .order(rule_bundles::sequence.desc())
        .select(RuleBundleRow::as_select())
        .load(conn)?;
    rows.into_iter()
        .map(|row| {
            Ok(RuleBundle {
                pack: row.pack,
                sequence: cells::count("rule_bundles", "sequence", row.sequence)?,
                version: row.version,
                effective: DateRange {
                    from: row.effective_from_on,
                    to: row.effective_to_on,
                },
                sha256: row.sha256,
                rules_sha256: row.rules_sha256,
                signer: row.signer,
                tested_with: row.tested_with,
                installed_at: row.installed_at,
                installed_by: row.installed_by,
            })
        })
        .collect()
}
