//! Facts: what departments did, one row per thing, each traceable to its source line.
//!
//! A run freezes the [`Facts`] of its period: sorted by [`Facts::normalise`], written by
//! [`crate::canon`], hashed. What is computed later is computed from those bytes alone.

mod reported;

use chrono::NaiveDate;

pub use reported::{Judgement, Measure};

use crate::catalogue::{Resource, ResourceCheck, ShareType};
use crate::department::Department;
use crate::ids::{DepartmentId, JurisdictionCode, ResourceCode};
use crate::jurisdiction::Jurisdiction;
use crate::money::Fen;
use crate::period::Period;

/// The line of an imported file that a row was read from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceLine {
    /// Index into [`Facts::batches`] in frozen facts; the batch id of the store elsewhere.
    pub batch: u32,
    /// Line (row of the sheet, record of the JSON array) in the file, from one.
    pub line: u32,
}

/// An imported file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Batch {
    /// SHA-256 of the file's bytes, lower-case hex.
    pub sha256: String,
    /// File name as imported, without its folder.
    pub file_name: String,
}

/// Usage 共享使用 of one resource by one consumer on one day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsageDay {
    /// Business date in Asia/Shanghai.
    pub day: NaiveDate,
    /// Providing department.
    pub provider: DepartmentId,
    /// Resource used.
    pub resource: ResourceCode,
    /// Consuming department; never the provider.
    pub consumer: DepartmentId,
    /// Calls that succeeded.
    pub succeeded: u64,
    /// Calls that failed.
    pub failed: u64,
    /// Records delivered.
    pub records: u64,
    /// Bytes delivered.
    pub bytes: u64,
    /// Where the row was read; for rolled-up events, the first of them.
    pub source: SourceLine,
}

/// Outcome of a sharing request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RequestOutcome {
    /// Not answered yet.
    Open,
    /// 同意
    Agreed,
    /// 不同意, with reasons stated.
    RefusedWithReason,
    /// 不同意 without reasons (against art. 21).
    RefusedWithoutReason,
    /// 撤回 by the consumer before an answer.
    Withdrawn,
}

impl RequestOutcome {
    /// Stable English name, used in rules and the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Agreed => "agreed",
            Self::RefusedWithReason => "refused_with_reason",
            Self::RefusedWithoutReason => "refused_without_reason",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// The outcome by its stable English name.
    pub fn from_name(name: &str) -> Option<Self> {
        [
            Self::Open,
            Self::Agreed,
            Self::RefusedWithReason,
            Self::RefusedWithoutReason,
            Self::Withdrawn,
        ]
        .into_iter()
        .find(|outcome| outcome.name() == name)
    }
}

/// A sharing request 共享申请.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Serial number 申请流水号.
    pub id: String,
    /// Resource asked for.
    pub resource: ResourceCode,
    /// Its share type when the request was received.
    pub share_type: ShareType,
    /// Who must answer.
    pub provider: DepartmentId,
    /// Who asks.
    pub consumer: DepartmentId,
    /// Day of receipt.
    pub received_on: NaiveDate,
    /// Working days of extension granted; zero for none.
    pub extension_days: u32,
    /// Day of the consent to the extension; an extension without it does not count.
    pub extension_consented_on: Option<NaiveDate>,
    /// Day of the answer.
    pub replied_on: Option<NaiveDate>,
    /// What was answered.
    pub outcome: RequestOutcome,
    /// Day on which the data was shared.
    pub delivered_on: Option<NaiveDate>,
    /// Where the row was read.
    pub source: SourceLine,
}

/// A correction case 校核 (art. 26).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Correction {
    /// Serial number.
    pub id: String,
    /// Resource concerned.
    pub resource: ResourceCode,
    /// Who must verify.
    pub provider: DepartmentId,
    /// Who asked for it.
    pub requester: DepartmentId,
    /// Day of receipt.
    pub received_on: NaiveDate,
    /// Day on which the result was fed back.
    pub completed_on: Option<NaiveDate>,
    /// Whether the data proved wrong.
    pub upheld: bool,
    /// Where the row was read.
    pub source: SourceLine,
}

/// A confirmed violation or security incident 违规/安全事件 (arts. 39–41).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incident {
    /// Serial number.
    pub id: String,
    /// Department held responsible.
    pub department: DepartmentId,
    /// Violation code: P1–P9 (art. 39), D1–D7 (art. 40), A1–A3 (art. 41), LEAK.
    pub code: String,
    /// Day it happened.
    pub occurred_on: NaiveDate,
    /// Day it was confirmed; it counts in the period of this day.
    pub confirmed_on: NaiveDate,
    /// What happened, in words; may be masked in public.
    pub summary: String,
    /// Where the row was read.
    pub source: SourceLine,
}

/// One piece of citizens' feedback 社会监督.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Feedback {
    /// Serial number.
    pub id: String,
    /// Department concerned.
    pub department: DepartmentId,
    /// Day of receipt.
    pub received_on: NaiveDate,
    /// Channel, for example 12345.
    pub channel: String,
    /// Satisfaction from 1 to 5.
    pub rating: u8,
    /// Day of the answer.
    pub answered_on: Option<NaiveDate>,
    /// Where the row was read.
    pub source: SourceLine,
}

/// Kind of safeguard 保障.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SafeguardKind {
    /// 设施
    Facility,
    /// 数据
    Data,
    /// 人员
    People,
}

impl SafeguardKind {
    /// Stable English name, used in rules and the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Facility => "facility",
            Self::Data => "data",
            Self::People => "people",
        }
    }

    /// The kind by its Chinese or English name.
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name.trim() {
            "设施" | "facility" => Self::Facility,
            "数据" | "data" => Self::Data,
            "人员" | "people" => Self::People,
            _ => return None,
        })
    }
}

