//! Names, literals and comments of SQL, made so that no text of a pack or a fact can leave its place.

use chrono::NaiveDate;

use super::SqlError;
use crate::exact::Exact;

/// Longest name that PostgreSQL keeps; it cuts longer ones silently.
const NAME_BYTES: usize = 63;

/// Words that PostgreSQL or DuckDB takes for syntax where a name is meant.
const RESERVED: [&str; 82] = [
    "all",
    "analyse",
    "analyze",
    "and",
    "any",
    "array",
    "as",
    "asc",
    "asymmetric",
    "both",
    "case",
    "cast",
    "check",
    "collate",
    "column",
    "constraint",
    "create",
    "cross",
    "default",
    "deferrable",
    "desc",
    "describe",
    "distinct",
    "do",
    "else",
    "end",
    "except",
    "false",
    "fetch",
    "for",
    "foreign",
    "freeze",
    "from",
    "full",
    "grant",
    "group",
    "having",
    "in",
    "initially",
    "inner",
    "intersect",
    "into",
    "is",
    "isnull",
    "join",
    "lateral",
    "leading",
    "left",
    "like",
    "limit",
    "natural",
    "not",
    "notnull",
    "null",
    "offset",
    "on",
    "only",
    "or",
    "order",
    "outer",
    "overlaps",
    "pivot",
    "placing",
    "primary",
    "qualify",
    "references",
    "returning",
    "right",
    "select",
    "similar",
    "some",
    "summarize",
    "table",
    "then",
    "to",
    "trailing",
    "true",
    "union",
    "unique",
    "user",
    "using",
    "when",
];

/// More words of the same kind.
const RESERVED_MORE: [&str; 5] = ["where", "window", "with", "variadic", "verbose"];

/// A name as SQL writes it: quoted only where it must be.
pub fn name(rule: &str, name: &str) -> Result<String, SqlError> {
    if name.len() > NAME_BYTES {
        return Err(SqlError::NameTooLong {
            rule: rule.to_owned(),
            name: name.to_owned(),
        });
    }
    let mut characters = name.chars();
    let starts = characters
        .next()
        .is_some_and(|first| first.is_ascii_lowercase() || first == '_');
    let plain = |other: char| other.is_ascii_lowercase() || other.is_ascii_digit() || other == '_';
    let reserved = RESERVED.contains(&name) || RESERVED_MORE.contains(&name);
    Ok(if starts && characters.all(plain) && !reserved {
        name.to_owned()
    } else {
        format!("\"{}\"", name.replace('"', "\"\""))
    })
}

/// A text literal.
pub fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// A day literal.
pub fn date(day: NaiveDate) -> String {
    format!("DATE '{day}'")
}

/// A decimal literal. Numbers with decimals keep at least one, so that no engine takes them for
/// integers.
pub fn decimal(number: Exact) -> String {
    let trimmed = number.trimmed();
    if number.scale > 0 && trimmed.scale == 0 {
        format!("{trimmed}.0")
    } else {
        trimmed.to_string()
    }
}

/// A text in the line of a `--` comment or within `/* */`.
pub fn comment(text: &str) -> String {
    let text = text.replace("*/", "* /").replace("/*", "/ *");
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}

/// Indents every line but the first.
pub fn indented(text: &str, by: usize) -> String {
    text.replace('\n', &format!("\n{}", " ".repeat(by)))
}
