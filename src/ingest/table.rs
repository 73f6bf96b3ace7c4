//! Reading a table of any kind: rows in, good rows and rejects out.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::Hash;

use csv::StringRecord;
use domain::facts::SourceLine;

use crate::cells::Cells;
use crate::container::too_large;
use crate::csv_rows::CsvRows;
use crate::error::IngestError;
use crate::header::Header;
use crate::limits::Limits;
use crate::reading::{Progress, Tally};
use crate::reject::{Reject, Unattributed};
use crate::scope::Scope;
use crate::workbook::SheetRow;

/// A source of rows.
pub(crate) enum Source<'a> {
    /// CSV text.
    Csv(CsvRows<'a>),
    /// Rows of a sheet.
    Sheet(std::vec::IntoIter<SheetRow>),
}

impl Source<'_> {
    /// Reads the next row that is not blank into `record`; its line, or `None` after the last.
    pub(crate) fn next(&mut self, record: &mut StringRecord) -> Result<Option<u32>, IngestError> {
        loop {
            let line = match self {
                Self::Csv(rows) => rows.next(record)?,
                Self::Sheet(rows) => rows.next().map(|(line, row)| {
                    *record = row;
                    line
                }),
            };
            if line.is_none() || record.iter().any(|cell| !cell.trim().is_empty()) {
                return Ok(line);
            }
        }
    }
}

/// What a row turned out to be.
pub(crate) enum Parsed<T> {
    /// A good row.
    Good(T),
    /// A department serving itself (T2).
    SelfCall,
    /// Usage nobody can be credited for.
    Unattributed(Unattributed),
}

/// A kind of table.
pub(crate) trait Table {
    /// Its rows. They are compared before their source is set, so equal rows are duplicates.
    type Row: PartialEq;
    /// Their natural key.
    type Key: Eq + Hash;

    /// Reads a row.
    fn parse(
        &mut self,
        cells: &Cells<'_>,
        scope: &mut Scope<'_>,
        tally: &mut Tally,
    ) -> Result<Parsed<Self::Row>, Reject>;

    /// The natural key of a row.
    fn key(row: &Self::Row) -> Self::Key;

    /// Sets the source of a row.
    fn place(row: &mut Self::Row, source: SourceLine);

    /// Finds rows that are bad only in the light of the others: their indices and why.
    fn settle(&self, rows: &[(u32, Self::Row)], scope: &Scope<'_>) -> Vec<(usize, Reject)> {
        let _ = (rows, scope);
        Vec::new()
    }
}

/// A table opened: where its rows come from and what its header says.
pub(crate) struct Opened<'a> {
    pub(crate) source: Source<'a>,
    pub(crate) header: Header,
    pub(crate) damaged: bool,
    pub(crate) total_hint: Option<u64>,
}

/// Rows after which progress is reported.
const STEP: u64 = 4096;

/// Reads all rows of a table.
pub(crate) fn read<T: Table>(
    mut table: T,
    opened: Opened<'_>,
    scope: &mut Scope<'_>,
    (tally, limits): (&mut Tally, &Limits),
    progress: &mut dyn FnMut(Progress),
) -> Result<Vec<T::Row>, IngestError> {
    let Opened {
        mut source,
        header,
        damaged,
        total_hint,
    } = opened;
    note_header(&header, tally);
    let mut rows: Vec<(u32, T::Row)> = Vec::new();
    let mut seen: HashMap<T::Key, usize> = HashMap::new();
    let mut record = StringRecord::new();
    while let Some(line) = source.next(&mut record)? {
        tally.counts.read += 1;
        let done_rows = tally.counts.read;
        if done_rows > limits.rows {
            return Err(too_large(&tally.file, "行数 rows", limits.rows));
        }
        if done_rows.is_multiple_of(STEP) {
            progress(Progress {
                done_rows,
                total_hint,
            });
        }
        let cells = Cells {
            header: &header,
            record: &record,
            line,
            today: scope.context.today,
        };
        let parsed = sound(&cells, damaged).and_then(|()| table.parse(&cells, scope, tally));
        match parsed {
            Err(reject) => tally.reject(reject),
            Ok(Parsed::SelfCall) => tally.counts.self_calls += 1,
            Ok(Parsed::Unattributed(row)) => tally.unattributed(row),
            Ok(Parsed::Good(row)) => match seen.entry(T::key(&row)) {
                Entry::Vacant(free) => {
                    free.insert(rows.len());
                    rows.push((line, row));
                }
                Entry::Occupied(first) => repeat(rows.get(*first.get()), line, &row, tally),
            },
        }
    }
    progress(Progress {
        done_rows: tally.counts.read,
        total_hint: Some(tally.counts.read),
    });
    settle(&table, &mut rows, scope, tally);
    Ok(rows
        .into_iter()
        .map(|(line, mut row)| {
            T::place(&mut row, SourceLine { batch: 0, line });
            row
        })
        .collect())
}

