//! Values that only rule packs have: citations and formulas.

use toml_edit::Item;

use super::Cursor;
use crate::pack::{Cite, Formula};

impl Cursor<'_> {
    /// Citations; reported when absent and required.
    pub(crate) fn cites(&self, required: bool) -> Vec<Cite> {
        let texts = self.texts("cite").unwrap_or_default();
        let cites: Vec<Cite> = texts
            .iter()
            .map(|text| {
                let (source, article) = text.split_once(':').unwrap_or((text, ""));
                Cite {
                    source: source.trim().to_owned(),
                    article: article.trim().to_owned(),
                }
            })
            .collect();
        if required && cites.is_empty() {
            self.error(
                "cite",
                "rules.missing_cite",
                format!("{} 没有出处 `cite` (no citation)", self.what),
                "写明条款，如 cite = \"tiaoli:21\"；自定的写 cite = \"ours\" (cite an article)",
            );
        }
        cites
    }

    /// An optional formula.
    pub(crate) fn formula(&self, key: &'static str) -> Option<Formula> {
        let text = self.text(key)?;
        let span = self.table.get(key).and_then(Item::span)?;
        let raw = self.source.text.get(span.clone()).unwrap_or_default();
        let quotes = if raw.starts_with("\"\"\"") || raw.starts_with("'''") {
            3
        } else {
            1
        };
        let after = raw.get(quotes..).unwrap_or_default();
        let newline = match after {
            _ if quotes == 1 => 0,
            after if after.starts_with("\r\n") => 2,
            after => usize::from(after.starts_with('\n')),
        };
        Some(Formula {
            text,
            place: self.source.place(span.start + quotes + newline),
        })
    }

    /// A formula that must be there.
    pub(crate) fn required_formula(&self, key: &'static str) -> Option<Formula> {
        if self.table.get(key).is_none() {
            let _ = self.get(key);
            self.missing(key);
            return None;
        }
        self.formula(key)
    }
}
