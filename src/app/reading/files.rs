//! Report files for download.

use domain::Period;
use report::Chart;

use crate::App;
use crate::error::Error;
use crate::role::{Right, User};

/// A file that can be downloaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Download {
    /// Path below the folder of the run, with forward slashes.
    pub name: String,
    /// Title for people.
    pub title: String,
    /// Media type.
    pub media_type: String,
    /// Size.
    pub bytes: u64,
    /// Digest, hex.
    pub sha256: String,
}

impl App {
    /// Files of a month that the viewer may download.
    pub fn downloads(&self, viewer: Option<&User>, period: Period) -> Result<Vec<Download>, Error> {
        let line = self.visible(viewer, period)?;
        let rows = self
            .store()
            .read(|conn| store::reports::list(conn, &line.run).map_err(Error::from))?;
        let rows = rows
            .into_iter()
            .filter(|row| may_download(viewer, &row.name));
        Ok(rows
            .map(|row| Download {
                title: download_title(&row.name),
                name: row.name,
                media_type: row.media_type,
                bytes: row.size_bytes,
                sha256: row.sha256,
            })
            .collect())
    }

    /// One of them with its bytes, checked against the recorded digest.
    pub fn download(
        &self,
        viewer: Option<&User>,
        period: Period,
        name: &str,
    ) -> Result<(Download, Vec<u8>), Error> {
        let line = self.visible(viewer, period)?;
        let found = self
            .downloads(viewer, period)?
            .into_iter()
            .find(|file| file.name == name);
        let file = found.ok_or_else(|| Error::NotFound {
            what: "文件",
            key: name.to_owned(),
        })?;
        // The name is one that we recorded, so it cannot lead out of the folder.
        let path = self.reports_folder(&line.run).join(&file.name);
        let bytes = std::fs::read(&path).map_err(Error::file(&path))?;
        if domain::canon::sha256_hex(&bytes) != file.sha256 {
            return Err(Error::Damaged { what: file.name });
        }
        Ok((file, bytes))
    }
}

/// A liaison may have its own page, an outsider the charts; the whole bulletin names everybody's
/// reasons and is for those who read all.
fn may_download(viewer: Option<&User>, name: &str) -> bool {
    let own = |user: &User| {
        let department = user.department.as_ref();
        department.is_some_and(|id| name == format!("departments/{id}.html"))
    };
    viewer.is_some_and(|user| user.may(Right::ReadAll) || own(user)) || name.starts_with("charts/")
}

fn download_title(name: &str) -> String {
    let title = match name {
        "bulletin.pdf" => "考核通报（PDF）",
        "bulletin.html" => "考核通报（网页）",
        "bulletin.xlsx" => "考核数据（XLSX）",
        _ => {
            let chart = name.strip_prefix("charts/").and_then(|file| {
                let stem = file.split('-').next()?;
                Chart::ALL.into_iter().find(|chart| chart.name() == stem)
            });
            return chart.map_or_else(
                || {
                    format!(
                        "部门单 {}",
                        name.trim_start_matches("departments/")
                            .trim_end_matches(".html")
                    )
                },
                |chart| format!("图：{}", chart.title()),
            );
        }
    };
    title.to_owned()
}
