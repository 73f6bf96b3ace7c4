//! Reading one TOML table: each key by type, what is missing or odd reported with its place, and at
//! the end every key that nobody asked for.

mod nested;
mod rule;

use std::cell::RefCell;
use std::ops::Range;

use chrono::NaiveDate;
use domain::{Diagnostic, Place};
use toml_edit::{Item, TableLike, Value};

use super::source::SourceText;
use crate::exact::Exact;
use crate::formula::did_you_mean;

/// Findings so far.
pub(crate) type Findings = RefCell<Vec<Diagnostic>>;

/// A table being read.
pub(crate) struct Cursor<'a> {
    pub(crate) source: SourceText<'a>,
    pub(crate) findings: &'a Findings,
    table: &'a dyn TableLike,
    span: Range<usize>,
    /// What it is, in messages: `[[parameter]] reward_share`.
    pub(crate) what: String,
    asked: RefCell<Vec<&'static str>>,
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(
        source: SourceText<'a>,
        findings: &'a Findings,
        table: &'a dyn TableLike,
        span: Option<Range<usize>>,
        what: impl Into<String>,
    ) -> Self {
        Self {
            source,
            findings,
            table,
            span: span.unwrap_or(0..0),
            what: what.into(),
            asked: RefCell::new(Vec::new()),
        }
    }

    /// Where the table starts.
    pub(crate) fn place(&self) -> Place {
        self.source.place(self.span.start)
    }

    fn report(&self, diagnostic: Diagnostic) {
        self.findings.borrow_mut().push(diagnostic);
    }

    /// Reports an error about the value of a key, or about the table when the key is absent.
    pub(crate) fn error(&self, key: &str, code: &'static str, message: String, help: &str) {
        let span = self.table.get(key).and_then(Item::span);
        let span = span.unwrap_or_else(|| self.span.clone());
        self.report(self.source.error(code, span, message).with_help(help));
    }

    fn get(&self, key: &'static str) -> Option<&'a Item> {
        self.asked.borrow_mut().push(key);
        self.table.get(key)
    }

    /// The value of a key, whatever it is.
    pub(crate) fn item(&self, key: &'static str) -> Option<&'a Item> {
        self.get(key)
    }

    fn missing(&self, key: &'static str) {
        let message = format!("{} 缺少 `{key}` (missing key {key})", self.what);
        self.error(key, "rules.missing_key", message, "");
    }

    fn wrong(&self, key: &str, wanted: &str, help: &str) {
        let message = format!(
            "{} 的 `{key}` 应为{wanted} (wrong type for {key})",
            self.what
        );
        self.error(key, "rules.wrong_type", message, help);
    }

    /// An optional text.
    pub(crate) fn text(&self, key: &'static str) -> Option<String> {
        let item = self.get(key)?;
        if let Some(text) = item.as_str() {
            return Some(text.to_owned());
        }
        self.wrong(key, "带引号的文本 quoted text", "");
        None
    }

    /// A text that must be there and not be empty.
    pub(crate) fn required_text(&self, key: &'static str) -> Option<String> {
        if self.table.get(key).is_none() {
            let _ = self.get(key);
            self.missing(key);
            return None;
        }
        let text = self.text(key)?;
        if text.trim().is_empty() {
            let message = format!("{} 的 `{key}` 是空的 ({key} is empty)", self.what);
            self.error(key, "rules.empty", message, "");
            return None;
        }
        Some(text)
    }

    /// An id: letters, digits, `_` and `-`, starting with a letter.
    pub(crate) fn id(&self) -> Option<String> {
        let id = self.required_text("id")?;
        let mut characters = id.chars();
        let starts = characters.next().is_some_and(|c| c.is_ascii_lowercase());
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "_-".contains(c);
        if starts && id.chars().all(plain) && id.len() <= 64 {
            return Some(id);
        }
        self.error(
            "id",
            "rules.bad_id",
            format!("“{id}”不能作标识：用小写字母、数字、下划线，以字母开头 (not an id)"),
            "",
        );
        None
    }

    /// An optional quoted number.
    pub(crate) fn number(&self, key: &'static str) -> Option<Exact> {
        let item = self.get(key)?;
        match item {
            Item::Value(Value::String(text)) => {
                let number = text.value().parse().ok();
                if number.is_none() {
                    self.wrong(
                        key,
                        "十进制数 a decimal number",
                        "例如 \"0.70\" (for example)",
                    );
                }
                number
            }
            Item::Value(Value::Integer(_) | Value::Float(_)) => {
                self.unquoted(key, item);
                None
            }
            _ => {
                self.wrong(
                    key,
                    "带引号的数 a quoted number",
                    "例如 \"0.70\" (for example)",
                );
                None
            }
        }
    }

    fn unquoted(&self, key: &str, item: &Item) {
        let written = item
            .span()
            .and_then(|span| self.source.text.get(span))
            .unwrap_or_default();
        self.error(
            key,
            "rules.unquoted_number",
            format!(
                "{} 的 `{key}` 是没有引号的数；决定分数和金额的数须加引号 (unquoted number)",
                self.what
            ),
            &format!("写作 {key} = \"{written}\" (quote it)"),
        );
    }

    /// A quoted number that must be there.
    pub(crate) fn required_number(&self, key: &'static str) -> Option<Exact> {
        if self.table.get(key).is_none() {
            let _ = self.get(key);
            self.missing(key);
            return None;
        }
        self.number(key)
    }

    /// An optional whole number from zero up to `most`.
    pub(crate) fn whole(&self, key: &'static str, most: u32) -> Option<u32> {
        let item = self.get(key)?;
        let value = match item {
            Item::Value(Value::Integer(number)) => u32::try_from(*number.value()).ok(),
            Item::Value(Value::String(text)) => text.value().parse().ok(),
            _ => None,
        };
        if value.is_none_or(|value| value > most) {
            self.wrong(key, &format!("0 至 {most} 的整数 a whole number"), "");
            return None;
        }
        value
    }

    /// An optional day.
    pub(crate) fn date(&self, key: &'static str) -> Option<NaiveDate> {
        let item = self.get(key)?;
        let date = item.as_datetime().filter(|value| value.time.is_none());
        let date = date.and_then(|value| value.date).and_then(|date| {
            let (month, day) = (u32::from(date.month), u32::from(date.day));
            NaiveDate::from_ymd_opt(i32::from(date.year), month, day)
        });
        if date.is_none() {
            self.wrong(
                key,
                "日期 a date",
                "写作 2025-08-01，不加引号 (write it unquoted)",
            );
        }
        date
    }

    /// An optional truth value.
    pub(crate) fn flag(&self, key: &'static str) -> Option<bool> {
        let item = self.get(key)?;
        if item.as_bool().is_none() {
            self.wrong(key, "true 或 false", "");
        }
        item.as_bool()
    }

    /// One of a few words.
    pub(crate) fn word<T: Copy>(
        &self,
        key: &'static str,
        words: &[(&'static str, T)],
    ) -> Option<T> {
        let text = self.text(key)?;
        let found = words.iter().find(|(word, _)| *word == text);
        if let Some((_, value)) = found {
            return Some(*value);
        }
        let help = did_you_mean(&text, words.iter().map(|(word, _)| *word));
        let message = format!("{} 的 `{key}` 不认识“{text}” (unknown {key})", self.what);
        self.error(key, "rules.unknown_word", message, &help);
        None
    }

    /// Texts of a list, or one text.
    pub(crate) fn texts(&self, key: &'static str) -> Option<Vec<String>> {
        let item = self.get(key)?;
        if let Some(text) = item.as_str() {
            return Some(vec![text.to_owned()]);
        }
        let texts: Option<Vec<String>> = item.as_array().and_then(|array| {
            let each = array.iter().map(|value| value.as_str().map(str::to_owned));
            each.collect()
        });
        if texts.is_none() {
            self.wrong(key, "文本或文本列表 text or list of texts", "");
        }
        texts
    }

    /// All keys with their values, for tables whose keys are names; such a table needs no `finish`.
    pub(crate) fn entries(&self) -> Vec<(&'a str, &'a Item)> {
        self.table.iter().collect()
    }

    /// Whether the key is there.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    /// Reports keys that nobody asked for.
    pub(crate) fn finish(self) {
        let asked = self.asked.borrow();
        for (key, item) in self.table.iter() {
            if asked.contains(&key) {
                continue;
            }
            let key_span = self.table.key(key).and_then(toml_edit::Key::span);
            let span = key_span.or_else(|| item.span());
            let span = span.unwrap_or_else(|| self.span.clone());
            let message = format!("{} 没有 `{key}` 这一项 (unknown key {key})", self.what);
            let help = did_you_mean(key, asked.iter().copied());
            let finding = self.source.error("rules.unknown_key", span, message);
            self.report(finding.with_help(help));
        }
    }
}
