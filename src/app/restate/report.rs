//! The restatement report: its model, and its page.

use std::path::{Path, PathBuf};

use domain::Fen;
use ledger::OrderLine;
use ledger::restatement::{Cause, Decision, Restated, RestatedUnfunded};
use report::restatement::{RestatedRow, RestatementReport};

use super::RestatedMonth;
use crate::App;
use crate::error::Error;
use crate::orders::OrderSheet;

impl RestatedMonth {
    /// The adjustments in words, in the order of the lines of the order.
    pub fn adjustments(&self, books: &ledger::Books) -> Vec<String> {
        let lines = self.restatement.lines.iter();
        lines.map(|line| self.words(line, books)).collect()
    }

    fn words(&self, line: &OrderLine, books: &ledger::Books) -> String {
        let amount = line.amount_fen();
        match line {
            OrderLine::Raise {
                department,
                line,
                component,
                ..
            } => format!(
                "{} {} 调增 {amount} 元，由{}列支",
                self.name(department),
                component.title(),
                self.line_text(line)
            ),
            OrderLine::RaiseUnfunded {
                department,
                component,
                ..
            } => format!(
                "{} {} 未落实资金增加 {amount} 元",
                self.name(department),
                component.title()
            ),
            OrderLine::LowerUnfunded {
                department,
                component,
                ..
            } => format!(
                "{} {} 未落实资金减少 {amount} 元",
                self.name(department),
                component.title()
            ),
            _ => {
                let accrual = line
                    .accrual()
                    .and_then(|seq| Some((seq, books.accrual(seq)?)));
                accrual.map_or_else(
                    || format!("{} {amount} 元", line.kind().title()),
                    |(seq, own)| {
                        format!(
                            "{} {} 调减 {amount} 元（计提 {seq}），未付的不再支付，已付的追回",
                            self.name(&own.department),
                            own.component.title()
                        )
                    },
                )
            }
        }
    }

    /// What is paid, where anything differs.
    pub fn differing(&self) -> impl Iterator<Item = &Restated> {
        let paid = self.restatement.paid.iter();
        paid.filter(|one| one.standing_fen() != one.due_fen || one.change_fen != Fen::ZERO)
    }

    /// What is unfunded, where anything differs.
    pub fn differing_unfunded(&self) -> impl Iterator<Item = &RestatedUnfunded> {
        let unfunded = self.restatement.unfunded.iter();
        unfunded.filter(|one| one.standing_fen() != one.due_fen || one.change_fen != Fen::ZERO)
    }
}

/// The decisions that count towards a change and that a restatement does not undo.
fn decisions(made: &[Decision]) -> Vec<String> {
    let each = made.iter().map(|own| {
        let by = match &own.cause {
            Cause::Order(order) => format!("指令 {order}"),
            Cause::Appeal(appeal) => format!("申诉 {appeal} 的裁决"),
        };
        let verb = if own.amount_fen > Fen::ZERO {
            "增加"
        } else {
            "减少"
        };
        let amount = own.amount_fen.max(own.amount_fen.negated());
        format!("{by}已{verb} {amount} 元，不因重述改变")
    });
    each.collect()
}

/// Why not all of a difference is adjusted; empty when it is.
pub(super) fn remark(one: &Restated) -> String {
    let mut parts = decisions(&one.decisions);
    if one.short_fen > Fen::ZERO {
        parts.push(format!("资金不足，{} 元列为未落实", one.short_fen));
    }
    if one.stuck_fen > Fen::ZERO {
        parts.push(format!("{} 元缓拨、申诉或在途，暂不能调减", one.stuck_fen));
    }
    parts.join("；")
}

fn unfunded_remark(one: &RestatedUnfunded) -> String {
    let mut parts = decisions(&one.decisions);
    let rest = one.due_fen.get() - one.standing_fen().get() - one.change_fen.get();
    if rest != 0 && parts.is_empty() {
        parts.push("其余已结转或失效".to_owned());
    }
    parts.join("；")
}

impl App {
    /// The report of a restatement; `order` is the one that was proposed, if any.
    pub fn restatement_report(
        &self,
        restated: &RestatedMonth,
        order: Option<&OrderSheet>,
    ) -> Result<RestatementReport, Error> {
        let books = self.books()?;
        let paid = restated.differing().map(|one| RestatedRow {
            department: restated.name(&one.department).to_owned(),
            component: one.component.title().to_owned(),
            line: restated.line_text(&one.line),
            booked_fen: one.standing_fen(),
            due_fen: one.due_fen,
            change_fen: one.change_fen,
            remark: remark(one),
        });
        let unfunded = restated.differing_unfunded().map(|one| RestatedRow {
            department: restated.name(&one.department).to_owned(),
            component: one.component.title().to_owned(),
            line: String::new(),
            booked_fen: one.standing_fen(),
            due_fen: one.due_fen,
            change_fen: one.change_fen,
            remark: unfunded_remark(one),
        });
        let waiting = || restated.waiting.as_ref();
        let state = match (order, waiting()) {
            (Some(order), _) => format!(
                "指令 {}：{}，{} 条，共 {} 元，依据 {}，经办 {}。",
                order.id,
                order.stage_title,
                order.control.count,
                order.control.total_fen,
                order.document,
                order.maker
            ),
            (None, Some(id)) => format!("指令 {id} 待审批。"),
            (None, None) if restated.is_settled() => "账簿无须调整。".to_owned(),
            (None, None) => format!(
                "尚未提出；提出后记入 {}，标明所属 {}。",
                domain::Period::containing(restated.posted_on),
                restated.period
            ),
        };
        Ok(RestatementReport {
            issuer: self.config().issuer.clone(),
            made_on: restated.posted_on,
            run: restated.run.to_string(),
            facts: (restated.facts_then.clone(), restated.facts_now.clone()),
            files: restated.files_since.clone(),
            month: self.comparison_report(&restated.comparison)?,
            paid: paid.collect(),
            unfunded: unfunded.collect(),
            lines: restated.adjustments(&books),
            state,
        })
    }

    /// Writes the report: as a page, a workbook or an official page, by the ending of the name; into
    /// a folder as a page.
    pub fn write_restatement(
        &self,
        report: &RestatementReport,
        to: &Path,
    ) -> Result<PathBuf, Error> {
        let ending = to.extension().map(std::ffi::OsStr::to_ascii_lowercase);
        let bytes = match ending.as_ref().and_then(|ending| ending.to_str()) {
            Some("pdf") => report::restatement::pdf(report, &self.fonts()?)?.bytes,
            Some("xlsx") => report::restatement::workbook(report)?,
            Some("html" | "htm") => report::restatement::html(report)?.into_bytes(),
            None => {
                let path = to.join(format!("考核重述-{}.html", report.month.period));
                crate::write_whole(&path, report::restatement::html(report)?.as_bytes())?;
                return Ok(path);
            }
            Some(other) => {
                return Err(Error::BadInput {
                    what: "报告文件",
                    reason: format!(
                        "不支持“.{other}”，请用 .html、.xlsx 或 .pdf，或给出文件夹 \
                         (use .html, .xlsx, .pdf, or a folder)"
                    ),
                });
            }
        };
        crate::write_whole(to, &bytes)?;
        Ok(to.to_path_buf())
    }
}
