//! The restatement report: its model, and its page.

use std::path::{Path, PathBuf};

use domain::Fen;
use ledger::OrderLine;
use ledger::restatement::{Restated, RestatedUnfunded};
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
        paid.filter(|one| {
            let booked = one.booked_fen.get() + one.decided_fen.get();
            booked != one.due_fen.get() || one.change_fen != Fen::ZERO
        })
    }

    /// What is unfunded, where anything differs.
    pub fn differing_unfunded(&self) -> impl Iterator<Item = &RestatedUnfunded> {
        let unfunded = self.restatement.unfunded.iter();
        unfunded.filter(|one| one.booked_fen != one.due_fen)
    }
}

/// Why not all of a difference is adjusted; empty when it is.
pub(super) fn remark(one: &Restated) -> String {
    let mut parts = Vec::new();
    if one.decided_fen != Fen::ZERO {
        parts.push(format!("含其他决定 {} 元", one.decided_fen));
    }
    if one.short_fen > Fen::ZERO {
        parts.push(format!("资金不足，{} 元列为未落实", one.short_fen));
    }
    if one.stuck_fen > Fen::ZERO {
        parts.push(format!(
            "{} 元缓拨、申诉、在途或已扣减，暂不能调减",
            one.stuck_fen
        ));
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
            booked_fen: Fen::new(one.booked_fen.get() + one.decided_fen.get()),
            due_fen: one.due_fen,
            change_fen: one.change_fen,
            remark: remark(one),
        });
        let unfunded = restated.differing_unfunded().map(|one| RestatedRow {
            department: restated.name(&one.department).to_owned(),
            component: one.component.title().to_owned(),
            line: String::new(),
            booked_fen: one.booked_fen,
            due_fen: one.due_fen,
            change_fen: one.change_fen,
            remark: if one.due_fen.get() - one.booked_fen.get() == one.change_fen.get() {
                String::new()
            } else {
                "其余已结转或失效".to_owned()
            },
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

    /// Writes the report as a page into a folder.
    pub fn write_restatement(
        &self,
        report: &RestatementReport,
        folder: &Path,
    ) -> Result<PathBuf, Error> {
        let name = format!("考核重述-{}.html", report.month.period);
        let path = folder.join(name);
        crate::write_whole(&path, report::restatement::html(report)?.as_bytes())?;
        Ok(path)
    }
}
