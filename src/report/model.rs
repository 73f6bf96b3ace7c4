//! What a report shows: plain values, decided elsewhere. The caller fills them; this crate only
//! draws. Scores and rates are decimal text exactly as the assessment rounded them.

use chrono::NaiveDate;
use domain::{Fen, Period};

pub use crate::corrections::{AdjustmentRow, AppealRow, Corrections};

/// The monthly bulletin 考核通报 of one jurisdiction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bulletin {
    /// The assessed month.
    pub period: Period,
    /// Title, for example 郑州市政务数据共享考核通报（2026年3月）.
    pub title: String,
    /// The issuing office, for example 郑州市行政审批和政务信息管理局.
    pub issuer: String,
    /// Document number 发文字号, for example 郑数考〔2026〕3号; empty: none is printed.
    pub document_number: String,
    /// Day of issue 成文日期; also the date inside the PDF and XLSX files.
    pub issued_on: NaiveDate,
    /// Whether to print the red head 红头 (the issuer's name over a red rule).
    pub red_head: bool,
    /// The run that decided everything shown.
    pub run_id: String,
    /// The rule pack in force.
    pub pack: PackLine,
    /// Digests that let a reader verify the run: name (for example 事实摘要) and hexadecimal text.
    pub digests: Vec<(String, String)>,
    /// Name of the jurisdiction, for example 郑州市.
    pub jurisdiction_name: String,
    /// Key figures of the month, in the order to show.
    pub summary: Vec<KeyFigure>,
    /// One ranking a peer group.
    pub groups: Vec<GroupRanking>,
    /// The axes 维度, columns of `axis_table`.
    pub axes: Vec<AxisHead>,
    /// Axis scores, one row a department.
    pub axis_table: Vec<AxisRow>,
    /// The indicators 指标, columns of `indicator_table`.
    pub indicators: Vec<IndicatorHead>,
    /// Indicator scores, one row a department.
    pub indicator_table: Vec<IndicatorRow>,
    /// Scores over the months: group averages first, then single departments.
    pub trend: Vec<TrendSeries>,
    /// Compensation by department, payer and component.
    pub compensation: Vec<CompensationRow>,
    /// Compensation pots 补偿资金池.
    pub pots: Vec<PotRow>,
    /// Incidents 违规/安全事件 of the month.
    pub incidents: Vec<IncidentRow>,
    /// The sharing network.
    pub network: Network,
    /// Corrections of published months, made since the bulletin before.
    pub corrections: Corrections,
    /// Records that no department could be credited with: reason and number of rows.
    pub unattributed: Vec<(String, u64)>,
    /// Remarks for the reader, one sentence each.
    pub notes: Vec<String>,
    /// One sheet a department, in the order of the annex.
    pub sheets: Vec<DepartmentSheet>,
}

impl Bulletin {
    /// Number of ranked departments.
    pub fn departments(&self) -> usize {
        self.groups.iter().map(|group| group.rows.len()).sum()
    }
}

/// The rule pack that decided the scores.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackLine {
    /// Pack id, for example tiaoli-809.
    pub id: String,
    /// Version.
    pub version: String,
    /// Title of the pack.
    pub title: String,
    /// Titles of the acts that it assesses under, for example 政务数据共享条例.
    pub basis: Vec<String>,
}

/// One key figure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyFigure {
    /// What it is, for example 参评部门.
    pub label: String,
    /// Its value with unit, for example 61 个.
    pub value: String,
    /// Change against the month before, for example +2 个; `None` when there is none to compare.
    pub change: Option<String>,
}

/// The ranking within one peer group 考核分组.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupRanking {
    /// Name of the group, for example 市直.
    pub title: String,
    /// Best first.
    pub rows: Vec<RankRow>,
}

/// One place in a ranking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RankRow {
    /// Rank 名次, ties share one.
    pub rank: u32,
    /// Name of the department.
    pub department: String,
    /// Total score.
    pub total: String,
    /// Grade 等次.
    pub grade: String,
    /// Change of the total against the month before, signed.
    pub change_total: Option<String>,
    /// Places won (positive) or lost (negative) against the month before.
    pub change_rank: Option<i32>,
    /// Compensation of the month.
    pub compensation_fen: Fen,
}

/// One axis 维度.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AxisHead {
    /// Id in the pack.
    pub id: String,
    /// Title, for example 及时性.
    pub title: String,
    /// Points of the axis.
    pub points: String,
}

/// The axis scores of one department.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AxisRow {
    /// Name of the department.
    pub department: String,
    /// Its peer group.
    pub group: String,
    /// One score an axis; `None` is 不适用.
    pub cells: Vec<Option<String>>,
    /// Total score.
    pub total: String,
}

/// One indicator 指标.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndicatorHead {
    /// Id in the pack.
    pub id: String,
    /// Title.
    pub title: String,
    /// Title of its axis.
    pub axis: String,
    /// Points.
    pub points: String,
    /// Citation 依据, for example 条例第十八条.
    pub cite: String,
    /// Kind in words, for example 比率 or 扣分.
    pub kind: String,
}

/// The indicator scores of one department.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndicatorRow {
    /// Name of the department.
    pub department: String,
    /// Its peer group.
    pub group: String,
    /// One score an indicator; `None` is 不适用.
    pub cells: Vec<Option<String>>,
    /// Total score.
    pub total: String,
}

