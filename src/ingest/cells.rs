//! The cells of one row, read as the values their columns hold; what does not fit is a reject.

use std::borrow::Cow;
use std::fmt::Display;

use chrono::NaiveDate;
use csv::StringRecord;
use domain::{Decimal4, Fen, Period};

use crate::header::Header;
use crate::layout::Column;
use crate::reject::{Reject, excerpt};
use crate::value::{self, fold, is_eaten_by_excel};

/// Longest text a cell may hold, in bytes: that of Excel.
const LONGEST: usize = 32_767;
/// Longest id, in bytes.
const LONGEST_ID: usize = 120;

/// One row.
#[derive(Clone, Copy)]
pub(crate) struct Cells<'a> {
    pub(crate) header: &'a Header,
    pub(crate) record: &'a StringRecord,
    pub(crate) line: u32,
    pub(crate) today: NaiveDate,
}

impl<'a> Cells<'a> {
    /// The cell as it stands, trimmed; empty when the file has no such column.
    pub(crate) fn raw(&self, column: usize) -> &'a str {
        let place = self.header.places.get(column).copied().flatten();
        place
            .and_then(|place| self.record.get(place))
            .map_or("", str::trim)
    }

    /// The cell folded to half-width.
    pub(crate) fn folded(&self, column: usize) -> Cow<'a, str> {
        fold(self.raw(column))
    }

    /// Header of a column.
    pub(crate) fn name(&self, column: usize) -> &'static str {
        self.header
            .kind
            .columns()
            .get(column)
            .map_or("", |Column { name, .. }| name)
    }

    /// A reject at a column. `what` completes «第 3 行“列”的值“…”».
    pub(crate) fn reject(
        &self,
        column: usize,
        code: &'static str,
        (what, english): (&str, &str),
        remedy: impl Into<String>,
    ) -> Reject {
        let (line, name, value) = (self.line, self.name(column), excerpt(self.raw(column)));
        let shown = if value.is_empty() {
            String::new()
        } else {
            format!("的值“{value}”")
        };
        Reject {
            line,
            reason: format!("第 {line} 行“{name}”{shown}{what} ({english})"),
            column: name.to_owned(),
            value,
            code,
            remedy: remedy.into(),
        }
    }

    /// Refuses an empty cell of a column that must be filled.
    fn filled(&self, column: usize) -> Result<Cow<'a, str>, Reject> {
        let text = self.folded(column);
        if !text.is_empty() {
            return Ok(text);
        }
        let name = self.name(column);
        Err(Reject {
            line: self.line,
            column: name.to_owned(),
            value: String::new(),
            code: "missing",
            reason: format!("第 {} 行“{name}”为空 (missing value)", self.line),
            remedy: format!("请补填“{name}”"),
        })
    }

    /// Free text, which may be empty; kept as written.
    pub(crate) fn text(&self, column: usize) -> Result<String, Reject> {
        let text = self.raw(column);
        if text.len() > LONGEST {
            let what = ("过长", "text too long");
            return Err(self.reject(column, "too_long", what, "请缩短到 1 万字以内"));
        }
        Ok(text.to_owned())
    }

    /// Free text that must not be empty.
    pub(crate) fn filled_text(&self, column: usize) -> Result<String, Reject> {
        self.filled(column)?;
        self.text(column)
    }

    /// An id: folded, not empty, not mangled by Excel (T23).
    pub(crate) fn id(&self, column: usize) -> Result<Cow<'a, str>, Reject> {
        let id = self.filled(column)?;
        if is_eaten_by_excel(&id) {
            return Err(self.eaten(column));
        }
        if id.len() > LONGEST_ID || id.chars().any(char::is_control) {
            let what = ("不是合法的编号", "not an id");
            let remedy = "编号不超过 120 字节，不含换行和控制字符";
            return Err(self.reject(column, "id", what, remedy));
        }
        Ok(id)
    }

    /// The reject for an id that Excel took for a number.
    pub(crate) fn eaten(&self, column: usize) -> Reject {
        let what = ("被 Excel 当作数字，原编号已丢失", "id mangled by Excel");
        let remedy = "请把该列设为“文本”格式后从原系统重新导出";
        self.reject(column, "excel_id", what, remedy)
    }

    /// A six-digit jurisdiction code.
    pub(crate) fn jurisdiction(&self, column: usize) -> Result<Cow<'a, str>, Reject> {
        let code = self.id(column)?;
        if code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit()) {
            return Ok(code);
        }
        let what = ("不是六位行政区划代码", "not a six-digit code of GB/T 2260");
        let remedy = "请按 GB/T 2260 填写六位数字，并把该列设为“文本”格式以免丢失前导零";
        Err(self.reject(column, "code", what, remedy))
    }

    /// A date that must be there.
    pub(crate) fn date(&self, column: usize) -> Result<NaiveDate, Reject> {
        let text = self.filled(column)?;
        value::date(&text).ok_or_else(|| {
            let what = ("不是日期", "not a date");
            self.reject(column, "date", what, "请写作 2026-03-05")
        })
    }

    /// A date that must be there and can't lie in the future.
    pub(crate) fn past_date(&self, column: usize) -> Result<NaiveDate, Reject> {
        let day = self.date(column)?;
        if day <= self.today {
            return Ok(day);
        }
        let what = ("晚于导入日", "in the future");
        Err(self.reject(column, "future", what, "请核对年份和月份"))
    }

    /// A past date, or nothing.
    pub(crate) fn past_date_if_any(&self, column: usize) -> Result<Option<NaiveDate>, Reject> {
        if self.raw(column).is_empty() {
            return Ok(None);
        }
        self.past_date(column).map(Some)
    }

    /// A past date not before `start`, or nothing.
    pub(crate) fn date_since(
        &self,
        column: usize,
        start: NaiveDate,
        start_name: &str,
    ) -> Result<Option<NaiveDate>, Reject> {
        let day = self.past_date_if_any(column)?;
        if day.is_none_or(|day| day >= start) {
            return Ok(day);
        }
        let what = format!("早于“{start_name}”{start}");
        Err(self.reject(
            column,
            "order",
            (&what, "dates out of order"),
            "请核对两个日期",
        ))
    }

    /// A month of assessment that has begun.
    pub(crate) fn period(&self, column: usize) -> Result<Period, Reject> {
        let text = self.filled(column)?;
        // A workbook turns 2026-03 into the first of March; other exports write 2026年3月.
        let period = text
            .parse()
            .ok()
            .or_else(|| value::date(&format!("{text}-01")).map(Period::containing))
            .or_else(|| {
                let month = text.strip_suffix('月')?;
                value::date(&format!("{month}月1日")).map(Period::containing)
            })
            .or_else(|| {
                let packed = (text.len() == 6).then(|| format!("{text}01"))?;
                value::date(&packed).map(Period::containing)
            })
            .or_else(|| value::date(&text).map(Period::containing))
            .ok_or_else(|| {
                let what = ("不是考核周期", "not a period");
                self.reject(column, "period", what, "请写作 2026-03")
            })?;
        if period.first_day() > self.today {
            let what = ("晚于导入日所在月份", "period in the future");
            return Err(self.reject(column, "future", what, "请核对年份和月份"));
        }
        Ok(period)
    }

    /// A whole number not below zero; `empty` stands for an empty cell where one is allowed.
    pub(crate) fn count<N: TryFrom<u64>>(
        &self,
        column: usize,
        empty: Option<N>,
    ) -> Result<N, Reject> {
        let raw = self.raw(column);
        let text = match empty {
            Some(number) if raw.is_empty() => return Ok(number),
            _ => self.filled(column)?,
        };
        value::count(&text)
            .and_then(|number| N::try_from(number).ok())
            .ok_or_else(|| {
                let what = ("不是非负整数，或超出范围", "not a whole number");
                self.reject(column, "number", what, "请填写不带单位的非负整数")
            })
    }

    /// An amount of yuan.
    pub(crate) fn amount(&self, column: usize) -> Result<Fen, Reject> {
        let text = self.filled(column)?;
        text.parse().map_err(|_| {
            let what = ("不是金额", "not an amount in yuan");
            let remedy = "请填写以元为单位、最多两位小数的数字";
            self.reject(column, "amount", what, remedy)
        })
    }

    /// A number from zero up with at most four decimals.
    pub(crate) fn decimal(&self, column: usize) -> Result<Decimal4, Reject> {
        let text = self.filled(column)?;
        text.parse().map_err(|_| {
            let what = ("不是非负数，或小数超过四位", "not a number");
            self.reject(
                column,
                "number",
                what,
                "请填写不带单位、最多四位小数的非负数",
            )
        })
    }

    /// A term of a fixed vocabulary.
    pub(crate) fn term<T>(
        &self,
        column: usize,
        from_name: impl Fn(&str) -> Option<T>,
        allowed: impl Display,
    ) -> Result<T, Reject> {
        let text = self.filled(column)?;
        from_name(&text)
            .or_else(|| from_name(&text.to_lowercase()))
            .ok_or_else(|| {
                let what = ("不认识", "unknown term");
                self.reject(column, "term", what, format!("请填写：{allowed}"))
            })
    }
}