/// The month's check of one safeguard of a department.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Safeguard {
    /// Department checked.
    pub department: DepartmentId,
    /// Month of the check.
    pub period: Period,
    /// Facility, data or people.
    pub kind: SafeguardKind,
    /// Requirements that apply.
    pub required: u32,
    /// Requirements that are met.
    pub met: u32,
    /// Where the row was read.
    pub source: SourceLine,
}

/// What a claim is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ClaimKind {
    /// 成本: what sharing costs directly.
    Cost,
    /// 损失: income or advantage given up by sharing.
    Loss,
}

impl ClaimKind {
    /// Stable English name, used in rules and the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cost => "cost",
            Self::Loss => "loss",
        }
    }

    /// The kind by its Chinese or English name.
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name.trim() {
            "成本" | "cost" => Self::Cost,
            "损失" | "loss" => Self::Loss,
            _ => return None,
        })
    }
}

/// A declared cost or loss 损失申报.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Serial number.
    pub id: String,
    /// Department that declares.
    pub department: DepartmentId,
    /// Month it is about.
    pub period: Period,
    /// Cost or loss.
    pub kind: ClaimKind,
    /// The jurisdiction for whose sake the cost arose: who is to pay is found from it.
    pub beneficiary: JurisdictionCode,
    /// Amount declared.
    pub declared_fen: Fen,
    /// Amount accepted by the assessor; `None` while undecided. Zero is a refusal.
    pub accepted_fen: Option<Fen>,
    /// Day of the decision; the claim enters the run of the period that contains it.
    pub decided_on: Option<NaiveDate>,
    /// Why it arose, or why it was reduced.
    pub reason: String,
    /// Where the row was read.
    pub source: SourceLine,
}

/// An appropriation 补偿资金指标: what a payer may spend on compensation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Appropriation {
    /// Document number 指标文号.
    pub document: String,
    /// Paying jurisdiction.
    pub payer: JurisdictionCode,
    /// Budget year.
    pub budget_year: i32,
    /// Budget line 科目 code.
    pub budget_line: String,
    /// Programme 项目.
    pub programme: String,
    /// Amount.
    pub amount_fen: Fen,
    /// Day it takes effect.
    pub effective_on: NaiveDate,
    /// Where the row was read.
    pub source: SourceLine,
}

/// Everything a period is computed from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Files the rows came from, sorted by digest.
    pub batches: Vec<Batch>,
    /// Jurisdictions.
    pub jurisdictions: Vec<Jurisdiction>,
    /// Departments, ended ones included.
    pub departments: Vec<Department>,
    /// Catalogue entries published by the end of the period.
    pub resources: Vec<Resource>,
    /// Inspections of the period.
    pub checks: Vec<ResourceCheck>,
    /// Usage of the period.
    pub usage: Vec<UsageDay>,
    /// Requests received by the end of the period whose limit can fall into it.
    pub requests: Vec<Request>,
    /// Correction cases, likewise.
    pub corrections: Vec<Correction>,
    /// Incidents confirmed from the first of January of the year to the end of the period.
    pub incidents: Vec<Incident>,
    /// Feedback received in the period.
    pub feedback: Vec<Feedback>,
    /// Safeguard checks of the period.
    pub safeguards: Vec<Safeguard>,
    /// Judgements of the period.
    pub judgements: Vec<Judgement>,
    /// Measures of the period.
    pub measures: Vec<Measure>,
    /// Claims decided in the period.
    pub claims: Vec<Claim>,
    /// Appropriations of the budget year effective by the end of the period.
    pub appropriations: Vec<Appropriation>,
}

impl Facts {
    /// Name of a jurisdiction on a day, or the last it had; its code when it is not registered.
    pub fn jurisdiction_name<'a>(&'a self, code: &'a JurisdictionCode, on: NaiveDate) -> &'a str {
        let versions = || self.jurisdictions.iter().filter(|node| node.code == *code);
        let found = versions().find(|node| node.valid.contains(on));
        found
            .or_else(|| versions().next_back())
            .map_or(code.as_str(), |node| &node.name)
    }

    /// Sorts every table by its natural key, so that equal facts are equal bytes.
    pub fn normalise(&mut self) {
        self.jurisdictions
            .sort_by(|a, b| (&a.code, a.valid.from).cmp(&(&b.code, b.valid.from)));
        self.departments.sort_by(|a, b| a.id.cmp(&b.id));
        self.resources.sort_by(|a, b| a.code.cmp(&b.code));
        self.checks
            .sort_by(|a, b| (&a.resource, a.period).cmp(&(&b.resource, b.period)));
        self.usage.sort_by(|a, b| {
            (&a.provider, &a.resource, &a.consumer, a.day, a.source).cmp(&(
                &b.provider,
                &b.resource,
                &b.consumer,
                b.day,
                b.source,
            ))
        });
        self.requests.sort_by(|a, b| a.id.cmp(&b.id));
        self.corrections.sort_by(|a, b| a.id.cmp(&b.id));
        self.incidents.sort_by(|a, b| a.id.cmp(&b.id));
        self.feedback.sort_by(|a, b| a.id.cmp(&b.id));
        self.safeguards.sort_by(|a, b| {
            (&a.department, a.period, a.kind).cmp(&(&b.department, b.period, b.kind))
        });
        self.judgements.sort_by(|a, b| {
            (&a.department, a.period, &a.indicator).cmp(&(&b.department, b.period, &b.indicator))
        });
        self.measures.sort_by(|a, b| {
            (&a.department, a.period, &a.measure).cmp(&(&b.department, b.period, &b.measure))
        });
        self.claims.sort_by(|a, b| a.id.cmp(&b.id));
        self.appropriations
            .sort_by(|a, b| a.document.cmp(&b.document));
    }
}
