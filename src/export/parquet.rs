//! Apache Parquet: flat columns, plain encoding, Zstandard; one page a column and row group.
//!
//! The subset that one table needs is a page of code, while the library that knows all of the format
//! would turn on features of numeric crates below the typesetter and build it a second time.

use std::fs::File;
use std::io::{BufWriter, Write as _};

use chrono::NaiveDate;

use crate::columns::{COLUMNS, Column, Kind, Row, Value};
use crate::error::ExportError;
use crate::thrift::{Struct, structure, varint};

const MAGIC: &[u8; 4] = b"PAR1";

/// Rows of a row group, and the bytes at which it ends earlier: what is kept in memory.
const ROWS_MAX: usize = 65_536;
const BYTES_MAX: usize = 64 << 20;

/// Level of compression.
const LEVEL: i32 = 3;

// Numbers of the format's enumerations.
const PLAIN: i32 = 0;
const RLE: i32 = 3;
const ZSTD: i32 = 6;
const DATA_PAGE: i32 = 0;

pub(crate) struct Parquet {
    out: BufWriter<File>,
    /// Bytes written.
    offset: usize,
    pages: Vec<Page>,
    rows: usize,
    bytes: usize,
    groups: Vec<Group>,
    about: String,
}

/// The values of a column in the row group at hand.
#[derive(Default)]
struct Page {
    values: Vec<u8>,
    /// Whether there is one, row by row, as runs.
    present: Vec<(bool, usize)>,
}

/// A row group as the footer lists it.
struct Group {
    rows: usize,
    chunks: Vec<Chunk>,
}

struct Chunk {
    column: &'static Column,
    rows: usize,
    offset: usize,
    written: usize,
    uncompressed: usize,
}

impl Parquet {
    pub(crate) fn new(file: File, about: &str) -> Result<Self, ExportError> {
        let mut parquet = Self {
            out: BufWriter::new(file),
            offset: 0,
            pages: COLUMNS.iter().map(|_| Page::default()).collect(),
            rows: 0,
            bytes: 0,
            groups: Vec::new(),
            about: about.to_owned(),
        };
        parquet.write(MAGIC)?;
        Ok(parquet)
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), ExportError> {
        self.out.write_all(bytes)?;
        self.offset += bytes.len();
        Ok(())
    }

    pub(crate) fn take(&mut self, row: &Row<'_>) -> Result<(), ExportError> {
        for (column, page) in COLUMNS.iter().zip(&mut self.pages) {
            let before = page.values.len();
            page.push((column.cell)(row))?;
            self.bytes += page.values.len() - before;
        }
        self.rows += 1;
        if self.rows == ROWS_MAX || self.bytes >= BYTES_MAX {
            self.end_group()?;
        }
        Ok(())
    }

    fn end_group(&mut self) -> Result<(), ExportError> {
        let rows = std::mem::take(&mut self.rows);
        let mut chunks = Vec::new();
        self.bytes = 0;
        let pages = COLUMNS.iter().map(|_| Page::default()).collect();
        let pages: Vec<Page> = std::mem::replace(&mut self.pages, pages);
        for (column, page) in COLUMNS.iter().zip(pages) {
            let body = page.into_bytes(column)?;
            let packed = zstd::bulk::compress(&body, LEVEL)?;
            let mut head = Vec::new();
            structure(&mut head, |page| {
                page.int(1, DATA_PAGE);
                page.int(2, small(body.len()));
                page.int(3, small(packed.len()));
                page.structure(5, |data| {
                    data.int(1, small(rows));
                    data.int(2, PLAIN);
                    data.int(3, RLE);
                    data.int(4, RLE);
                });
            });
            chunks.push(Chunk {
                column,
                rows,
                offset: self.offset,
                written: head.len() + packed.len(),
                uncompressed: head.len() + body.len(),
            });
            self.write(&head)?;
            self.write(&packed)?;
        }
        self.groups.push(Group { rows, chunks });
        Ok(())
    }

    pub(crate) fn finish(mut self) -> Result<(), ExportError> {
        if self.rows > 0 {
            self.end_group()?;
        }
        let mut footer = Vec::new();
        structure(&mut footer, |file| self.describe(file));
        let length = u32::try_from(footer.len()).map_err(|_| ExportError::OutOfRange)?;
        self.write(&footer)?;
        self.write(&length.to_le_bytes())?;
        self.write(MAGIC)?;
        Ok(self.out.flush()?)
    }

