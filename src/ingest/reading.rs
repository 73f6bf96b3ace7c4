//! What reading a file yields: typed rows, rejects, unattributed rows, counts.

use chrono::{NaiveDate, NaiveDateTime};
use domain::facts::{
    Appropriation, Claim, Correction, Feedback, Incident, Judgement, Measure, Request, Safeguard,
    SourceLine, UsageDay,
};
use domain::succession::Succession;
use domain::{
    Department, DepartmentId, Diagnostic, Jurisdiction, Place, Resource, ResourceCheck,
    ResourceCode,
};

use crate::context::{MemberEntry, ServiceEntry};
use crate::layout::FileKind;
use crate::limits::Limits;
use crate::reject::{Reject, Unattributed};

/// A file as given: its name without the folder, and its bytes.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// File name, for messages only: kinds are recognised by content.
    pub file_name: &'a str,
    /// The bytes of the file.
    pub bytes: &'a [u8],
}

/// How far the reading is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Rows or records read so far.
    pub done_rows: u64,
    /// About how many there are, when that is cheap to tell.
    pub total_hint: Option<u64>,
}

/// A file read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// Kind recognised.
    pub kind: FileKind,
    /// SHA-256 of the file's bytes, lower-case hex.
    pub sha256: String,
    /// File name as given.
    pub file_name: String,
    /// Encoding of the text (`UTF-8`, `UTF-8 BOM`, `GB18030`, `UTF-16`), or `XLSX`.
    pub encoding: &'static str,
    /// The good rows; `SourceLine::batch` is zero in all of them.
    pub rows: Rows,
    /// Rows refused, in the order of lines.
    pub rejects: Vec<Reject>,
    /// Calls that nobody is credited for, in the order of lines.
    pub unattributed: Vec<Unattributed>,
    /// Counts of rows by what became of them.
    pub counts: Counts,
    /// What is suspicious but was used.
    pub warnings: Vec<Diagnostic>,
}

/// The good rows of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rows {
    /// 行政区划
    Jurisdictions(Vec<Jurisdiction>),
    /// 部门
    Departments(Vec<Department>),
    /// 目录
    Catalogue(Vec<Resource>),
    /// X-Road 成员对照
    Members(Vec<MemberEntry>),
    /// X-Road 服务对照
    Services(Vec<ServiceEntry>),
    /// 抽检
    Checks(Vec<ResourceCheck>),
    /// 共享使用日报
    Usage(Vec<UsageDay>),
    /// X-Road 调用
    Exchanges(Vec<Exchange>),
    /// 共享申请
    Requests(Vec<Request>),
    /// 校核
    Corrections(Vec<Correction>),
    /// 违规与安全事件
    Incidents(Vec<Incident>),
    /// 社会监督
    Feedback(Vec<Feedback>),
    /// 保障
    Safeguards(Vec<Safeguard>),
    /// 评定
    Judgements(Vec<Judgement>),
    /// 指标计量
    Measures(Vec<Measure>),
    /// 损失申报
    Claims(Vec<Claim>),
    /// 补偿资金指标
    Appropriations(Vec<Appropriation>),
    /// 机构承继
    Successions(Vec<Succession>),
}

/// Which of the two logs of a call it was read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum View {
    /// The consumer's security server.
    Client,
    /// The provider's security server.
    Producer,
    /// Both; where they differ the consumer's is kept.
    Both,
}

impl View {
    /// Stable English name, used in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Producer => "producer",
            Self::Both => "both",
        }
    }
}

