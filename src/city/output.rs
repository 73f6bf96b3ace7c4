//! Hands finished files to the caller and keeps the list of what was written.

use domain::Period;
use ingest::FileKind;

use crate::error::CityError;
use crate::plan::{Expected, Sin, Written, WrittenFile};
use crate::sheet::{Encoding, Planted, Sheet};

/// Receives the path of a file, relative and with `/`, and its bytes.
pub type Sink<'a> = dyn FnMut(&str, Vec<u8>) -> std::io::Result<()> + 'a;

/// The way out for files.
pub(crate) struct Output<'a, 'b> {
    sink: &'a mut Sink<'b>,
    progress: &'a mut dyn FnMut(&str),
    written: Written,
}

/// What is known of a file beside its bytes.
pub(crate) struct Content {
    pub(crate) kind: Option<FileKind>,
    pub(crate) rows: u32,
    pub(crate) expected: Expected,
    pub(crate) sins: Vec<Planted>,
}

impl<'a, 'b> Output<'a, 'b> {
    /// A way out to a sink.
    pub(crate) fn new(sink: &'a mut Sink<'b>, progress: &'a mut dyn FnMut(&str)) -> Self {
        Self {
            sink,
            progress,
            written: Written::default(),
        }
    }

    /// Tells the caller what is being done.
    pub(crate) fn stage(&mut self, city: &str, period: Period) {
        (self.progress)(&format!("{city} {period}"));
    }

    /// Writes a table as CSV.
    pub(crate) fn csv(
        &mut self,
        name: String,
        sheet: Sheet,
        encoding: Encoding,
    ) -> Result<(), CityError> {
        let bytes = sheet.csv(&name, encoding)?;
        self.table(name, sheet, bytes)
    }

    /// Writes a table as a workbook.
    pub(crate) fn xlsx(&mut self, name: String, sheet: Sheet) -> Result<(), CityError> {
        let bytes = sheet.xlsx(&name)?;
        self.table(name, sheet, bytes)
    }

    fn table(&mut self, name: String, sheet: Sheet, bytes: Vec<u8>) -> Result<(), CityError> {
        let content = Content {
            kind: Some(sheet.kind),
            rows: sheet.rows(),
            expected: sheet.expected,
            sins: sheet.sins,
        };
        self.file(name, bytes, content)
    }

    /// Writes a file.
    pub(crate) fn file(
        &mut self,
        name: String,
        bytes: Vec<u8>,
        content: Content,
    ) -> Result<(), CityError> {
        let size = bytes.len() as u64;
        (self.sink)(&name, bytes).map_err(|source| CityError::Sink {
            name: name.clone(),
            source,
        })?;
        let sins = content.sins.into_iter().map(|sin| Sin {
            file: name.clone(),
            line: sin.line,
            code: sin.code,
            text: sin.text,
        });
        self.written.sins.extend(sins);
        self.written.files.push(WrittenFile {
            name,
            kind: content.kind,
            rows: content.rows,
            bytes: size,
            expected: content.expected,
        });
        Ok(())
    }

    /// What was written so far.
    pub(crate) fn written(&self) -> &Written {
        &self.written
    }

    /// Everything that was written.
    pub(crate) fn finish(self) -> Written {
        self.written
    }
}
