//! The restatement report 重述报告: a decided month by the facts as known now, and what is adjusted.

use askama::Template;
use chrono::NaiveDate;
use domain::Fen;

use crate::data::Datum;
use crate::error::ReportError;
use crate::fonts::Fonts;
use crate::pdf::{self, Pdf, Stamp};
use crate::whatif::{WhatIfMonth, or_none, place};
use crate::wording;
use crate::xlsx::{self, Cell, Grid};

/// What the report shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RestatementReport {
    /// Who made it.
    pub issuer: String,
    /// Day on which it was made, the business date of its adjustments.
    pub made_on: NaiveDate,
    /// The run that was decided.
    pub run: String,
    /// Digests of the facts then and now, hex.
    pub facts: (String, String),
    /// Files that came since.
    pub files: Vec<String>,
    /// Scores and awards on both sides.
    pub month: WhatIfMonth,
    /// What is paid, by department, line and component.
    pub paid: Vec<RestatedRow>,
    /// What is unfunded, by department and component.
    pub unfunded: Vec<RestatedRow>,
    /// The adjustments in words, in the order of the lines of the order.
    pub lines: Vec<String>,
    /// What becomes of them: number and stage of the order, or that there is none.
    pub state: String,
}

/// One amount on both sides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RestatedRow {
    /// Department.
    pub department: String,
    /// Component.
    pub component: String,
    /// Payer, budget line and programme; empty where it is of no line.
    pub line: String,
    /// As booked, other decisions included.
    pub booked_fen: Fen,
    /// As due by the facts known now.
    pub due_fen: Fen,
    /// What is adjusted.
    pub change_fen: Fen,
    /// What is not, and why; empty when all is.
    pub remark: String,
}

#[derive(Template)]
#[template(path = "restatement/restatement.html")]
struct Page<'a> {
    report: &'a RestatementReport,
}

impl RestatementReport {
    /// For example 2026年3月考核重述报告.
    pub fn title(&self) -> String {
        format!("{}考核重述报告", wording::month(self.month.period))
    }
}

/// The report as a page that needs nothing from outside.
pub fn html(report: &RestatementReport) -> Result<String, ReportError> {
    Ok(Page { report }.render()?)
}

/// The report as an official page.
pub fn pdf(report: &RestatementReport, fonts: &Fonts) -> Result<Pdf, ReportError> {
    let stamp = Stamp {
        identity: format!("restatement/{}/{}", report.run, report.facts.1),
        issued_on: report.made_on,
    };
    pdf::render(pdf::Template::RESTATEMENT, data(report), &stamp, fonts)
}

/// The report as a workbook.
pub fn workbook(report: &RestatementReport) -> Result<Vec<u8>, ReportError> {
    let mut overview = Grid::new("概览", 1, &["项目", "内容"]);
    let mut line = |label: &str, value: &str| {
        overview
            .rows
            .push(vec![Cell::text(label), Cell::text(value)]);
    };
    line("标题", &report.title());
    line("编制单位", &report.issuer);
    line("考核批次", &report.run);
    line("规则", &report.month.rules_before);
    line("原事实摘要", &report.facts.0);
    line("现事实摘要", &report.facts.1);
    line("定案以来的数据文件", &report.files.join("、"));
    line("状态", &report.state);
    let mut adjustments = Grid::new("调整分录", 0, &["序号", "内容"]);
    let numbered = (1..).zip(&report.lines);
    adjustments
        .rows
        .extend(numbered.map(|(number, text)| vec![Cell::Count(number), Cell::text(text)]));
    let grids = [
        overview,
        scores(report),
        amounts("应补偿额与账簿", &report.paid),
        amounts("未落实资金", &report.unfunded),
        adjustments,
    ];
    xlsx::workbook(&report.title(), &grids)
}

fn scores(report: &RestatementReport) -> Grid {
    let heads = [
        "部门",
        "组别",
        "原得分",
        "重述得分",
        "变化",
        "原名次",
        "重述名次",
        "原等次",
        "重述等次",
        "原应补（元）",
        "重述应补（元）",
        "变化（元）",
        "变化的指标",
    ];
    let mut grid = Grid::new("得分名次等次", 1, &heads);
    let rows = report.month.rows.iter();
    grid.rows.extend(rows.map(|row| {
        vec![
            Cell::text(&row.department),
            Cell::text(&row.group),
            Cell::score(row.total.0.as_ref()),
            Cell::score(row.total.1.as_ref()),
            Cell::change(row.total_change.as_ref()),
            Cell::text(place(&row.rank.0)),
            Cell::text(place(&row.rank.1)),
            Cell::text(or_none(&row.grade.0)),
            Cell::text(or_none(&row.grade.1)),
            Cell::Yuan(row.awarded_fen.0),
            Cell::Yuan(row.awarded_fen.1),
            Cell::Yuan(row.awarded_change_fen),
            Cell::text(&row.indicators),
        ]
    }));
    grid
}

