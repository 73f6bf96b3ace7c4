//! Tests beside the rules: `tests/*.toml`, cases of given rows and expected results.
//!
//! ```toml
//! [[case]]
//! name = "答复逾期一天"
//! period = "2026-03"
//! subjects = ["甲局", "乙局"]              # one subject without it
//! groups = { "乙局" = "district" }         # peer groups; all are of one group without it
//! prior."乙局" = { total = "80", reply_on_time = "0.5" } # values of the period before
//! [[case.given.requests]]
//! subject = "乙局"                         # the first subject without it
//! received_on = 2026-03-02
//! importance = "1.5"
//! [case.expect]
//! "乙局".reply_on_time = "0"
//! ```
//! `[case.set]` changes settings of the pack for the case, as [`crate::pack::Setting`] has them:
//! `rounding.at = ["total"]`. What the keys of `expect` mean is the business of the crate that scores.

use std::cell::RefCell;
use std::collections::BTreeMap;

use chrono::NaiveDate;
use domain::{Diagnostic, Period, Place};
use toml_edit::{Item, TableLike, Value};

mod company;

use company::{read_groups, read_prior};

use crate::exact::Exact;
use crate::formula::did_you_mean;
use crate::frame::{Datum, Frame, FrameError, RowBuilder};
use crate::pack::{Cursor, Findings, Lines, PackFiles, Setting, SourceText, display_name, parse};
use crate::schema::{Schema, TableSchema, Type};

/// A case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackTest {
    /// What it shows.
    pub name: String,
    /// Period assessed.
    pub period: Period,
    /// Names of the subjects; at least one.
    pub subjects: Vec<String>,
    /// Peer groups by subject, where one is given.
    pub groups: BTreeMap<usize, String>,
    /// What subjects were in the period before: by subject, then by indicator id or `total`.
    pub prior: BTreeMap<usize, BTreeMap<String, Exact>>,
    /// Settings of the pack that are others in this case.
    pub settings: Vec<Setting>,
    /// Rows.
    pub given: Vec<GivenRow>,
    /// What must come out, in the order written.
    pub expect: Vec<Expectation>,
    /// Where it is written.
    pub place: Place,
}

/// A given row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GivenRow {
    /// Index of the subject.
    pub subject: usize,
    /// Fact table.
    pub table: String,
    /// Columns and values.
    pub values: Vec<(String, Datum)>,
    /// Where it is written.
    pub place: Place,
}

/// An expected value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expected {
    /// A quoted text or number.
    Text(String),
    /// A whole number.
    Whole(i64),
    /// True or false.
    Bool(bool),
    /// A day.
    Date(NaiveDate),
    /// Several.
    List(Vec<Self>),
}

/// A key with the value expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expectation {
    /// The key, with the tables above it: `["乙局", "reply_on_time"]`.
    pub key: Vec<String>,
    /// The value.
    pub value: Expected,
    /// Where it is written.
    pub place: Place,
}

impl PackTest {
    /// The given rows as a frame.
    pub fn frame(&self, schema: &Schema) -> Result<Frame, FrameError> {
        let mut builder = RowBuilder::new(schema, self.subjects.len());
        for row in &self.given {
            let values: Vec<(&str, Datum)> = row
                .values
                .iter()
                .map(|(name, value)| (name.as_str(), value.clone()))
                .collect();
            builder.push(row.subject, &row.table, &values)?;
        }
        builder.finish()
    }
}

/// Reads all tests of a pack; cases with errors are left out and reported.
pub fn load_tests(files: &PackFiles, schema: &Schema) -> (Vec<PackTest>, Vec<Diagnostic>) {
    let findings: Findings = RefCell::new(Vec::new());
    let mut tests = Vec::new();
    for (path, text) in &files.files {
        let is_test = path.starts_with("tests/")
            && std::path::Path::new(path)
                .extension()
                .is_some_and(|extension| extension == "toml");
        if !is_test {
            continue;
        }
        let name = display_name(files, path);
        let lines = Lines::of(text);
        let source = SourceText {
            name: &name,
            text,
            lines: &lines,
        };
        let Some(document) = parse(source, &findings) else {
            continue;
        };
        let root = Cursor::new(source, &findings, document.as_table(), None, name.as_str());
        for mut case in root.list("case") {
            let before = findings.borrow().len();
            let test = read_case(&mut case, schema);
            case.finish();
            if findings.borrow().len() == before {
                tests.extend(test);
            }
        }
        root.finish();
    }
    (tests, findings.into_inner())
}

