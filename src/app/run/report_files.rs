//! The report files of a run: rendered in memory, written whole, recorded with their digests.

use std::path::PathBuf;

use assess::Month;
use domain::RunId;
use domain::canon::sha256_hex;
use engine::Pack;
use report::model::Bulletin;
use report::{Chart, Fonts};

use super::{Decided, Stage};
use crate::App;
use crate::error::Error;
use crate::inputs::Frozen;

/// A rendered file.
pub(crate) struct Rendered {
    /// Path below the folder of the run, with forward slashes.
    pub(crate) name: String,
    /// Media type.
    pub(crate) media_type: &'static str,
    /// The bytes.
    pub(crate) bytes: Vec<u8>,
}

const PDF: &str = "application/pdf";
const HTML: &str = "text/html; charset=utf-8";
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const SVG: &str = "image/svg+xml";

/// Renders all files of a bulletin.
pub(crate) fn render(bulletin: &Bulletin, fonts: &Fonts) -> Result<Vec<Rendered>, Error> {
    let file = |name: &str, media_type, bytes| Rendered {
        name: name.to_owned(),
        media_type,
        bytes,
    };
    let pdf = report::pdf::bulletin(bulletin, fonts)?;
    for warning in &pdf.warnings {
        tracing::warn!("{warning}");
    }
    let mut files = vec![
        file("bulletin.pdf", PDF, pdf.bytes),
        file(
            "bulletin.html",
            HTML,
            report::html::bulletin(bulletin)?.into_bytes(),
        ),
        file("bulletin.xlsx", XLSX, report::xlsx::bulletin(bulletin)?),
    ];
    for chart in Chart::ALL {
        for (index, drawing) in chart.draw(bulletin).iter().enumerate() {
            let name = format!("charts/{}-{}.svg", chart.name(), index + 1);
            files.push(file(&name, SVG, report::paint::svg(drawing)?.into_bytes()));
        }
    }
    for sheet in &bulletin.sheets {
        let name = format!("departments/{}.html", sheet.id);
        files.push(file(
            &name,
            HTML,
            report::html::department(bulletin, sheet)?.into_bytes(),
        ));
    }
    Ok(files)
}

impl App {
    /// Where the reports of a run lie.
    pub fn reports_folder(&self, run: &RunId) -> PathBuf {
        self.folder("reports").join(run.as_str())
    }

    /// The fonts of this installation.
    pub(crate) fn fonts(&self) -> Result<Fonts, Error> {
        Ok(Fonts::load(self.config().fonts.as_deref())?)
    }

    /// Writes the reports of a run, unless they were.
    pub(super) fn report(
        &self,
        frozen: &Frozen,
        decided: &Decided,
        pack: &Pack,
        month: &Month<'_>,
    ) -> Result<(), Error> {
        let run = &frozen.run;
        if self.recorded(run, Stage::Reported)?.is_some() {
            return Ok(());
        }
        let bulletin = self.build_bulletin(frozen, decided, pack, month)?;
        let rows = self.write_reports(run, &bulletin)?;
        let digest = reports_digest(&rows);
        self.stage(run, Stage::Reported, &digest, |conn| {
            record(conn, run, &rows)
        })
    }

    /// Renders and writes the files of a bulletin; what is to be recorded of them.
    pub(crate) fn write_reports(
        &self,
        run: &RunId,
        bulletin: &Bulletin,
    ) -> Result<Vec<store::reports::Report>, Error> {
        let folder = self.reports_folder(run);
        let mut rows = Vec::new();
        for file in render(bulletin, &self.fonts()?)? {
            let path = folder.join(&file.name);
            crate::write_whole(&path, &file.bytes)?;
            rows.push(store::reports::Report {
                name: file.name.clone(),
                media_type: file.media_type.to_owned(),
                sha256: sha256_hex(&file.bytes),
                path: format!("{run}/{}", file.name),
                size_bytes: u64::try_from(file.bytes.len()).unwrap_or(u64::MAX),
            });
        }
        Ok(rows)
    }
}

/// Records the files of a run.
pub(crate) fn record(
    conn: &mut store::AnyConn,
    run: &RunId,
    rows: &[store::reports::Report],
) -> Result<(), Error> {
    for row in rows {
        store::reports::set(conn, run, row)?;
    }
    Ok(())
}

/// One digest over names and digests of the files.
fn reports_digest(rows: &[store::reports::Report]) -> String {
    let lines: Vec<String> = rows
        .iter()
        .map(|row| format!("{} {}", row.sha256, row.name))
        .collect();
    sha256_hex(lines.join("\n").as_bytes())
}