/// Warns of headers nobody reads.
fn note_header(header: &Header, tally: &mut Tally) {
    let column = |place: usize| u32::try_from(place + 1).unwrap_or(u32::MAX);
    for (place, name) in &header.extra {
        let message = format!("列“{name}”不在模板中，未读取 (unknown column ignored)");
        tally.warn("ingest.extra_column", header.line, column(*place), message);
    }
    for (place, name) in &header.repeated {
        let message = format!("列“{name}”重复，只读取第一列 (repeated column)");
        tally.warn(
            "ingest.repeated_column",
            header.line,
            column(*place),
            message,
        );
    }
}

/// Refuses rows whose bytes or cells show that they can't be trusted.
fn sound(cells: &Cells<'_>, damaged: bool) -> Result<(), Reject> {
    let reject = |value: &str, code, reason, remedy: &str| Reject {
        line: cells.line,
        column: String::new(),
        value: crate::reject::excerpt(value),
        code,
        reason,
        remedy: remedy.to_owned(),
    };
    let surplus = cells.record.iter().skip(cells.header.width);
    if let Some(cell) = surplus.map(str::trim).find(|cell| !cell.is_empty()) {
        let reason = format!(
            "第 {} 行的格数多于表头，各列可能错位 (too many cells)",
            cells.line
        );
        let remedy = "含逗号的内容请加双引号，或另存为 XLSX";
        return Err(reject(cell, "cells", reason, remedy));
    }
    if damaged && let Some(cell) = cells.record.iter().find(|cell| cell.contains('\u{fffd}')) {
        let reason = format!("第 {} 行含无法解码的字符 (undecodable bytes)", cells.line);
        let remedy = "请统一以 UTF-8 或 GBK 编码重新导出";
        return Err(reject(cell, "encoding", reason, remedy));
    }
    Ok(())
}

/// A natural key met again: dropped when the row is the same, refused when it differs.
fn repeat<R: PartialEq>(first: Option<&(u32, R)>, line: u32, row: &R, tally: &mut Tally) {
    match first {
        Some((_, earlier)) if earlier == row => tally.counts.duplicates += 1,
        first => {
            let first = first.map_or(0, |(line, _)| *line);
            tally.reject(Reject {
                line,
                column: String::new(),
                value: String::new(),
                code: "duplicate",
                reason: format!(
                    "第 {line} 行与第 {first} 行的主键相同而内容不同 (differs from line {first})"
                ),
                remedy: "请保留正确的一行".to_owned(),
            });
        }
    }
}

/// Removes the rows that the table finds bad in the light of the others.
fn settle<T: Table>(
    table: &T,
    rows: &mut Vec<(u32, T::Row)>,
    scope: &Scope<'_>,
    tally: &mut Tally,
) {
    let mut bad: HashMap<usize, Reject> = table.settle(rows, scope).into_iter().collect();
    let mut index = 0;
    rows.retain(|_| {
        let reject = bad.remove(&index);
        index += 1;
        match reject {
            None => true,
            Some(reject) => {
                tally.reject(reject);
                false
            }
        }
    });
}