fn amounts(name: &'static str, rows: &[RestatedRow]) -> Grid {
    let heads = [
        "部门",
        "构成",
        "资金池",
        "已入账（元）",
        "应入账（元）",
        "本次调整（元）",
        "说明",
    ];
    let mut grid = Grid::new(name, 1, &heads);
    grid.rows.extend(rows.iter().map(|row| {
        vec![
            Cell::text(&row.department),
            Cell::text(&row.component),
            Cell::text(&row.line),
            Cell::Yuan(row.booked_fen),
            Cell::Yuan(row.due_fen),
            Cell::Yuan(row.change_fen),
            Cell::text(&row.remark),
        ]
    }));
    grid
}

/// As the template of the page takes it.
fn data(report: &RestatementReport) -> Vec<(&'static str, Datum)> {
    let score = |row: &crate::whatif::WhatIfRow| {
        let both = |before: &str, after: &str| {
            Datum::text(if before == after {
                before.to_owned()
            } else {
                format!("{before} → {after}")
            })
        };
        let shown = |total: &Option<String>| total.clone().unwrap_or_else(|| "—".to_owned());
        Datum::Record(vec![
            ("department", Datum::text(&row.department)),
            ("total", both(&shown(&row.total.0), &shown(&row.total.1))),
            ("rank", both(&place(&row.rank.0), &place(&row.rank.1))),
            ("grade", both(or_none(&row.grade.0), or_none(&row.grade.1))),
            ("before", Datum::text(row.awarded_fen.0.to_string())),
            ("after", Datum::text(row.awarded_fen.1.to_string())),
            ("change", Datum::text(row.awarded_change_fen.to_string())),
            ("indicators", Datum::text(&row.indicators)),
        ])
    };
    let amount = |row: &RestatedRow| {
        Datum::Record(vec![
            ("department", Datum::text(&row.department)),
            ("component", Datum::text(&row.component)),
            ("line", Datum::text(&row.line)),
            ("booked", Datum::text(row.booked_fen.to_string())),
            ("due", Datum::text(row.due_fen.to_string())),
            ("change", Datum::text(row.change_fen.to_string())),
            ("remark", Datum::text(&row.remark)),
        ])
    };
    let figure = |figure: &crate::model::KeyFigure| {
        Datum::Record(vec![
            ("label", Datum::text(&figure.label)),
            ("value", Datum::text(&figure.value)),
            ("change", Datum::optional(figure.change.as_ref())),
        ])
    };
    vec![
        ("title", Datum::text(report.title())),
        ("issuer", Datum::text(&report.issuer)),
        ("issued", Datum::text(wording::date(report.made_on))),
        ("run", Datum::text(&report.run)),
        ("rules", Datum::text(&report.month.rules_before)),
        ("facts-then", Datum::text(&report.facts.0)),
        ("facts-now", Datum::text(&report.facts.1)),
        ("files", Datum::list(&report.files, Datum::text)),
        ("figures", Datum::list(&report.month.figures, figure)),
        ("scores", Datum::list(&report.month.rows, score)),
        ("paid", Datum::list(&report.paid, amount)),
        ("unfunded", Datum::list(&report.unfunded, amount)),
        ("lines", Datum::list(&report.lines, Datum::text)),
        ("state", Datum::text(&report.state)),
    ]
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use super::*;

    fn report() -> RestatementReport {
        RestatementReport {
            issuer: "市数据局".into(),
            made_on: NaiveDate::from_ymd_opt(2026, 4, 10).unwrap(),
            run: "2026-03-abc".into(),
            facts: ("aa".into(), "bb".into()),
            files: vec!["补报<i>.csv".into()],
            month: WhatIfMonth {
                period: "2026-03".parse().unwrap(),
                rules_before: "tiaoli-809@1.0.0".into(),
                figures: Vec::new(),
                rows: Vec::new(),
                pots: Vec::new(),
            },
            paid: vec![RestatedRow {
                department: "甲局".into(),
                component: "共享激励".into(),
                line: "郑州市 2320301 补偿".into(),
                booked_fen: Fen::new(10_000),
                due_fen: Fen::new(12_345),
                change_fen: Fen::new(2_345),
                remark: String::new(),
            }],
            unfunded: Vec::new(),
            lines: vec!["甲局 调增 23.45 元".into()],
            state: "尚未提出".into(),
        }
    }

    #[test]
    fn the_official_page_and_the_workbook_are_the_same_bytes_each_time() {
        let (report, fonts) = (report(), Fonts::load(None).unwrap());
        let once = pdf(&report, &fonts).unwrap();
        assert!(once.bytes.starts_with(b"%PDF-") && once.pages == 1);
        assert_eq!(once.warnings, Vec::<String>::new());
        assert_eq!(once, pdf(&report, &fonts).unwrap());
        let book = workbook(&report).unwrap();
        assert!(book.starts_with(b"PK"));
        assert_eq!(book, workbook(&report).unwrap());
    }

    #[test]
    fn the_page_shows_amounts_and_adjustments_and_takes_no_text_for_markup() {
        let page = html(&report()).unwrap();
        for text in [
            "2026年3月考核重述报告",
            "123.45",
            "甲局 调增 23.45 元",
            "补报&#60;i&#62;.csv",
        ] {
            assert!(page.contains(text), "{text}");
        }
        for outside in ["<i>", "<script", "<link", "src=", "url("] {
            assert!(!page.contains(outside), "{outside}");
        }
    }
}
