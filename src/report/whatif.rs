//! The what-if report: what a draft of the rules would have meant for past months, as a page and as
//! a workbook.

use askama::Template;
use domain::{Fen, Period};

use crate::error::ReportError;
use crate::model::KeyFigure;
use crate::wording;
use crate::xlsx::{Cell, Grid, workbook};

/// What the report shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WhatIf {
    /// Title, for example 规则模拟（2026年1月至3月）.
    pub title: String,
    /// Who made it and when, in words.
    pub subtitle: String,
    /// Scenarios in the order given.
    pub scenarios: Vec<WhatIfScenario>,
}

/// One draft of the rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WhatIfScenario {
    /// Name.
    pub name: String,
    /// Its rules, `id@version`.
    pub rules: String,
    /// Months in order.
    pub months: Vec<WhatIfMonth>,
}

/// One month under a draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WhatIfMonth {
    /// The month.
    pub period: Period,
    /// Rules of the recorded result, `id@version`.
    pub rules_before: String,
    /// Key figures; the change is against what was.
    pub figures: Vec<KeyFigure>,
    /// Departments, those that lose most first.
    pub rows: Vec<WhatIfRow>,
    /// Pots.
    pub pots: Vec<WhatIfPot>,
}

impl WhatIfMonth {
    fn title(&self) -> String {
        wording::month(self.period)
    }
}

/// One department.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WhatIfRow {
    /// Department.
    pub department: String,
    /// Peer group.
    pub group: String,
    /// Total before and after, decimal text; `None` when not assessed.
    pub total: (Option<String>, Option<String>),
    /// Change of the total, signed decimal text.
    pub total_change: Option<String>,
    /// Rank before and after; `None` when unranked.
    pub rank: (Option<u32>, Option<u32>),
    /// Grade before and after; empty when ungraded.
    pub grade: (String, String),
    /// Awards before and after.
    pub awarded_fen: (Fen, Fen),
    /// Change of the awards.
    pub awarded_change_fen: Fen,
    /// Due and not covered, after.
    pub unfunded_fen: Fen,
    /// Indicators whose points differ, in words.
    pub indicators: String,
}

/// One pot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WhatIfPot {
    /// Name of the payer.
    pub payer: String,
    /// Budget line and programme.
    pub line: String,
    /// The year's appropriation.
    pub authority_fen: Fen,
    /// Awarded before and after.
    pub awarded_fen: (Fen, Fen),
    /// Due and not covered, before and after.
    pub unfunded_fen: (Fen, Fen),
    /// Left after the month, before and after.
    pub left_fen: (Fen, Fen),
}

#[derive(Template)]
#[template(path = "whatif/whatif.html")]
struct Page<'a> {
    report: &'a WhatIf,
}

/// The report as a page that needs nothing from outside.
pub fn html(report: &WhatIf) -> Result<String, ReportError> {
    Ok(Page { report }.render()?)
}

/// The report as a workbook: summary, departments, pots, one row a scenario and month.
pub fn xlsx(report: &WhatIf) -> Result<Vec<u8>, ReportError> {
    workbook(
        &report.title,
        &[summary(report), departments(report), pots(report)],
    )
}

fn each_month(report: &WhatIf) -> impl Iterator<Item = (&WhatIfScenario, &WhatIfMonth)> {
    let scenarios = report.scenarios.iter();
    scenarios.flat_map(|one| one.months.iter().map(move |month| (one, month)))
}

fn keys(scenario: &WhatIfScenario, month: &WhatIfMonth) -> Vec<Cell> {
    vec![
        Cell::text(&scenario.name),
        Cell::text(month.period.to_string()),
    ]
}

fn summary(report: &WhatIf) -> Grid {
    let heads = [
        "方案",
        "月份",
        "原规则",
        "模拟规则",
        "项目",
        "模拟结果",
        "较原结果",
    ];
    let mut grid = Grid::new("概览", 2, &heads);
    for (scenario, month) in each_month(report) {
        for figure in &month.figures {
            let mut row = keys(scenario, month);
            row.extend([
                Cell::text(&month.rules_before),
                Cell::text(&scenario.rules),
                Cell::text(&figure.label),
                Cell::text(&figure.value),
                figure.change.as_ref().map_or(Cell::Blank, Cell::text),
            ]);
            grid.rows.push(row);
        }
    }
    grid
}

fn departments(report: &WhatIf) -> Grid {
    let heads = [
        "方案",
        "月份",
        "部门",
        "组别",
        "原得分",
        "模拟得分",
        "得分变化",
        "原名次",
        "模拟名次",
        "原等次",
        "模拟等次",
        "原补偿额（元）",
        "模拟补偿额（元）",
        "补偿变化（元）",
        "模拟未落实（元）",
        "变化的指标",
    ];
    let place = |rank: Option<u32>| rank.map_or(Cell::text("—"), |rank| Cell::Count(rank.into()));
    let mut grid = Grid::new("部门变化", 3, &heads);
    for (scenario, month) in each_month(report) {
        for one in &month.rows {
            let mut row = keys(scenario, month);
            row.extend([
                Cell::text(&one.department),
                Cell::text(&one.group),
                Cell::score(one.total.0.as_ref()),
                Cell::score(one.total.1.as_ref()),
                Cell::change(one.total_change.as_ref()),
                place(one.rank.0),
                place(one.rank.1),
                Cell::text(&one.grade.0),
                Cell::text(&one.grade.1),
                Cell::Yuan(one.awarded_fen.0),
                Cell::Yuan(one.awarded_fen.1),
                Cell::Yuan(one.awarded_change_fen),
                Cell::Yuan(one.unfunded_fen),
                Cell::text(&one.indicators),
            ]);
            grid.rows.push(row);
        }
    }
    grid
}

