//! The restatement report 重述报告: a decided month by the facts as known now, and what is adjusted.

use askama::Template;
use domain::Fen;

use crate::error::ReportError;
use crate::whatif::WhatIfMonth;
use crate::wording;

/// What the report shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RestatementReport {
    /// Who made it.
    pub issuer: String,
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use super::*;

    #[test]
    fn the_page_shows_amounts_and_adjustments_and_takes_no_text_for_markup() {
        let report = RestatementReport {
            issuer: "市数据局".into(),
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
        };
        let page = html(&report).unwrap();
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
