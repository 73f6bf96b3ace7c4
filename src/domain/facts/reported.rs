//! What others report of a department: judgements of assessors, counts of offices and platforms.

use chrono::NaiveDate;

use super::SourceLine;
use crate::decimal::Decimal4;
use crate::ids::DepartmentId;
use crate::period::Period;

/// A judgement 评定: what an assessor gives a department for an indicator that no record decides.
/// There is one of a department, period and indicator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// Department judged.
    pub department: DepartmentId,
    /// Month it is about.
    pub period: Period,
    /// Id of the indicator in the rule pack.
    pub indicator: String,
    /// Points, or a part of the points from zero to one, as the indicator declares.
    pub value: Decimal4,
    /// Why; never empty.
    pub reason: String,
    /// Who judged; never empty.
    pub assessor: String,
    /// Day of the signature.
    pub signed_on: NaiveDate,
    /// Where the row was read.
    pub source: SourceLine,
}

/// A measure 指标计量: a count that another office or platform delivers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Measure {
    /// Department concerned.
    pub department: DepartmentId,
    /// Month it is about.
    pub period: Period,
    /// Id of the measure, as the rule pack names it.
    pub measure: String,
    /// What was achieved, or how often something happened.
    pub achieved: Decimal4,
    /// Out of how much; zero for a plain count.
    pub population: Decimal4,
    /// Where the row was read.
    pub source: SourceLine,
}
