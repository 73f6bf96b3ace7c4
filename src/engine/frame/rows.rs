//! Frames from rows, for pack tests and small inputs; large inputs come as columns.

use std::collections::BTreeMap;

use chrono::{Datelike as _, NaiveDate};

use super::{ColumnData, Frame, FrameError, TextColumn, Values};
use crate::exact::Exact;
use crate::schema::{Column, Schema, TableSchema, Type};

/// One value of one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Datum {
    /// True or false.
    Bool(bool),
    /// A text.
    Text(String),
    /// A day.
    Date(NaiveDate),
    /// An exact number.
    Number(Exact),
    /// Nothing.
    Missing,
}

/// Collects rows in any order of subjects.
#[derive(Clone, Debug)]
pub struct RowBuilder<'a> {
    schema: &'a Schema,
    subjects: usize,
    rows: BTreeMap<usize, Vec<(usize, Vec<Datum>)>>,
}

impl<'a> RowBuilder<'a> {
    /// A builder for a number of subjects.
    pub const fn new(schema: &'a Schema, subjects: usize) -> Self {
        Self {
            schema,
            subjects,
            rows: BTreeMap::new(),
        }
    }

    /// Adds a row. Columns not named are missing if optional, and otherwise zero, false or empty.
    pub fn push(
        &mut self,
        subject: usize,
        table: &str,
        values: &[(&str, Datum)],
    ) -> Result<(), FrameError> {
        let unknown = || FrameError::UnknownTable {
            table: table.to_owned(),
        };
        let index = self.schema.table_index(table).ok_or_else(unknown)?;
        let rules = self.schema.tables.get(index).ok_or_else(unknown)?;
        if subject >= self.subjects {
            return Err(FrameError::Offsets {
                table: table.to_owned(),
            });
        }
        let mut row: Vec<Datum> = rules.columns.iter().map(absent).collect();
        for (name, value) in values {
            let unknown = || FrameError::UnknownColumn {
                table: table.to_owned(),
                column: (*name).to_owned(),
            };
            let at = rules.column_index(name).ok_or_else(unknown)?;
            *row.get_mut(at).ok_or_else(unknown)? = value.clone();
        }
        self.rows.entry(index).or_default().push((subject, row));
        Ok(())
    }

    /// The frame; rows of one subject stay in the order they were added.
    pub fn finish(mut self) -> Result<Frame, FrameError> {
        let mut frame = Frame::empty(self.schema, self.subjects);
        for (index, table) in self.schema.tables.iter().enumerate() {
            let mut rows = self.rows.remove(&index).unwrap_or_default();
            rows.sort_by_key(|(subject, _)| *subject);
            let mut offsets = Vec::with_capacity(self.subjects + 1);
            for subject in 0..=self.subjects {
                let before = rows.partition_point(|(owner, _)| *owner < subject);
                offsets.push(u32::try_from(before).unwrap_or(u32::MAX));
            }
            let columns = (0..table.columns.len())
                .map(|at| transpose(table, at, &rows))
                .collect::<Result<Vec<_>, _>>()?;
            frame.set_table(self.schema, &table.name, offsets, columns)?;
        }
        Ok(frame)
    }
}

fn absent(column: &Column) -> Datum {
    match column.ty {
        _ if column.optional => Datum::Missing,
        Type::Bool => Datum::Bool(false),
        Type::Text => Datum::Text(String::new()),
        Type::Date => Datum::Missing,
        Type::Number { .. } => Datum::Number(Exact::whole(0)),
    }
}

fn transpose<'a>(
    table: &'a TableSchema,
    at: usize,
    rows: &[(usize, Vec<Datum>)],
) -> Result<(&'a str, ColumnData), FrameError> {
    let Some(column) = table.columns.get(at) else {
        return Err(FrameError::UnknownColumn {
            table: table.name.clone(),
            column: at.to_string(),
        });
    };
    let fault = |value: &Datum| FrameError::Column {
        table: table.name.clone(),
        column: column.name.clone(),
        reason: format!("值 {value:?} 不是{}", column.ty),
    };
    let mut known = Vec::with_capacity(rows.len());
    let mut bools = Vec::new();
    let mut texts = TextColumn::default();
    let mut days = Vec::new();
    let mut numbers = Vec::new();
    for (_, row) in rows {
        let value = row.get(at).unwrap_or(&Datum::Missing);
        known.push(*value != Datum::Missing);
        match (column.ty, value) {
            (Type::Bool, Datum::Bool(flag)) => bools.push(*flag),
            (Type::Text, Datum::Text(text)) => texts.push(text),
            (Type::Date, Datum::Date(day)) => days.push(day.num_days_from_ce()),
            (Type::Number { scale, .. }, Datum::Number(number)) => {
                let scaled = number.rescaled(scale);
                let scaled = scaled.and_then(|exact| i64::try_from(exact.mantissa).ok());
                numbers.push(scaled.ok_or_else(|| fault(value))?);
            }
            (Type::Bool, Datum::Missing) => bools.push(false),
            (Type::Text, Datum::Missing) => texts.push(""),
            (Type::Date, Datum::Missing) => days.push(0),
            (Type::Number { .. }, Datum::Missing) => numbers.push(0),
            _ => return Err(fault(value)),
        }
    }
    let values = match column.ty {
        Type::Bool => Values::Bool(bools),
        Type::Text => texts.finish(),
        Type::Date => Values::Date(days),
        Type::Number { .. } => Values::Number(numbers.into()),
    };
    let known = known.contains(&false).then_some(known);
    Ok((column.name.as_str(), ColumnData { values, known }))
}