/// A line of the trend chart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrendSeries {
    /// Name shown at the line.
    pub name: String,
    /// Score by month, earliest first; a month without a score is left out.
    pub points: Vec<(Period, String)>,
}

/// One compensation award.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompensationRow {
    /// Name of the department that receives it.
    pub department: String,
    /// Name of the jurisdiction that pays.
    pub payer: String,
    /// Component: 成本, 损失 or 奖励.
    pub component: String,
    /// Budget line 预算科目.
    pub line: String,
    /// Awarded amount.
    pub amount_fen: Fen,
    /// What a cap or an empty pot cut off.
    pub unfunded_fen: Fen,
}

/// One compensation pot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PotRow {
    /// Name of the jurisdiction that pays.
    pub payer: String,
    /// Budget line 预算科目.
    pub line: String,
    /// Appropriated.
    pub authority_fen: Fen,
    /// Reserved by runs.
    pub reserved_fen: Fen,
    /// Encumbered or paid.
    pub spent_fen: Fen,
    /// Left.
    pub available_fen: Fen,
}

/// One incident.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IncidentRow {
    /// Name of the department responsible.
    pub department: String,
    /// Violation code, for example P3.
    pub code: String,
    /// What happened, in words.
    pub title: String,
    /// Article, for example 条例第三十九条第三项.
    pub article: String,
    /// Day it happened.
    pub occurred_on: NaiveDate,
    /// Effect on the score, for example 扣 2 分 or 一票否决.
    pub effect: String,
}

/// The sharing network of the month.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Network {
    /// Departments.
    pub nodes: Vec<NetworkNode>,
    /// Sharing between them; `from` and `to` are places in `nodes`.
    pub edges: Vec<NetworkEdge>,
    /// Density, decimal text.
    pub density: String,
    /// Reciprocity, decimal text.
    pub reciprocity: String,
    /// Names of the departments that neither give nor take 信息孤岛.
    pub islands: Vec<String>,
}

/// A department in the network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NetworkNode {
    /// Department id.
    pub id: String,
    /// Name, as short as the office uses it.
    pub name: String,
    /// Peer group.
    pub group: String,
    /// Calls it received as provider.
    pub in_strength: u64,
    /// Calls it made as consumer.
    pub out_strength: u64,
}

/// Sharing from one department to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NetworkEdge {
    /// Place of the provider in the nodes.
    pub from: usize,
    /// Place of the consumer in the nodes.
    pub to: usize,
    /// Successful calls.
    pub weight: u64,
}

/// The sheet of one department 部门单.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DepartmentSheet {
    /// Department id (unified social credit code).
    pub id: String,
    /// Name of the department.
    pub department: String,
    /// Its peer group.
    pub group: String,
    /// The assessed month.
    pub period: Period,
    /// Total score.
    pub total: String,
    /// Grade 等次.
    pub grade: String,
    /// Rank in the group.
    pub rank: u32,
    /// Number of departments in the group.
    pub of: u32,
    /// Change of the total against the month before, signed.
    pub change_total: Option<String>,
    /// Places won (positive) or lost (negative) against the month before.
    pub change_rank: Option<i32>,
    /// Axis scores.
    pub axes: Vec<SheetAxis>,
    /// Indicator scores with reasons.
    pub indicators: Vec<SheetIndicator>,
    /// What would raise the score most, best first.
    pub raise: Vec<RaiseLine>,
    /// Compensation of the month.
    pub awards: Vec<SheetAward>,
    /// The compensation ledger of the month.
    pub ledger: SheetLedger,
    /// Incidents of the month.
    pub incidents: Vec<IncidentRow>,
}

/// One axis on a department's sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SheetAxis {
    /// Title.
    pub title: String,
    /// Points of the axis.
    pub points: String,
    /// Score; `None` is 不适用.
    pub score: Option<String>,
    /// Average of the group.
    pub group_average: Option<String>,
}

/// One indicator on a department's sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SheetIndicator {
    /// Title.
    pub title: String,
    /// Points that can be won.
    pub points_max: String,
    /// Score; `None` when it was not assessed.
    pub score: Option<String>,
    /// Outcome in words, for example 已评, 不适用 or 样本不足.
    pub status: String,
    /// Number of cases counted.
    pub cases: u64,
    /// Why points were lost, each with its source as file:line.
    pub reasons: Vec<String>,
    /// Citation.
    pub cite: String,
}

/// An action and what it would bring.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RaiseLine {
    /// What to do.
    pub action: String,
    /// Points it would add.
    pub gain: String,
}

/// One award on a department's sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SheetAward {
    /// Name of the jurisdiction that pays.
    pub payer: String,
    /// Component: 成本, 损失 or 奖励.
    pub component: String,
    /// Awarded amount.
    pub amount_fen: Fen,
    /// What a cap or an empty pot cut off.
    pub unfunded_fen: Fen,
}

/// The ledger part of a department's sheet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SheetLedger {
    /// Balance before the first line.
    pub opening_fen: Fen,
    /// Lines, earliest first.
    pub lines: Vec<LedgerLine>,
    /// Balance after the last line.
    pub closing_fen: Fen,
}

/// One line of a ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerLine {
    /// Business date.
    pub posted_on: NaiveDate,
    /// Voucher or transaction number.
    pub reference: String,
    /// What it was.
    pub text: String,
    /// Signed amount; positive raises what the department is owed.
    pub amount_fen: Fen,
    /// Balance after the line.
    pub balance_fen: Fen,
}