fn read_case(case: &mut Cursor<'_>, schema: &Schema) -> Option<PackTest> {
    let name = case.required_text("name");
    if let Some(name) = &name {
        case.what = format!("[[case]] {name}");
    }
    let period = case.required_text("period").and_then(|text| {
        let period = text.parse::<Period>();
        if let Err(error) = &period {
            case.error("period", "tests.period", error.to_string(), "");
        }
        period.ok()
    });
    let subjects = case
        .texts("subjects")
        .unwrap_or_else(|| vec!["subject".into()]);
    if subjects.is_empty() {
        let message = format!("{} 的 subjects 是空的 (no subject)", case.what);
        case.error("subjects", "tests.subjects", message, "");
    }
    let mut settings = Vec::new();
    if let Some(set) = case.inner("set") {
        for (key, item) in set.entries() {
            read_setting(&set, key, item, &mut settings);
        }
    }
    let mut given = Vec::new();
    if let Some(tables) = case.inner("given") {
        for (table, item) in tables.entries() {
            given.extend(read_table(&tables, table, item, schema, &subjects));
        }
    }
    let groups = read_groups(case, &subjects);
    let prior = read_prior(case, &subjects);
    let mut expect = Vec::new();
    if let Some(expected) = case.inner("expect") {
        for (key, item) in expected.entries() {
            read_expectation(&expected, &[key.to_owned()], item, &mut expect);
        }
    } else {
        let message = format!(
            "{} 没有预期 `expect`，什么也没有检验 (expects nothing)",
            case.what
        );
        case.error("expect", "tests.expect", message, "");
    }
    Some(PackTest {
        name: name?,
        period: period?,
        subjects,
        groups,
        prior,
        settings,
        given,
        expect,
        place: case.place(),
    })
}

fn complain(cursor: &Cursor<'_>, item: &Item, code: &'static str, message: String, help: &str) {
    let span = item.span().unwrap_or(0..0);
    let finding = cursor.source.error(code, span, message).with_help(help);
    cursor.findings.borrow_mut().push(finding);
}

/// The index of a named subject.
fn subject_of(cursor: &Cursor<'_>, name: &str, item: &Item, subjects: &[String]) -> Option<usize> {
    let found = subjects.iter().position(|subject| subject == name);
    if found.is_none() {
        let help = did_you_mean(name, subjects.iter().map(String::as_str));
        let message = format!("没有对象“{name}” (unknown subject {name})");
        complain(cursor, item, "tests.subject", message, &help);
    }
    found
}

/// A setting as `Pack::with` takes it: nested tables are the parts of a key, a list is one text.
fn read_setting(cursor: &Cursor<'_>, key: &str, item: &Item, to: &mut Vec<Setting>) {
    if let Some(table) = item.as_table_like() {
        for (name, inner) in table.iter() {
            read_setting(cursor, &format!("{key}.{name}"), inner, to);
        }
        return;
    }
    let text = |value: &Value| match value {
        Value::String(text) => Some(text.value().clone()),
        Value::Integer(whole) => Some(whole.value().to_string()),
        _ => None,
    };
    let value = item.as_value().and_then(|value| match value {
        Value::Array(all) => all
            .iter()
            .map(text)
            .collect::<Option<Vec<_>>>()
            .map(|all| all.join(", ")),
        one => text(one),
    });
    let Some(value) = value else {
        let message = format!("设定“{key}”的值读不懂 (cannot read the setting)");
        complain(
            cursor,
            item,
            "tests.value",
            message,
            "小数加引号 (quote decimals)",
        );
        return;
    };
    to.push(Setting {
        key: key.to_owned(),
        value,
        place: cursor
            .source
            .place(item.span().map_or(0, |span| span.start)),
    });
}

fn read_table(
    cursor: &Cursor<'_>,
    name: &str,
    item: &Item,
    schema: &Schema,
    subjects: &[String],
) -> Vec<GivenRow> {
    let Some(table) = schema.table(name) else {
        let help = did_you_mean(name, schema.tables.iter().map(|one| one.name.as_str()));
        let message = format!("没有事实表“{name}” (unknown fact table {name})");
        complain(cursor, item, "rules.unknown_table", message, &help);
        return Vec::new();
    };
    let mut rows: Vec<(&dyn TableLike, Option<std::ops::Range<usize>>)> = Vec::new();
    if let Some(tables) = item.as_array_of_tables() {
        rows.extend(tables.iter().map(|row| (row as &dyn TableLike, row.span())));
    } else if let Some(array) = item.as_array() {
        let inline = array.iter().filter_map(Value::as_inline_table);
        rows.extend(inline.map(|row| (row as &dyn TableLike, row.span())));
        if rows.len() < array.len() {
            let message = format!("“{name}”的一行不是表 {{ … }} (a row is not a table)");
            complain(cursor, item, "tests.row", message, "");
        }
    } else {
        let message = format!("“{name}”应为行的列表 (expected rows)");
        complain(
            cursor,
            item,
            "tests.row",
            message,
            "写作 [[case.given.requests]]",
        );
    }
    rows.into_iter()
        .map(|(row, span)| {
            let place = cursor.source.place(span.map_or(0, |span| span.start));
            read_row(cursor, table, row, subjects, place)
        })
        .collect()
}