/// One call over X-Road, after its two logs were paired. `message_id` is unique in a reading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// Message id.
    pub message_id: String,
    /// Instant of the request in UTC, to the millisecond.
    pub requested_at: NaiveDateTime,
    /// Its date in Asia/Shanghai.
    pub day: NaiveDate,
    /// Providing department.
    pub provider: DepartmentId,
    /// Consuming department; never the provider.
    pub consumer: DepartmentId,
    /// Resource used.
    pub resource: ResourceCode,
    /// Whether the call succeeded.
    pub succeeded: bool,
    /// Size of the request; zero when not logged.
    pub request_bytes: u64,
    /// Size of the response; zero when not logged.
    pub response_bytes: u64,
    /// Which logs it was read from.
    pub view: View,
    /// Record it was read from; of a pair, the consumer's.
    pub source: SourceLine,
}

/// What became of the rows. Every row read is in exactly one of the counts:
/// `read = good + rejected + duplicates + paired + self_calls + metaservices + unattributed`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Rows or records read, blank lines aside.
    pub read: u64,
    /// Rows in [`Reading::rows`].
    pub good: u64,
    /// Rows refused.
    pub rejected: u64,
    /// Rows identical to an earlier one, dropped.
    pub duplicates: u64,
    /// Second logs of calls that were logged twice, folded into the first.
    pub paired: u64,
    /// Rows in which a department serves itself, dropped.
    pub self_calls: u64,
    /// Calls of X-Road's own services, dropped.
    pub metaservices: u64,
    /// Rows nobody is credited for.
    pub unattributed: u64,
    /// Calls seen in one of their two logs only; they are counted elsewhere too.
    pub orphans: u64,
}

/// Collects what does not become a row.
pub(crate) struct Tally {
    pub(crate) file: String,
    pub(crate) counts: Counts,
    pub(crate) rejects: Vec<Reject>,
    pub(crate) unattributed: Vec<Unattributed>,
    pub(crate) warnings: Vec<Diagnostic>,
    listed: usize,
}

impl Tally {
    pub(crate) fn new(file: &str, limits: &Limits) -> Self {
        Self {
            file: file.to_owned(),
            counts: Counts::default(),
            rejects: Vec::new(),
            unattributed: Vec::new(),
            warnings: Vec::new(),
            listed: limits.listed,
        }
    }

    pub(crate) fn reject(&mut self, reject: Reject) {
        self.counts.rejected += 1;
        if self.rejects.len() < self.listed {
            self.rejects.push(reject);
        }
    }

    pub(crate) fn unattributed(&mut self, row: Unattributed) {
        self.counts.unattributed += 1;
        if self.unattributed.len() < self.listed {
            self.unattributed.push(row);
        }
    }

    /// Keeps a warning, with the same bound as rejects.
    pub(crate) fn warn(&mut self, code: &'static str, line: u32, column: u32, message: String) {
        if self.warnings.len() < self.listed {
            let file = self.file.clone();
            let place = Place { file, line, column };
            self.warnings
                .push(Diagnostic::warning(code, place, message));
        }
    }

    /// The reading, lists sorted by line.
    pub(crate) fn finish(
        mut self,
        (kind, sha256, encoding): (FileKind, String, &'static str),
        rows: Rows,
        good: usize,
    ) -> Reading {
        self.counts.good = u64::try_from(good).unwrap_or(u64::MAX);
        let Counts {
            rejected,
            unattributed,
            ..
        } = self.counts;
        let listed = u64::try_from(self.listed).unwrap_or(u64::MAX);
        if rejected.max(unattributed) > listed {
            self.warnings.push(Diagnostic::warning(
                "ingest.list_cut",
                Place {
                    file: self.file.clone(),
                    ..Place::default()
                },
                format!(
                    "拒收 {rejected} 行、无法归属 {unattributed} 行，清单各只列出前 {listed} 行 \
                     (lists are cut)"
                ),
            ));
        }
        self.rejects.sort_by_key(|reject| reject.line);
        self.unattributed.sort_by_key(|row| row.line);
        Reading {
            kind,
            sha256,
            file_name: self.file,
            encoding,
            rows,
            rejects: self.rejects,
            unattributed: self.unattributed,
            counts: self.counts,
            warnings: self.warnings,
        }
    }
}
