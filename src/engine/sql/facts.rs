//! Fact tables: their columns, and the rows of a frame as INSERT statements.

use chrono::NaiveDate;

use super::{SqlError, text};
use crate::exact::Exact;
use crate::frame::{ColumnData, FrameTable, Values};
use crate::schema::{Column, TableSchema, Type};

/// Rows of one INSERT.
const ROWS_AT_ONCE: usize = 1000;

/// Name of the table that holds the facts as they are.
pub(super) fn fact_table(table: &TableSchema) -> Result<String, SqlError> {
    text::name(&table.name, &format!("fact_{}", table.name))
}

/// The statement that makes a fact table. Every row has a number and belongs to a department, or to
/// none when `may_lack_department`.
pub(super) fn create(
    table: &TableSchema,
    skip: &dyn Fn(&str) -> bool,
    may_lack_department: bool,
) -> Result<String, SqlError> {
    let department = if may_lack_department {
        "text"
    } else {
        "text NOT NULL"
    };
    let mut columns = vec![
        "  row_no integer PRIMARY KEY".to_owned(),
        format!("  department {department}"),
    ];
    let mut notes = vec!["行号 row number".to_owned(), "部门 department".to_owned()];
    for column in table.columns.iter().filter(|column| !skip(&column.name)) {
        let name = text::name(&table.name, &column.name)?;
        let ty = match column.ty {
            Type::Bool => "boolean".to_owned(),
            Type::Text => "text".to_owned(),
            Type::Date => "date".to_owned(),
            // As many digits as 64 bits have.
            Type::Number { scale, .. } => format!("numeric(19, {scale})"),
        };
        let missing = if column.optional { "" } else { " NOT NULL" };
        columns.push(format!("  {name} {ty}{missing}"));
        notes.push(text::comment(&column.doc));
    }
    let last = columns.len();
    let lines = columns
        .iter()
        .zip(&notes)
        .zip(1..)
        .map(|((column, note), at)| {
            let comma = if at == last { "" } else { "," };
            format!("{column}{comma} -- {note}\n")
        });
    let lines: String = lines.collect();
    Ok(format!(
        "CREATE TABLE {} (\n{lines});\n",
        fact_table(table)?
    ))
}

/// Writes the rows of a table; `owner` names the department of a row.
pub(super) fn insert(
    table: &TableSchema,
    rows: &FrameTable,
    skip: &dyn Fn(&str) -> bool,
    owner: &dyn Fn(usize) -> Option<String>,
    to: &mut dyn FnMut(&str),
) -> Result<(), SqlError> {
    let name = fact_table(table)?;
    let columns: Vec<(&Column, &ColumnData)> = table
        .columns
        .iter()
        .zip(&rows.columns)
        .filter(|(column, _)| !skip(&column.name))
        .collect();
    let count = rows.rows();
    let mut line = String::new();
    for row in 0..count {
        line.clear();
        if row % ROWS_AT_ONCE == 0 {
            line.push_str(&format!("INSERT INTO {name} VALUES\n"));
        }
        line.push_str(&format!("({}", row + 1));
        line.push_str(", ");
        line.push_str(&owner(row).map_or_else(|| "NULL".to_owned(), |id| text::quoted(&id)));
        for (column, data) in &columns {
            line.push_str(", ");
            line.push_str(&value(column, data, row));
        }
        let ends = row + 1 == count || (row + 1) % ROWS_AT_ONCE == 0;
        line.push_str(if ends { ");\n" } else { "),\n" });
        to(&line);
    }
    Ok(())
}

fn value(column: &Column, data: &ColumnData, row: usize) -> String {
    let known = data.known.as_ref();
    if known.is_some_and(|known| known.get(row) != Some(&true)) {
        return "NULL".into();
    }
    let found = match &data.values {
        Values::Bool(values) => values.get(row).map(ToString::to_string),
        Values::Text { codes, dictionary } => codes
            .get(row)
            .and_then(|code| dictionary.text(*code))
            .map(text::quoted),
        Values::Date(days) => days
            .get(row)
            .and_then(|days| NaiveDate::from_num_days_from_ce_opt(*days))
            .map(|day| format!("'{day}'")),
        Values::Number(values) => values.get(row).map(|value| {
            let scale = match column.ty {
                Type::Number { scale, .. } => scale,
                _ => 0,
            };
            let mantissa = i128::from(value);
            Exact { mantissa, scale }.trimmed().to_string()
        }),
    };
    found.unwrap_or_else(|| "NULL".into())
}
