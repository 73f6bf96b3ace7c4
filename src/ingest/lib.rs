//! Readers of what departments already have: bytes in; typed rows, rejects and rows that nobody
//! can be credited for out.
//!
//! A file is recognised by its content, never by its name. Either it is unusable as a whole
//! ([`IngestError`]), or every row of it is accounted for in [`Counts`]. What is absent here on
//! purpose: disks, clocks, databases. Callers pass bytes, the context and today's date.

mod cells;
mod container;
mod context;
mod csv_rows;
mod encoding;
mod error;
mod header;
mod kind;
mod kinds;
pub mod layout;
mod limits;
mod reading;
mod reject;
mod scope;
mod sheet;
mod table;
mod value;
mod workbook;
mod xroad;

#[cfg(test)]
mod trials;

use csv::StringRecord;

use container::Payload;
use csv_rows::CsvRows;
use kinds::{cases, catalogue, conduct, funds, registry, reported, successions, usage, xroad_maps};
use scope::Scope;
use table::{Opened, Source};

pub use context::{
    Context, Judgeable, Judging, KnownResource, MemberEntry, MemberMap, ServiceEntry,
};
pub use error::IngestError;
pub use kind::FileKind;
pub use layout::Column;
pub use limits::Limits;
pub use reading::{Counts, Exchange, Input, Progress, Reading, Rows, View};
pub use reject::{Reject, Unattributed, kind_csv, neutralise, rejects_csv};
pub use sheet::{SheetLine, sheet};

/// Bytes of a text that suffice to recognise it.
const BEGINNING: usize = 64 << 10;

/// Recognises the kind of a file from its beginning, so that files given together can be put in
/// the order of [`FileKind::order`]. Bytes further on may still make the file unusable.
pub fn recognise(input: Input<'_>) -> Result<FileKind, IngestError> {
    let limits = Limits::DEFAULT;
    let kind_of = |mut source: Source<'_>| {
        let (line, record) = next_header(input, &mut source)?;
        header::recognise(input.file_name, line, &record).map(|found| found.kind)
    };
    let bytes = match container::open(input, &limits, Some(BEGINNING))? {
        Payload::Workbook => {
            let rows = workbook::rows(input, &limits, true)?;
            return kind_of(Source::Sheet(rows.into_iter()));
        }
        Payload::Text(bytes) => bytes,
    };
    let decoded = encoding::decode(&bytes, false);
    refuse_binary(input, &decoded.text)?;
    if !is_json(&decoded.text) {
        return kind_of(Source::Csv(CsvRows::new(input.file_name, &decoded.text)));
    }
    if xroad::looks_like_records(&decoded.text) {
        Ok(FileKind::XRoad)
    } else {
        Err(IngestError::NotXRoad {
            file: input.file_name.to_owned(),
        })
    }
}

/// Reads a file with the usual limits.
pub fn read(
    input: Input<'_>,
    context: &Context<'_>,
    progress: &mut dyn FnMut(Progress),
) -> Result<Reading, IngestError> {
    read_within(&Limits::DEFAULT, input, context, progress)
}

