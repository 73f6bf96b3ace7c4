//! The bulletin of a month: from what was decided to what a report shows.

mod corrections;
mod gather;
mod money;
mod network;
mod sheets;
mod tables;
mod wording;

use std::collections::BTreeMap;

use assess::{Assessment, Awards};
use domain::{DepartmentId, Facts, Period, RunId};
use report::model::{Bulletin, Corrections, IncidentRow, PackLine, PotRow, RaiseLine, SheetLedger};

pub(crate) use tables::rankings;

/// Everything a bulletin is made of.
pub struct Material<'a> {
    /// The run.
    pub run: &'a RunId,
    /// Title of the rule pack.
    pub pack_title: &'a str,
    /// Acts that the pack assesses under.
    pub pack_basis: &'a [String],
    /// The office that signs.
    pub issuer: &'a str,
    /// First part of document numbers.
    pub document_prefix: &'a str,
    /// Name of the jurisdiction.
    pub jurisdiction_name: &'a str,
    /// The frozen facts.
    pub facts: &'a Facts,
    /// The assessment.
    pub assessment: &'a Assessment,
    /// The awards.
    pub awards: &'a Awards,
    /// Digests that let a reader verify the run.
    pub digests: Vec<(String, String)>,
    /// Earlier assessments, oldest first.
    pub history: &'a [Assessment],
    /// The sharing network.
    pub network: &'a assess::network::Network,
    /// Pots as they stand in the books.
    pub pots: Vec<PotRow>,
    /// Ledger of the month, by department.
    pub ledgers: BTreeMap<DepartmentId, SheetLedger>,
    /// Why points were lost, by department and indicator.
    pub reasons: BTreeMap<(DepartmentId, String), Vec<String>>,
    /// What would raise the score, by department.
    pub raise: BTreeMap<DepartmentId, Vec<RaiseLine>>,
    /// The month's incidents, by department.
    pub incidents: Vec<(DepartmentId, IncidentRow)>,
    /// What was corrected of earlier months.
    pub corrections: Corrections,
    /// Rows nobody could be credited with: reason and number.
    pub unattributed: Vec<(String, u64)>,
    /// Whether the money of the run is approved.
    pub approved: bool,
}

impl Material<'_> {
    fn name(&self, id: &DepartmentId) -> String {
        self.assessment
            .department(id)
            .map(|result| result.name.clone())
            .or_else(|| {
                let found = self.facts.departments.iter().find(|dept| dept.id == *id);
                found.map(|dept| dept.name.clone())
            })
            .unwrap_or_else(|| id.to_string())
    }

    fn payer_name(&self, code: &domain::JurisdictionCode) -> String {
        let on = self.assessment.period.last_day();
        self.facts.jurisdiction_name(code, on).to_owned()
    }
}

/// The day of issue: the fifth of the month after, on which such results are due. It is derived
/// from the period, so that a report made again is the same bytes.
fn issued_on(period: Period) -> chrono::NaiveDate {
    period.next().first_day() + chrono::Days::new(4)
}

/// Builds the bulletin.
pub fn build(material: &Material<'_>) -> Bulletin {
    let period = material.assessment.period;
    let (pack_id, version) = material
        .assessment
        .pack
        .split_once('@')
        .unwrap_or((&material.assessment.pack, ""));
    let (year, month) = (period.year(), period.month());
    Bulletin {
        period,
        title: format!(
            "{}政务数据共享考核通报（{year}年{month}月）",
            material.jurisdiction_name
        ),
        issuer: material.issuer.to_owned(),
        document_number: format!("{}〔{year}〕{month}号", material.document_prefix),
        issued_on: issued_on(period),
        red_head: true,
        run_id: material.run.to_string(),
        pack: PackLine {
            id: pack_id.to_owned(),
            version: version.to_owned(),
            title: material.pack_title.to_owned(),
            basis: material.pack_basis.to_vec(),
        },
        digests: material.digests.clone(),
        jurisdiction_name: material.jurisdiction_name.to_owned(),
        summary: tables::summary(material),
        groups: rankings(material.assessment, material.awards),
        axes: tables::axis_heads(material),
        axis_table: tables::axis_table(material),
        indicators: tables::indicator_heads(material),
        indicator_table: tables::indicator_table(material),
        trend: tables::trend(material),
        compensation: money::compensation(material),
        pots: material.pots.clone(),
        incidents: material
            .incidents
            .iter()
            .map(|(_, row)| row.clone())
            .collect(),
        network: network::network(material),
        corrections: material.corrections.clone(),
        unattributed: material.unattributed.clone(),
        notes: wording::notes(material),
        sheets: sheets::sheets(material),
    }
}