fn read_row(
    cursor: &Cursor<'_>,
    table: &TableSchema,
    row: &dyn TableLike,
    subjects: &[String],
    place: Place,
) -> GivenRow {
    let mut given = GivenRow {
        subject: 0,
        table: table.name.clone(),
        values: Vec::new(),
        place,
    };
    for (key, item) in row.iter() {
        if key == "subject" && table.column("subject").is_none() {
            let name = item.as_str().unwrap_or_default();
            given.subject = subject_of(cursor, name, item, subjects).unwrap_or(0);
            continue;
        }
        let Some(column) = table.column(key) else {
            let help = did_you_mean(key, table.columns.iter().map(|one| one.name.as_str()));
            let message = format!("事实表“{}”没有列“{key}” (unknown column {key})", table.name);
            complain(cursor, item, "rules.unknown_column", message, &help);
            continue;
        };
        if let Some(value) = datum(item, column.ty) {
            given.values.push((key.to_owned(), value));
        } else {
            let message = format!("列“{key}”应为{} (expected {})", column.ty, column.ty);
            let help = "数写作 \"1.5\" 或 3，日期写作 2026-03-02 (numbers quoted or whole)";
            complain(cursor, item, "tests.value", message, help);
        }
    }
    given
}

fn datum(item: &Item, ty: Type) -> Option<Datum> {
    match ty {
        Type::Bool => item.as_bool().map(Datum::Bool),
        Type::Text => item.as_str().map(|text| Datum::Text(text.to_owned())),
        Type::Date => day(item.as_value()?).map(Datum::Date),
        Type::Number { scale, .. } => {
            let number = number(item)?;
            let scaled = number.rescaled(scale)?;
            i64::try_from(scaled.mantissa).ok()?;
            Some(Datum::Number(number))
        }
    }
}

/// A whole number, or a quoted decimal.
fn number(item: &Item) -> Option<Exact> {
    match item.as_value()? {
        Value::Integer(whole) => Some(Exact::whole(i128::from(*whole.value()))),
        Value::String(text) => text.value().parse().ok(),
        _ => None,
    }
}

fn day(value: &Value) -> Option<NaiveDate> {
    let date = value
        .as_datetime()
        .filter(|value| value.time.is_none())?
        .date?;
    let (month, day) = (u32::from(date.month), u32::from(date.day));
    NaiveDate::from_ymd_opt(i32::from(date.year), month, day)
}

fn read_expectation(cursor: &Cursor<'_>, key: &[String], item: &Item, to: &mut Vec<Expectation>) {
    if let Some(table) = item.as_table_like() {
        for (name, inner) in table.iter() {
            let mut longer = key.to_vec();
            longer.push(name.to_owned());
            read_expectation(cursor, &longer, inner, to);
        }
        return;
    }
    let Some(value) = item.as_value().and_then(expected) else {
        let message = format!("预期“{}”的值读不懂 (cannot read the value)", key.join("."));
        let help = "小数加引号 (quote decimals)";
        complain(cursor, item, "tests.value", message, help);
        return;
    };
    to.push(Expectation {
        key: key.to_vec(),
        value,
        place: cursor
            .source
            .place(item.span().map_or(0, |span| span.start)),
    });
}

fn expected(value: &Value) -> Option<Expected> {
    Some(match value {
        Value::String(text) => Expected::Text(text.value().clone()),
        Value::Integer(whole) => Expected::Whole(*whole.value()),
        Value::Boolean(flag) => Expected::Bool(*flag.value()),
        Value::Datetime(_) => Expected::Date(day(value)?),
        Value::Array(array) => {
            Expected::List(array.iter().map(expected).collect::<Option<Vec<_>>>()?)
        }
        // A float has lost digits before it gets here.
        Value::Float(_) | Value::InlineTable(_) => return None,
    })
}