/// Reads a file within the limits given.
pub fn read_within(
    limits: &Limits,
    input: Input<'_>,
    context: &Context<'_>,
    progress: &mut dyn FnMut(Progress),
) -> Result<Reading, IngestError> {
    let tally = reading::Tally::new(input.file_name, limits);
    let sha256 = domain::canon::sha256_hex(input.bytes);
    let bytes = match container::open(input, limits, None)? {
        Payload::Workbook => {
            let rows = workbook::rows(input, limits, false)?;
            let total_hint = u64::try_from(rows.len()).ok();
            let mut source = Source::Sheet(rows.into_iter());
            let (line, record) = next_header(input, &mut source)?;
            let opened = Opened {
                source,
                header: header::recognise(input.file_name, line, &record)?,
                damaged: false,
                total_hint,
            };
            let about = (sha256, "XLSX");
            return read_table(opened, about, context, (tally, limits), progress);
        }
        Payload::Text(bytes) => bytes,
    };
    let decoded = encoding::decode(&bytes, true);
    refuse_binary(input, &decoded.text)?;
    if is_json(&decoded.text) {
        let mut tally = tally;
        let rows = xroad::read(&decoded.text, context, (&mut tally, limits), progress)?;
        let good = rows.len();
        let about = (FileKind::XRoad, sha256, decoded.encoding);
        return Ok(tally.finish(about, Rows::Exchanges(rows), good));
    }
    let mut source = Source::Csv(CsvRows::new(input.file_name, &decoded.text));
    let (line, record) = next_header(input, &mut source)?;
    let lines = csv_rows::line_ends(decoded.text.as_bytes());
    let opened = Opened {
        source,
        header: header::recognise(input.file_name, line, &record)?,
        damaged: decoded.damaged,
        total_hint: u64::try_from(lines).ok(),
    };
    let about = (sha256, decoded.encoding);
    read_table(opened, about, context, (tally, limits), progress)
}

fn is_json(text: &str) -> bool {
    text.trim_start().starts_with(['{', '['])
}

fn refuse_binary(input: Input<'_>, text: &str) -> Result<(), IngestError> {
    if encoding::looks_binary(text) {
        return Err(IngestError::Binary {
            file: input.file_name.to_owned(),
            what: "二进制数据",
        });
    }
    Ok(())
}

/// The first row that is not blank.
fn next_header(
    input: Input<'_>,
    source: &mut Source<'_>,
) -> Result<(u32, StringRecord), IngestError> {
    let mut record = StringRecord::new();
    match source.next(&mut record)? {
        Some(line) => Ok((line, record)),
        None => Err(IngestError::Empty {
            file: input.file_name.to_owned(),
        }),
    }
}

/// Reads a table with the reader of its kind.
fn read_table(
    opened: Opened<'_>,
    (sha256, encoding): (String, &'static str),
    context: &Context<'_>,
    (mut tally, limits): (reading::Tally, &Limits),
    progress: &mut dyn FnMut(Progress),
) -> Result<Reading, IngestError> {
    let kind = opened.header.kind;
    let mut scope = Scope::new(*context);
    macro_rules! rows {
        ($reader:expr, $variant:ident) => {{
            let rows = table::read($reader, opened, &mut scope, (&mut tally, limits), progress)?;
            (rows.len(), Rows::$variant(rows))
        }};
    }
    let (good, rows) = match kind {
        FileKind::Jurisdictions => rows!(registry::Jurisdictions, Jurisdictions),
        FileKind::Departments => rows!(registry::Departments, Departments),
        FileKind::Catalogue => rows!(catalogue::Catalogue, Catalogue),
        FileKind::Members => rows!(xroad_maps::Members, Members),
        FileKind::Services => rows!(xroad_maps::Services, Services),
        FileKind::Checks => rows!(catalogue::Checks, Checks),
        FileKind::Usage => rows!(usage::Usage, Usage),
        FileKind::Requests => rows!(cases::Requests, Requests),
        FileKind::Corrections => rows!(cases::Corrections, Corrections),
        FileKind::Incidents => rows!(conduct::Incidents, Incidents),
        FileKind::Feedback => rows!(conduct::FeedbackRows, Feedback),
        FileKind::Safeguards => rows!(conduct::Safeguards, Safeguards),
        FileKind::Judgements => rows!(reported::Judgements, Judgements),
        FileKind::Measures => rows!(reported::Measures, Measures),
        FileKind::Claims => rows!(funds::Claims, Claims),
        FileKind::Appropriations => rows!(funds::Appropriations, Appropriations),
        FileKind::Successions => rows!(successions::Successions, Successions),
        // Headers of tables never name this kind: it is JSON.
        FileKind::XRoad => (0, Rows::Exchanges(Vec::new())),
    };
    Ok(tally.finish((kind, sha256, encoding), rows, good))
}
