//! PDF through Typst, compiled as a library: no files, no network, no clock, no system fonts.

use chrono::{Datelike, NaiveDate};
use typst::WorldExt;
use typst::comemo;
use typst::diag::SourceDiagnostic;
use typst::foundations::{Datetime, Smart};
use typst::layout::{Frame, FrameItem};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, Timestamp};

use crate::data::Datum;
use crate::error::ReportError;
use crate::fonts::Fonts;
use crate::model::{Bulletin, DepartmentSheet};
use crate::typeset;
use crate::world::Desk;

/// A page template: its main file, and all files it may import, by name.
#[derive(Clone, Copy, Debug)]
pub struct Template {
    /// Name of the main file.
    pub main: &'static str,
    /// Name and source of every file.
    pub files: &'static [(&'static str, &'static str)],
}

const FILES: &[(&str, &str)] = &[
    (
        "bulletin.typ",
        include_str!("../../reports/bulletin/bulletin.typ"),
    ),
    (
        "department.typ",
        include_str!("../../reports/bulletin/department.typ"),
    ),
    ("page.typ", include_str!("../../reports/bulletin/page.typ")),
    (
        "sheet.typ",
        include_str!("../../reports/bulletin/sheet.typ"),
    ),
    (
        "restatement.typ",
        include_str!("../../reports/restatement/restatement.typ"),
    ),
];

impl Template {
    /// The monthly bulletin.
    pub const BULLETIN: Self = Self {
        main: "bulletin.typ",
        files: FILES,
    };
    /// The report of a restatement.
    pub const RESTATEMENT: Self = Self {
        main: "restatement.typ",
        files: FILES,
    };
    /// The sheet of one department.
    pub const DEPARTMENT: Self = Self {
        main: "department.typ",
        files: FILES,
    };
}

/// What identifies a document in its file: the same model gives the same bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// Stable identity of the document.
    pub identity: String,
    /// Date of the document; the template's «today».
    pub issued_on: NaiveDate,
}

/// A finished PDF.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pdf {
    /// The file.
    pub bytes: Vec<u8>,
    /// Number of pages.
    pub pages: usize,
    /// What the reader should know, for example characters that no font could draw.
    pub warnings: Vec<String>,
}

/// The bulletin, sheets included.
pub fn bulletin(bulletin: &Bulletin, fonts: &Fonts) -> Result<Pdf, ReportError> {
    let stamp = Stamp {
        identity: format!("bulletin/{}", bulletin.run_id),
        issued_on: bulletin.issued_on,
    };
    render(
        Template::BULLETIN,
        typeset::bulletin(bulletin)?,
        &stamp,
        fonts,
    )
}

/// The sheet of one department of the bulletin.
pub fn department(
    bulletin: &Bulletin,
    sheet: &DepartmentSheet,
    fonts: &Fonts,
) -> Result<Pdf, ReportError> {
    let stamp = Stamp {
        identity: format!("department/{}/{}", bulletin.run_id, sheet.id),
        issued_on: bulletin.issued_on,
    };
    let data = typeset::department(bulletin, sheet);
    render(Template::DEPARTMENT, data, &stamp, fonts)
}

/// Sets the template with the data, readable as `sys.inputs`, where `families` holds the names of
/// the font families at hand in lower case.
pub fn render(
    template: Template,
    mut data: Vec<(&'static str, Datum)>,
    stamp: &Stamp,
    fonts: &Fonts,
) -> Result<Pdf, ReportError> {
    let families = fonts.families();
    data.push((
        "families",
        Datum::list(families, |name| Datum::text(name.to_lowercase())),
    ));
    let data = Datum::Record(data);
    let today = date(stamp.issued_on);
    let desk = Desk::new(template, data.dict(), fonts, today)?;
    let (document, mut warnings) = compile(template, &desk)?;
    let options = PdfOptions {
        ident: Smart::Custom(stamp.identity.clone()),
        creator: Smart::Custom(Some("Hengxiang".to_owned())),
        timestamp: today.map(Timestamp::new_utc),
        // Tagging fails inside typst-pdf 0.15.1 («internal error: parent group») on these templates;
        // the HTML page is the accessible form.
        tagged: false,
        ..PdfOptions::default()
    };
    let bytes = typst_pdf::pdf(&document, &options)
        .map_err(|faults| fault(template, &explain(&desk, &faults)))?;
    let mut undrawn = fonts.missing(&data.drawings().concat());
    for page in document.pages() {
        collect_undrawn(&page.frame, &mut undrawn);
    }
    undrawn.sort_unstable();
    undrawn.dedup();
    warnings.extend(undrawn.into_iter().map(missing_glyph));
    let pages = document.pages().len();
    drop(document);
    // What the typesetter remembers between runs would only grow in a long-lived process.
    comemo::evict(0);
    Ok(Pdf {
        bytes,
        pages,
        warnings,
    })
}

fn compile(
    template: Template,
    desk: &Desk<'_>,
) -> Result<(PagedDocument, Vec<String>), ReportError> {
    let compiled = typst::compile::<PagedDocument>(desk);
    let document = compiled
        .output
        .map_err(|faults| fault(template, &explain(desk, &faults)))?;
    Ok((document, explain(desk, &compiled.warnings)))
}

/// The warning for a character that no font can draw.
pub(crate) fn missing_glyph(letter: char) -> String {
    format!(
        "字符“{letter}”（U+{:04X}）没有字体可以显示，请把含有它的字体文件放入字体目录 \
         (no font has a glyph for this character)",
        u32::from(letter)
    )
}

fn date(day: NaiveDate) -> Option<Datetime> {
    let month = u8::try_from(day.month()).ok()?;
    let day_of_month = u8::try_from(day.day()).ok()?;
    Datetime::from_ymd_hms(day.year(), month, day_of_month, 0, 0, 0)
}

fn fault(template: Template, reasons: &[String]) -> ReportError {
    ReportError::Template {
        template: template.main.to_owned(),
        reason: reasons.join("；"),
    }
}

/// Each diagnostic as «file:line message».
fn explain(desk: &Desk<'_>, diagnostics: &[SourceDiagnostic]) -> Vec<String> {
    diagnostics
        .iter()
        .map(|diagnostic| {
            let place = diagnostic.span.id().and_then(|id| {
                let range = desk.range(diagnostic.span)?;
                Some(desk.place(id, range.start))
            });
            match place {
                Some(place) => format!("{place} {}", diagnostic.message),
                None => diagnostic.message.to_string(),
            }
        })
        .collect()
}

/// Adds the characters whose glyph is the font's «not defined» box.
fn collect_undrawn(frame: &Frame, undrawn: &mut Vec<char>) {
    for (_, item) in frame.items() {
        match item {
            FrameItem::Group(group) => collect_undrawn(&group.frame, undrawn),
            FrameItem::Text(text) => {
                let boxes = text.glyphs.iter().filter(|glyph| glyph.id == 0);
                for glyph in boxes {
                    undrawn.extend(text.text.get(glyph.range()).unwrap_or_default().chars());
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests;
