//! The assessment 考核 of a period: plain data, exact, with canonical bytes.

use domain::canon::{Canon, CanonError, Reader, Writer, encode, sha256_hex};
use domain::facts::SourceLine;
use domain::{DepartmentGroup, DepartmentId, JurisdictionCode, Period};

use crate::encoding::{canon_enum, canon_struct};
use crate::exact::{Exact, Shown};

/// A score at one level: indicator, axis or total.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Score {
    /// Before rounding at this level, points.
    pub exact: Exact,
    /// What the next level uses: `exact`, or rounded where the pack rounds this level.
    pub counted: Exact,
    /// `counted` in the pack's decimals.
    pub shown: Shown,
}

/// Why an indicator has the score it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// Computed from cases.
    Scored,
    /// No case: not applicable 不适用.
    NoCases,
    /// Fewer cases than the pack's minimum: not applicable.
    TooFewCases,
    /// A comparison in which the whole group has nothing: not applicable.
    NothingInGroup,
    /// What an assessor has yet to judge 待评定: not applicable where the pack has a policy for it;
    /// otherwise there is no assessment.
    NotJudged,
    /// A bonus whose gate the total did not reach.
    GateClosed,
    /// Not scored because a veto that stands alone was hit.
    Silenced,
    /// A veto 一票否决 that was hit.
    Vetoed,
    /// A veto that was not hit.
    Clear,
}

impl Status {
    /// Whether the indicator does not apply to the department in the period.
    pub const fn is_not_applicable(self) -> bool {
        matches!(
            self,
            Self::NoCases | Self::TooFewCases | Self::NothingInGroup | Self::NotJudged
        )
    }

    /// Chinese name.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Scored => "已计分",
            Self::NoCases => "无事项，不适用",
            Self::TooFewCases => "样本过少，不适用",
            Self::NothingInGroup => "全组无数据，不适用",
            Self::NotJudged => "待评定",
            Self::GateClosed => "未达加分门槛",
            Self::Silenced => "已被否决，不再计分",
            Self::Vetoed => "一票否决",
            Self::Clear => "未触发",
        }
    }
}

/// Whether a department takes part in the ranking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// Graded and ranked.
    Ranked,
    /// Too few points rest on cases of its own: shown, neither graded nor ranked (trap T30).
    TooLittleAssessed,
}

/// One indicator of one department.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndicatorResult {
    /// Indicator id of the pack.
    pub id: String,
    /// Why the score is what it is.
    pub status: Status,
    /// Rows that count as cases.
    pub cases: u32,
    /// Value of the formula; `None` when not applicable or not a number.
    pub value: Option<Exact>,
    /// For a comparison within the group, the best value of the group.
    pub best: Option<Exact>,
    /// Points available after redistribution of what does not apply.
    pub available: Exact,
    /// The score.
    pub score: Score,
}

/// One axis of one department.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AxisResult {
    /// Axis id of the pack.
    pub id: String,
    /// Points available after redistribution, by the axis's weight; zero when nothing of it applies.
    pub available: Exact,
    /// Whether any indicator of the axis applies.
    pub applicable: bool,
    /// The score.
    pub score: Score,
}

/// Change against the period before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Total now minus total then, points.
    pub total: Exact,
    /// Places gained (positive) or lost; `None` when unranked in either period.
    pub places: Option<i32>,
}

/// One department's result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DepartmentResult {
    /// Department.
    pub id: DepartmentId,
    /// Its name at the end of the period.
    pub name: String,
    /// The jurisdiction it serves.
    pub jurisdiction: JurisdictionCode,
    /// Peer group.
    pub group: DepartmentGroup,
    /// Indicators in the order of the pack.
    pub indicators: Vec<IndicatorResult>,
    /// Axes in the order of the pack.
    pub axes: Vec<AxisResult>,
    /// Factor of the `scale` policy: maximum / (maximum − points not applicable); one without it.
    pub scale_factor: Exact,
    /// Total before bonus.
    pub before_bonus: Score,
    /// Total after bonus and before the effect of a veto.
    pub before_veto: Exact,
    /// Total.
    pub total: Score,
    /// Grade id; `None` when not ranked.
    pub grade: Option<String>,
    /// Rank in the group, from one; `None` when not ranked.
    pub rank: Option<u32>,
    /// Ranked departments of the group.
    pub of: u32,
    /// Vetoes hit, by indicator id.
    pub vetoes: Vec<String>,
    /// Whether it takes part in the ranking.
    pub standing: Standing,
    /// Against the period before; `None` without one.
    pub change: Option<Change>,
}

impl DepartmentResult {
    /// The result of an indicator.
    pub fn indicator(&self, id: &str) -> Option<&IndicatorResult> {
        self.indicators.iter().find(|result| result.id == id)
    }

    /// The result of an axis.
    pub fn axis(&self, id: &str) -> Option<&AxisResult> {
        self.axes.iter().find(|result| result.id == id)
    }
}