fn pots(report: &WhatIf) -> Grid {
    let heads = [
        "方案",
        "月份",
        "出资方",
        "预算科目",
        "指标额（元）",
        "原申领（元）",
        "模拟申领（元）",
        "原未落实（元）",
        "模拟未落实（元）",
        "原余额（元）",
        "模拟余额（元）",
    ];
    let mut grid = Grid::new("资金池", 2, &heads);
    for (scenario, month) in each_month(report) {
        for pot in &month.pots {
            let mut row = keys(scenario, month);
            row.extend([
                Cell::text(&pot.payer),
                Cell::text(&pot.line),
                Cell::Yuan(pot.authority_fen),
                Cell::Yuan(pot.awarded_fen.0),
                Cell::Yuan(pot.awarded_fen.1),
                Cell::Yuan(pot.unfunded_fen.0),
                Cell::Yuan(pot.unfunded_fen.1),
                Cell::Yuan(pot.left_fen.0),
                Cell::Yuan(pot.left_fen.1),
            ]);
            grid.rows.push(row);
        }
    }
    grid
}

/// «3», or «—» when unranked.
#[expect(
    clippy::ref_option,
    clippy::trivially_copy_pass_by_ref,
    reason = "templates pass fields by reference"
)]
pub(crate) fn place(rank: &Option<u32>) -> String {
    rank.map_or_else(|| "—".to_owned(), |rank| rank.to_string())
}

/// The text, or «—» when it is empty.
pub(crate) fn or_none(text: &str) -> &str {
    if text.is_empty() { "—" } else { text }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use std::io::Cursor;

    use calamine::{Data, Reader, Xlsx};

    use super::*;

    fn sample() -> WhatIf {
        let row = WhatIfRow {
            department: "=甲局<b>".to_owned(),
            group: "市直".to_owned(),
            total: (Some("80.00".to_owned()), Some("78.50".to_owned())),
            total_change: Some("-1.50".to_owned()),
            rank: (Some(1), None),
            grade: ("良好".to_owned(), String::new()),
            awarded_fen: (Fen::new(100), Fen::new(40)),
            awarded_change_fen: Fen::new(-60),
            unfunded_fen: Fen::ZERO,
            indicators: "答复及时率 10.00 → 8.50".to_owned(),
        };
        let pot = WhatIfPot {
            payer: "郑州市".to_owned(),
            line: "2320301 补偿".to_owned(),
            authority_fen: Fen::new(1_000),
            awarded_fen: (Fen::new(100), Fen::new(40)),
            unfunded_fen: (Fen::ZERO, Fen::ZERO),
            left_fen: (Fen::new(900), Fen::new(960)),
        };
        let month = WhatIfMonth {
            period: "2026-01".parse().unwrap(),
            rules_before: "tiaoli-809@1.0.0".to_owned(),
            figures: vec![KeyFigure {
                label: "得分下降的部门".to_owned(),
                value: "1 个".to_owned(),
                change: None,
            }],
            rows: vec![row],
            pots: vec![pot],
        };
        WhatIf {
            title: "规则模拟".to_owned(),
            subtitle: String::new(),
            scenarios: vec![WhatIfScenario {
                name: "草案".to_owned(),
                rules: "tiaoli-809@1.0.0+x=1".to_owned(),
                months: vec![month],
            }],
        }
    }

    #[test]
    fn the_page_shows_both_sides_and_takes_no_text_for_markup() {
        let page = html(&sample()).unwrap();
        for text in ["80.00", "78.50", "-1.50", "良好", "tiaoli-809@1.0.0+x=1"] {
            assert!(page.contains(text), "{text}");
        }
        assert!(!page.contains("<b>"));
        for outside in ["<script", "<link", "src=", "@import", "url("] {
            assert!(!page.contains(outside), "{outside}");
        }
    }

    #[test]
    fn the_workbook_has_a_row_for_every_department_and_no_formula() {
        let bytes = xlsx(&sample()).unwrap();
        let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes.as_slice())).unwrap();
        assert_eq!(workbook.sheet_names(), ["概览", "部门变化", "资金池"]);
        let rows = workbook.worksheet_range("部门变化").unwrap();
        assert_eq!(rows.height(), 2);
        assert_eq!(
            rows.get_value((1, 2)),
            Some(&Data::String("'=甲局<b>".to_owned()))
        );
    }

    #[test]
    fn the_same_report_gives_the_same_bytes() {
        assert!(xlsx(&sample()).unwrap() == xlsx(&sample()).unwrap());
    }
}
