//! Corrections of published months 申诉与更正: results once published stay as they were, so a later
//! bulletin tells what appeals and restatements made of them.

use chrono::NaiveDate;
use domain::{Fen, Period};

use crate::data::Datum;
use crate::model::Bulletin;
use crate::wording;
use crate::xlsx::{Cell, Grid};

/// What was corrected since the bulletin before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Corrections {
    /// Appeals decided.
    pub appeals: Vec<AppealRow>,
    /// Adjustments posted, by department and component.
    pub adjustments: Vec<AdjustmentRow>,
}

/// An appeal that was decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppealRow {
    /// Day of the decision.
    pub decided_on: NaiveDate,
    /// Number of the appeal.
    pub id: String,
    /// Name of the department.
    pub department: String,
    /// The published month.
    pub period: Period,
    /// What was contested.
    pub subject: String,
    /// Outcome in words.
    pub outcome: String,
    /// Number of the decision document.
    pub document: String,
    /// Old and new values where it was won, each in words; the published ones are not edited.
    pub changes: Vec<String>,
    /// What becomes of the money, in words; empty when none was contested or won.
    pub money: String,
}

/// An adjustment of a published month, posted in the month of the bulletin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdjustmentRow {
    /// Business date.
    pub posted_on: NaiveDate,
    /// Number of the order.
    pub order: String,
    /// Why in a word: 申诉裁决, 考核重述 or 其他更正.
    pub cause: String,
    /// The month it is about.
    pub period: Period,
    /// Name of the department.
    pub department: String,
    /// Component.
    pub component: String,
    /// Owed more (less, below zero), fen.
    pub amount_fen: Fen,
    /// Shown as unfunded more (less, below zero), fen.
    pub unfunded_fen: Fen,
}

impl Corrections {
    /// Whether nothing was corrected.
    pub fn is_empty(&self) -> bool {
        self.appeals.is_empty() && self.adjustments.is_empty()
    }

    /// As the template of the page takes it.
    pub(crate) fn datum(&self) -> Datum {
        let appeal = |row: &AppealRow| {
            Datum::Record(vec![
                ("date", Datum::text(row.decided_on.to_string())),
                ("department", Datum::text(&row.department)),
                ("month", Datum::text(wording::month(row.period))),
                ("subject", Datum::text(&row.subject)),
                ("outcome", Datum::text(&row.outcome)),
                ("document", Datum::text(&row.document)),
                ("changes", Datum::list(&row.changes, Datum::text)),
                ("money", Datum::text(&row.money)),
            ])
        };
        let adjustment = |row: &AdjustmentRow| {
            Datum::Record(vec![
                ("date", Datum::text(row.posted_on.to_string())),
                ("cause", Datum::text(&row.cause)),
                ("month", Datum::text(wording::month(row.period))),
                ("department", Datum::text(&row.department)),
                ("component", Datum::text(&row.component)),
                ("amount", Datum::text(row.amount_fen.to_string())),
                ("unfunded", Datum::text(row.unfunded_fen.to_string())),
            ])
        };
        Datum::Record(vec![
            ("appeals", Datum::list(&self.appeals, appeal)),
            ("adjustments", Datum::list(&self.adjustments, adjustment)),
        ])
    }
}

/// The two tables of the workbook.
pub(crate) fn grids(bulletin: &Bulletin) -> [Grid; 2] {
    let heads = [
        "裁决日期",
        "申诉编号",
        "部门",
        "所属月份",
        "事项",
        "结果",
        "文号",
        "原值与更正值",
        "补偿",
    ];
    let mut appeals = Grid::new("申诉裁决", 0, &heads);
    let rows = bulletin.corrections.appeals.iter();
    appeals.rows.extend(rows.map(|row| {
        vec![
            Cell::Day(row.decided_on),
            Cell::text(&row.id),
            Cell::text(&row.department),
            Cell::text(row.period.to_string()),
            Cell::text(&row.subject),
            Cell::text(&row.outcome),
            Cell::text(&row.document),
            Cell::text(row.changes.join("；")),
            Cell::text(&row.money),
        ]
    }));
    let heads = [
        "记账日期",
        "指令",
        "原因",
        "所属月份",
        "部门",
        "构成",
        "调整（元）",
        "未落实调整（元）",
    ];
    let mut adjustments = Grid::new("以前月份调整", 0, &heads);
    let rows = bulletin.corrections.adjustments.iter();
    adjustments.rows.extend(rows.map(|row| {
        vec![
            Cell::Day(row.posted_on),
            Cell::text(&row.order),
            Cell::text(&row.cause),
            Cell::text(row.period.to_string()),
            Cell::text(&row.department),
            Cell::text(&row.component),
            Cell::Yuan(row.amount_fen),
            Cell::Yuan(row.unfunded_fen),
        ]
    }));
    [appeals, adjustments]
}