    /// FileMetaData.
    fn describe(&self, file: &mut Struct<'_>) {
        let rows = self.groups.iter().map(|group| group.rows).sum();
        let root = std::iter::once(None);
        let schema: Vec<_> = root.chain(COLUMNS.iter().map(Some)).collect();
        file.int(1, 1);
        file.structures(2, &schema, |column, element| match column {
            None => {
                element.text(4, "ledger");
                element.int(5, small(COLUMNS.len()));
            }
            Some(column) => describe_column(column, element),
        });
        file.long(3, long(rows));
        file.structures(4, &self.groups, |group, one| {
            one.structures(1, &group.chunks, describe_chunk);
            one.long(
                2,
                long(group.chunks.iter().map(|chunk| chunk.uncompressed).sum()),
            );
            one.long(3, long(group.rows));
        });
        file.structures(5, &[("scope", self.about.as_str())], |(key, value), one| {
            one.text(1, key);
            one.text(2, value);
        });
        file.text(6, "hengxiang");
    }
}

impl Kind {
    /// Physical type and converted type, as the format numbers them.
    const fn types(self) -> (i32, Option<i32>) {
        const INT32: i32 = 1;
        const INT64: i32 = 2;
        const BYTE_ARRAY: i32 = 6;
        match self {
            Self::Text => (BYTE_ARRAY, Some(0)),
            Self::Whole => (INT64, None),
            Self::Day => (INT32, Some(6)),
            Self::Instant => (INT64, Some(10)),
            Self::Yuan => (INT64, Some(5)),
        }
    }
}

/// SchemaElement.
fn describe_column(column: &Column, element: &mut Struct<'_>) {
    let (physical, converted) = column.kind.types();
    element.int(1, physical);
    element.int(3, i32::from(column.optional));
    element.text(4, column.name);
    if let Some(converted) = converted {
        element.int(6, converted);
    }
    if column.kind == Kind::Yuan {
        element.int(7, 2);
        element.int(8, 18);
    }
}

/// ColumnChunk with its ColumnMetaData.
fn describe_chunk(chunk: &Chunk, one: &mut Struct<'_>) {
    one.long(2, long(chunk.offset));
    one.structure(3, |about| {
        about.int(1, chunk.column.kind.types().0);
        about.ints(2, &[PLAIN, RLE]);
        about.texts(3, &[chunk.column.name]);
        about.int(4, ZSTD);
        about.long(5, long(chunk.rows));
        about.long(6, long(chunk.uncompressed));
        about.long(7, long(chunk.written));
        about.long(9, long(chunk.offset));
    });
}

impl Page {
    fn push(&mut self, value: Value<'_>) -> Result<(), ExportError> {
        let is_there = value != Value::Empty;
        match self.present.last_mut() {
            Some((last, run)) if *last == is_there => *run += 1,
            _ => self.present.push((is_there, 1)),
        }
        match value {
            Value::Empty => {}
            Value::Text(text) => {
                let length = u32::try_from(text.len()).map_err(|_| ExportError::OutOfRange)?;
                self.values.extend(length.to_le_bytes());
                self.values.extend(text.as_bytes());
            }
            Value::Whole(number) => self.values.extend(number.to_le_bytes()),
            Value::Instant(at) => self.values.extend(at.get().to_le_bytes()),
            Value::Yuan(amount) => self.values.extend(amount.get().to_le_bytes()),
            Value::Day(day) => {
                let days = day.signed_duration_since(NaiveDate::default()).num_days();
                let days = i32::try_from(days).map_err(|_| ExportError::OutOfRange)?;
                self.values.extend(days.to_le_bytes());
            }
        }
        Ok(())
    }

    /// The page as it is compressed: which rows have a value, where some may have none, and the
    /// values.
    fn into_bytes(self, column: &Column) -> Result<Vec<u8>, ExportError> {
        if !column.optional {
            return Ok(self.values);
        }
        let mut levels = Vec::new();
        for (is_there, run) in self.present {
            // A run of equal levels: twice its length, then the level.
            varint(&mut levels, u64::try_from(run).unwrap_or_default() << 1);
            levels.push(u8::from(is_there));
        }
        let length = u32::try_from(levels.len()).map_err(|_| ExportError::OutOfRange)?;
        let mut bytes = length.to_le_bytes().to_vec();
        bytes.extend(levels);
        bytes.extend(self.values);
        Ok(bytes)
    }
}

/// Sizes within a row group.
fn small(size: usize) -> i32 {
    i32::try_from(size).unwrap_or(i32::MAX)
}

fn long(size: usize) -> i64 {
    i64::try_from(size).unwrap_or(i64::MAX)
}
