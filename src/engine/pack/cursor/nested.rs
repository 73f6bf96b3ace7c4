//! Tables within a table.

use chrono::NaiveDate;
use domain::DateRange;
use toml_edit::TableLike;

use super::Cursor;

impl<'a> Cursor<'a> {
    /// `effective`, or the range around it.
    pub(crate) fn effective(&self, outer: DateRange) -> DateRange {
        let Some(inner) = self.inner("effective") else {
            return outer;
        };
        let range = inner.range(outer.from);
        inner.finish();
        range
    }

    /// `from` (or a default) and `to` of this table.
    pub(crate) fn range(&self, default_from: NaiveDate) -> DateRange {
        let range = DateRange {
            from: self.date("from").unwrap_or(default_from),
            to: self.date("to"),
        };
        if range.is_empty() {
            self.error(
                "to",
                "rules.empty_range",
                format!(
                    "{} 的有效期是空的：自 {} 起，至 {} 前 (empty range)",
                    self.what,
                    range.from,
                    range.to.unwrap_or(range.from)
                ),
                "`to` 是失效的第一天，须晚于 `from` (to is the first day no longer in force)",
            );
        }
        range
    }

    /// A table under a key.
    pub(crate) fn inner(&self, key: &'static str) -> Option<Cursor<'a>> {
        let item = self.get(key)?;
        let Some(table) = item.as_table_like() else {
            self.wrong(key, "表 { … } a table", "");
            return None;
        };
        let what = format!("{} {key}", self.what);
        Some(Cursor::new(
            self.source,
            self.findings,
            table,
            item.span(),
            what,
        ))
    }

    /// Tables of an array under a key.
    pub(crate) fn list(&self, key: &'static str) -> Vec<Cursor<'a>> {
        let Some(item) = self.get(key) else {
            return Vec::new();
        };
        let make = |table: &'a dyn TableLike, span| {
            let what = format!("{} {key}", self.what);
            Cursor::new(self.source, self.findings, table, span, what)
        };
        if let Some(tables) = item.as_array_of_tables() {
            return tables
                .iter()
                .map(|table| make(table as &dyn TableLike, table.span()))
                .collect();
        }
        let tables = item.as_array().and_then(|array| {
            let each = array.iter().map(|value| {
                let table = value.as_inline_table()?;
                Some(make(table as &dyn TableLike, value.span()))
            });
            each.collect::<Option<Vec<_>>>()
        });
        if tables.is_none() {
            self.wrong(key, "表的列表 a list of tables", "");
        }
        tables.unwrap_or_default()
    }
}
