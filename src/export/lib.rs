//! The ledger as files that other programs read: the books, or a part of them, as they are read.
//!
//! One table, [`COLUMNS`], says what a row holds; CSV, XLSX and Parquet are three ways to write it.
//! The journals of hledger and beancount come from [`ledger::journal`]. Amounts are whole fen, or
//! decimal text, or `DECIMAL(18, 2)`: never a float, except in a workbook, which knows nothing else
//! and holds no number of more than the fifteen digits that it keeps.

mod columns;
mod csv_rows;
mod error;
mod format;
mod parquet;
#[cfg(test)]
mod tests;
mod thrift;
mod workbook;

use std::fs::File;
use std::io::{BufWriter, Write};

use domain::Fen;
use ledger::{Body, Dialect, Event, Journal, Scope};

pub use columns::{COLUMNS, Column, Kind};
pub use error::ExportError;
pub use format::Format;

use columns::Row;
use csv_rows::CsvRows;
use parquet::Parquet;
use workbook::Book;

/// Where an export goes.
pub enum Out {
    /// A new file.
    File(File),
    /// Standard output, say; for formats of text only.
    Stream(Box<dyn Write>),
}

/// What an export holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Transactions.
    pub transactions: u64,
    /// Postings on accounts of the scope.
    pub postings: u64,
    /// Their debits, fen. Of more postings than the books hold at once, so wider than an amount.
    pub debit_fen: i128,
    /// Their credits, fen, below zero.
    pub credit_fen: i128,
}

/// An export that is being written.
pub struct Export {
    scope: Scope,
    writer: Writer,
    totals: Totals,
}

enum Writer {
    Journal(Box<Journal>, Box<dyn Write>),
    Csv(Box<CsvRows>),
    Book(Box<Book>),
    Parquet(Box<Parquet>),
}

impl Export {
    /// Begins an export. Workbooks and Parquet files need a file.
    pub fn new(format: Format, scope: Scope, out: Out) -> Result<Self, ExportError> {
        let writer = match (format, out) {
            (Format::Hledger, out) => begin(Dialect::Hledger, &scope, stream(out))?,
            (Format::Beancount, out) => begin(Dialect::Beancount, &scope, stream(out))?,
            (Format::Csv, out) => Writer::Csv(Box::new(CsvRows::new(stream(out))?)),
            (Format::Xlsx, Out::File(file)) => Writer::Book(Box::new(Book::new(file)?)),
            (Format::Parquet, Out::File(file)) => {
                Writer::Parquet(Box::new(Parquet::new(file, &scope.to_string())?))
            }
            (Format::Xlsx | Format::Parquet, Out::Stream(_)) => {
                return Err(ExportError::NeedsFile { format });
            }
        };
        Ok(Self {
            scope,
            writer,
            totals: Totals::default(),
        })
    }

    /// Takes the next event, in the order of business dates, then of records.
    pub fn take(&mut self, event: &Event) -> Result<(), ExportError> {
        if let Writer::Journal(journal, out) = &mut self.writer {
            out.write_all(journal.take(event).as_bytes())?;
        }
        let Body::Posted(posted) = &event.body else {
            return Ok(());
        };
        let month = posted.transaction.period;
        if self.scope.is_before(month) || !self.scope.reaches(month) {
            return Ok(());
        }
        let before = self.totals.postings;
        for (leg_index, posting) in (0_i64..).zip(posted.postings()) {
            if !self.scope.shows(posting.account) {
                continue;
            }
            self.totals.add(posting.amount_fen);
            let row = Row {
                event,
                transaction: &posted.transaction,
                leg_index,
                posting,
            };
            match &mut self.writer {
                Writer::Journal(..) => {}
                Writer::Csv(rows) => rows.take(&row)?,
                Writer::Book(book) => book.take(&row)?,
                Writer::Parquet(file) => file.take(&row)?,
            }
        }
        self.totals.transactions += u64::from(self.totals.postings > before);
        Ok(())
    }

    /// Writes what stands at the end.
    pub fn finish(self) -> Result<Totals, ExportError> {
        match self.writer {
            Writer::Journal(mut journal, mut out) => {
                out.write_all(journal.finish().as_bytes())?;
                out.flush()?;
            }
            Writer::Csv(rows) => rows.finish()?,
            Writer::Book(book) => book.finish(&self.scope, &self.totals)?,
            Writer::Parquet(file) => file.finish()?,
        }
        Ok(self.totals)
    }
}

impl Totals {
    fn add(&mut self, amount_fen: Fen) {
        self.postings += 1;
        let fen = i128::from(amount_fen.get());
        self.debit_fen += fen.max(0);
        self.credit_fen += fen.min(0);
    }
}

/// A sum in yuan with two decimals.
pub fn yuan(sum_fen: i128) -> String {
    let sign = if sum_fen < 0 { "-" } else { "" };
    let fen = sum_fen.unsigned_abs();
    format!("{sign}{}.{:02}", fen / 100, fen % 100)
}

fn stream(out: Out) -> Box<dyn Write> {
    match out {
        Out::File(file) => Box::new(BufWriter::new(file)),
        Out::Stream(stream) => stream,
    }
}

fn begin(dialect: Dialect, scope: &Scope, mut out: Box<dyn Write>) -> Result<Writer, ExportError> {
    let journal = Journal::new(dialect, scope.clone());
    out.write_all(journal.head().as_bytes())?;
    Ok(Writer::Journal(Box::new(journal), out))
}