/// An axis as the pack declares it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AxisHead {
    /// Id.
    pub id: String,
    /// Chinese title.
    pub title: String,
    /// Points.
    pub points: Exact,
    /// Articles, `source:article`.
    pub cite: Vec<String>,
}

/// An indicator as the pack declares it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndicatorHead {
    /// Id.
    pub id: String,
    /// Chinese title.
    pub title: String,
    /// English title; empty when there is none.
    pub title_en: String,
    /// Axis id; empty for a veto or bonus outside the axes.
    pub axis: String,
    /// Kind by its name in the pack.
    pub kind: String,
    /// Declared points; the cap of a bonus, zero for a veto.
    pub points: Exact,
    /// Articles, `source:article`.
    pub cite: Vec<String>,
}

/// A grade 等次 as the pack declares it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GradeHead {
    /// Id.
    pub id: String,
    /// Chinese title.
    pub title: String,
    /// Lowest total of the grade.
    pub from: Exact,
}

/// Something worth an assessor's look; it never changes a score.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Note {
    /// Stable code, for example `flooding`.
    pub code: String,
    /// Department concerned; `None` for the whole assessment.
    pub department: Option<DepartmentId>,
    /// What was seen: a Chinese sentence, then English in brackets.
    pub message: String,
    /// Rows to look at, at most a few.
    pub evidence: Vec<SourceLine>,
}

/// The assessment of one period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assessment {
    /// The period.
    pub period: Period,
    /// Pack and version, `id@version`.
    pub pack: String,
    /// Digest of the pack's canonical content, hex SHA-256.
    pub pack_digest: String,
    /// SHA-256 of the canonical bytes of the facts, hex.
    pub facts_sha256: String,
    /// Sum of the points of all axes.
    pub maximum: Exact,
    /// Axes in the order of the pack.
    pub axes: Vec<AxisHead>,
    /// Indicators in the order of the pack.
    pub indicators: Vec<IndicatorHead>,
    /// Grades, best first.
    pub grades: Vec<GradeHead>,
    /// Departments by id.
    pub departments: Vec<DepartmentResult>,
    /// Notes, sorted.
    pub notes: Vec<Note>,
}

impl Assessment {
    /// The result of a department.
    pub fn department(&self, id: &DepartmentId) -> Option<&DepartmentResult> {
        self.departments
            .binary_search_by(|result| result.id.cmp(id))
            .ok()
            .and_then(|index| self.departments.get(index))
    }

    /// SHA-256 of the canonical bytes, hex: equal for equal assessments on any machine.
    pub fn digest(&self) -> String {
        sha256_hex(&encode(self))
    }

    /// Position of a grade, best first; `None` for an unknown id.
    pub fn grade_order(&self, id: &str) -> Option<usize> {
        self.grades.iter().position(|grade| grade.id == id)
    }
}

const FORMAT: &str = "hengxiang-assessment-1";

impl Canon for Assessment {
    fn write(&self, to: &mut Writer) {
        FORMAT.to_owned().write(to);
        self.period.write(to);
        self.pack.write(to);
        self.pack_digest.write(to);
        self.facts_sha256.write(to);
        self.maximum.write(to);
        self.axes.write(to);
        self.indicators.write(to);
        self.grades.write(to);
        self.departments.write(to);
        self.notes.write(to);
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, CanonError> {
        if String::read(from)? != FORMAT {
            return Err(CanonError::NotA {
                what: FORMAT,
                at: 0,
            });
        }
        Ok(Self {
            period: Canon::read(from)?,
            pack: Canon::read(from)?,
            pack_digest: Canon::read(from)?,
            facts_sha256: Canon::read(from)?,
            maximum: Canon::read(from)?,
            axes: Canon::read(from)?,
            indicators: Canon::read(from)?,
            grades: Canon::read(from)?,
            departments: Canon::read(from)?,
            notes: Canon::read(from)?,
        })
    }
}

canon_enum! {
    Status {
        Scored = "scored", NoCases = "no_cases", TooFewCases = "too_few_cases",
        NothingInGroup = "nothing_in_group", NotJudged = "not_judged", GateClosed = "gate_closed",
        Silenced = "silenced", Vetoed = "vetoed", Clear = "clear",
    }
    Standing { Ranked = "ranked", TooLittleAssessed = "too_little_assessed" }
}

canon_struct! {
    Score { exact, counted, shown }
    IndicatorResult { id, status, cases, value, best, available, score }
    AxisResult { id, available, applicable, score }
    Change { total, places }
    DepartmentResult {
        id, name, jurisdiction, group, indicators, axes, scale_factor, before_bonus, before_veto,
        total, grade, rank, of, vetoes, standing, change,
    }
    AxisHead { id, title, points, cite }
    IndicatorHead { id, title, title_en, axis, kind, points, cite }
    GradeHead { id, title, from }
    Note { code, department, message, evidence }
}
