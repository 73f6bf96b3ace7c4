//! Dates: literals and working days.

use chrono::Datelike as _;
use sqlparser::ast::{Expr, Spanned, TypedString, Value};

use super::{Checker, plain};
use crate::formula::operators;
use crate::formula::tree::{Kind, Node, Ty};
use crate::schema::Unit;

impl Checker<'_> {
    pub(super) fn workdays(&mut self, from: &Expr, to: &Expr) -> Option<Node> {
        let from = self.date(from);
        let to = self.date(to);
        let kind = Kind::Workdays(Box::new(from?), Box::new(to?));
        Some(plain(kind, Ty::scaled(Unit::Days, 0)))
    }

    pub(super) fn add_workdays(&mut self, date: &Expr, days: &Expr) -> Option<Node> {
        let date = self.date(date);
        let node = self.value(days);
        let node = node.and_then(|node| self.accept(days.span(), operators::whole_days(node)));
        let kind = Kind::AddWorkdays(Box::new(date?), Box::new(node?));
        Some(plain(kind, Ty::Date))
    }

    pub(super) fn is_workday(&mut self, date: &Expr) -> Option<Node> {
        let date = self.date(date)?;
        Some(plain(Kind::IsWorkday(Box::new(date)), Ty::Bool))
    }

    fn date(&mut self, expr: &Expr) -> Option<Node> {
        let node = self.value(expr)?;
        if node.ty == Ty::Date {
            return Some(node);
        }
        self.mismatch(expr.span(), "日期 date", node.ty);
        None
    }

    pub(in crate::formula) fn date_literal(
        &mut self,
        expr: &Expr,
        typed: &TypedString,
    ) -> Option<Node> {
        let text = match &typed.value.value {
            Value::SingleQuotedString(text) => text.as_str(),
            _ => "",
        };
        let is_date = typed.data_type.to_string() == "DATE";
        let day = text.parse::<chrono::NaiveDate>().ok();
        let day = day.filter(|day| is_date && text.len() == 10 && day.year() > 0);
        let Some(day) = day else {
            self.fault(
                expr.span(),
                "rules.date",
                format!("“{expr}”不是日期 (not a date)"),
                "写作 DATE '2025-08-01' (write DATE '2025-08-01')",
            );
            return None;
        };
        Some(plain(Kind::Date(day.num_days_from_ce()), Ty::Date))
    }
}
