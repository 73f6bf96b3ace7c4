//! What was corrected of published months in the month of a bulletin: appeals decided, adjustments
//! posted. Each is told once, by its business date.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use domain::{AppealId, DepartmentId, Fen, OrderId, Period};
use ledger::{Account, Basis, Books, Component, Kind, Transaction, restatement};
use report::model::{AdjustmentRow, AppealRow, Corrections};

use crate::App;
use crate::appeals::AppealSheet;
use crate::clock::shanghai_date;
use crate::error::Error;

impl App {
    /// The corrections to tell in the bulletin of a month.
    pub(super) fn corrections(&self, period: Period) -> Result<Corrections, Error> {
        let books = self.books()?;
        let mut appeals = Vec::new();
        for sheet in self.appeals_unchecked()? {
            if let Some(row) = self.decided_in(period, &sheet, &books)? {
                appeals.push(row);
            }
        }
        appeals.sort_by(|a, b| (a.decided_on, &a.id).cmp(&(b.decided_on, &b.id)));
        Ok(Corrections {
            appeals,
            adjustments: adjustments(&books, period, &self.department_names()?),
        })
    }

    /// An appeal, if it was decided in the month.
    fn decided_in(
        &self,
        period: Period,
        sheet: &AppealSheet,
        books: &Books,
    ) -> Result<Option<AppealRow>, Error> {
        let Some(ruling) = sheet
            .ruling
            .as_ref()
            .filter(|own| own.outcome != "withdrawn")
        else {
            return Ok(None);
        };
        // The business date of what it moved; where it moved nothing, the day of its record.
        let decided_on = if let Some(day) = resolved_on(books, &sheet.id) {
            Some(day)
        } else {
            let history = self.appeal_history(&sheet.id)?;
            history.last().map(|last| shanghai_date(last.at))
        };
        let Some(decided_on) = decided_on.filter(|day| period.contains(*day)) else {
            return Ok(None);
        };
        let won = matches!(ruling.outcome, "upheld" | "partly");
        let changes = if won {
            self.changes(sheet)?
        } else {
            Vec::new()
        };
        Ok(Some(AppealRow {
            decided_on,
            id: sheet.id.to_string(),
            department: sheet.department_name.clone(),
            period: sheet.entry.period,
            subject: sheet.subject.clone(),
            outcome: sheet.stage_title.to_owned(),
            document: ruling.document.clone(),
            changes,
            money: money(sheet, ruling.cut_fen, books),
        }))
    }

    /// Old and new values of an appeal that was won. A recalculation that cannot be done has none.
    fn changes(&self, sheet: &AppealSheet) -> Result<Vec<String>, Error> {
        let preview = match self.announced(sheet) {
            Ok(preview) => preview,
            Err(Error::BadInput { .. } | Error::Conflict { .. }) => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let indicators = preview.indicators.iter();
        let mut changes: Vec<String> = indicators
            .map(|(title, before, after)| format!("{title} {before} → {after} 分"))
            .collect();
        let (before, after) = (&preview.before, &preview.after);
        if before.total != after.total {
            changes.push(format!("总分 {} → {} 分", before.total, after.total));
        }
        if before.grade != after.grade {
            changes.push(format!("等次 {} → {}", before.grade, after.grade));
        }
        let lines = preview
            .lines
            .iter()
            .filter(|own| own.before_fen != own.after_fen);
        changes.extend(lines.map(|own| {
            let title = own.component.title();
            format!("{title} {} → {} 元", own.before_fen, own.after_fen)
        }));
        Ok(changes)
    }
}

/// Business date on which the money that an appeal contested was released or cut.
fn resolved_on(books: &Books, appeal: &AppealId) -> Option<NaiveDate> {
    let by_it = |own: &Transaction| {
        own.kind == Kind::Resolve
            && matches!(&own.basis, Some(Basis::Appeal { appeal: by }) if by == appeal)
    };
    let mut ends = books.transactions().filter(|(_, own)| by_it(own));
    ends.next().map(|(_, own)| own.effective_on)
}

/// What becomes of the money of an appeal.
fn money(sheet: &AppealSheet, cut_fen: Fen, books: &Books) -> String {
    let mut parts = Vec::new();
    if cut_fen > Fen::ZERO {
        parts.push(format!(
            "争议 {} 元，核减 {cut_fen} 元",
            sheet.contested_fen
        ));
    } else if sheet.contested_fen > Fen::ZERO {
        parts.push(format!("争议 {} 元恢复可付", sheet.contested_fen));
    }
    let order = sheet.order.as_ref().and_then(|id| books.order(id));
    if let Some(state) = order {
        parts.push(match state.stage {
            ledger::OrderStage::Proposed => "调整待审批".to_owned(),
            ledger::OrderStage::Approved => {
                let amounts = state.order.lines.iter().map(ledger::OrderLine::amount_fen);
                let total = Fen::checked_sum(amounts).unwrap_or_default();
                format!("已调整 {total} 元")
            }
            ledger::OrderStage::Refused => "调整未获批准".to_owned(),
        });
    }
    parts.join("，")
}

/// Adjustments of earlier months posted in a month, by order, month, department and component.
fn adjustments(
    books: &Books,
    period: Period,
    names: &BTreeMap<DepartmentId, String>,
) -> Vec<AdjustmentRow> {
    type Key = (OrderId, Period, DepartmentId, Component);
    let mut rows: BTreeMap<Key, AdjustmentRow> = BTreeMap::new();
    let posted = books.transactions().filter(|(seq, own)| {
        own.kind == Kind::Adjust && period.contains(own.effective_on) && !books.is_reversed(*seq)
    });
    for (_, transaction) in posted {
        let parts = (
            transaction.order_line(),
            &transaction.department,
            transaction.component,
        );
        let (Some((order, _)), Some(department), Some(component)) = parts else {
            continue;
        };
        let month = transaction.for_period;
        let key = (order.clone(), month, department.clone(), component);
        let row = rows.entry(key).or_insert_with(|| AdjustmentRow {
            posted_on: transaction.effective_on,
            order: order.to_string(),
            cause: cause(order, month).to_owned(),
            period: month,
            department: names
                .get(department)
                .map_or_else(|| department.to_string(), Clone::clone),
            component: component.title().to_owned(),
            amount_fen: Fen::ZERO,
            unfunded_fen: Fen::ZERO,
        });
        let (owed, unfunded) = moved(transaction, department);
        row.amount_fen = [row.amount_fen, owed].iter().sum();
        row.unfunded_fen = [row.unfunded_fen, unfunded].iter().sum();
    }
    rows.into_values().collect()
}

/// What an adjustment makes a department be owed more, and be shown as unfunded more.
fn moved(transaction: &Transaction, department: &DepartmentId) -> (Fen, Fen) {
    let payable = transaction.amount_on(&Account::Payable(department.clone()));
    let clawback = transaction.amount_on(&Account::Clawback(department.clone()));
    let unfunded = transaction.amount_on(&Account::Unfunded(department.clone()));
    let owed: Fen = [payable.negated(), clawback.negated()].iter().sum();
    (owed, unfunded)
}

fn cause(order: &OrderId, period: Period) -> &'static str {
    if restatement::is_of(order, period) {
        "考核重述"
    } else if order.as_str().starts_with(crate::appeals::ADJUSTMENT) {
        "申诉裁决"
    } else {
        "其他更正"
    }
}
