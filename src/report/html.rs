//! HTML pages: one self-contained file each, with styles and charts inside, for screen and print.

use askama::Template;
use domain::Fen;

use crate::charts::Chart;
use crate::drawing::Drawing;
use crate::error::ReportError;
use crate::model::{Bulletin, DepartmentSheet};
use crate::{paint, wording};

#[derive(Template)]
#[template(path = "bulletin/bulletin.html")]
struct BulletinPage<'a> {
    bulletin: &'a Bulletin,
    figures: Vec<(Chart, String)>,
}

#[derive(Template)]
#[template(path = "bulletin/department.html")]
struct DepartmentPage<'a> {
    bulletin: &'a Bulletin,
    sheet: &'a DepartmentSheet,
}

/// The bulletin as a page, sheets included.
pub fn bulletin(bulletin: &Bulletin) -> Result<String, ReportError> {
    let mut figures = Vec::new();
    for chart in Chart::ALL {
        let drawings = chart.draw(bulletin);
        let drawn: Result<Vec<String>, _> = drawings.iter().map(figure).collect();
        figures.push((chart, drawn?.concat()));
    }
    Ok(BulletinPage { bulletin, figures }.render()?)
}

/// The sheet of one department as a page.
pub fn department(bulletin: &Bulletin, sheet: &DepartmentSheet) -> Result<String, ReportError> {
    Ok(DepartmentPage { bulletin, sheet }.render()?)
}

fn figure(drawing: &Drawing) -> Result<String, ReportError> {
    let svg = paint::svg(drawing)?;
    let caption = paint::escaped(&drawing.title);
    Ok(format!(
        "<figure>{svg}<figcaption>{caption}</figcaption></figure>\n"
    ))
}

impl BulletinPage<'_> {
    fn figures(&self, chart: Chart) -> &str {
        self.figures
            .iter()
            .find(|(known, _)| *known == chart)
            .map_or("", |(_, text)| text)
    }

    fn issued(&self) -> String {
        wording::date(self.bulletin.issued_on)
    }
}

impl DepartmentPage<'_> {
    fn month(&self) -> String {
        wording::month(self.sheet.period)
    }

    fn issued(&self) -> String {
        wording::date(self.bulletin.issued_on)
    }
}

/// The text, or «—».
#[expect(clippy::ref_option, reason = "templates pass fields by reference")]
pub(crate) fn or_dash(text: &Option<String>) -> &str {
    text.as_deref().unwrap_or("—")
}

/// The change of the place in words.
#[expect(
    clippy::ref_option,
    clippy::trivially_copy_pass_by_ref,
    reason = "templates pass fields by reference"
)]
pub(crate) fn places(change: &Option<i32>) -> String {
    wording::places(*change)
}

/// The width of a bar in percent with one decimal; `None` when there is no score.
#[expect(clippy::ref_option, reason = "templates pass fields by reference")]
pub(crate) fn share(score: &Option<String>, points: &str) -> Option<String> {
    let thousandths = wording::share(score.as_deref()?, points)?;
    Some(format!("{}.{}", thousandths / 10, thousandths % 10))
}

/// The awards of a sheet: their sum, and whether money was found for all of it.
pub(crate) fn awarded(sheet: &DepartmentSheet) -> (Fen, String) {
    let total = sheet.awards.iter().map(|row| &row.amount_fen).sum();
    let unfunded: Fen = sheet.awards.iter().map(|row| &row.unfunded_fen).sum();
    let note = match unfunded {
        Fen::ZERO => "已全额落实".to_owned(),
        rest => format!("未落实 {rest}"),
    };
    (total, note)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use super::*;
    use crate::sample;

    /// The page without its styles, which change for looks alone.
    fn without_style(page: &str) -> String {
        let (before, rest) = page.split_once("<style>").unwrap();
        let (_, after) = rest.split_once("</style>").unwrap();
        format!("{before}{after}")
    }

    #[test]
    fn a_department_page_is_as_recorded() {
        let sample = sample::bulletin(4);
        let page = department(&sample, &sample.sheets[1]).unwrap();
        insta::assert_snapshot!("department", without_style(&page));
    }

    #[test]
    fn a_page_needs_nothing_from_outside() {
        let page = bulletin(&sample::bulletin(60)).unwrap();
        for outside in ["<script", "<link", "src=", "@import", "url("] {
            assert!(!page.contains(outside), "{outside}");
        }
        assert!(page.contains("<html lang=\"zh-CN\">"));
    }

    #[test]
    fn tables_have_heads_and_charts_have_words() {
        let page = bulletin(&sample::bulletin(60)).unwrap();
        let count = |needle: &str| page.matches(needle).count();
        assert_eq!(count("<table"), count("<thead>"));
        assert!(count("<svg ") >= 5);
        assert_eq!(count("<svg "), count("<svg role=\"img\" aria-label=\""));
        assert_eq!(count("<th>"), 0, "every head cell has a scope");
        assert_eq!(count("<details"), 60);
    }

    #[test]
    fn text_is_never_read_as_markup() {
        let mut sample = sample::bulletin(7);
        let attack = "<script>alert('\"&')</script>";
        sample.title = attack.to_owned();
        sample.groups[0].rows[0].department = attack.to_owned();
        sample.notes = vec![attack.to_owned()];
        sample.axes[0].title = attack.to_owned();
        sample.sheets[0].indicators[0].reasons = vec![attack.to_owned()];
        sample.network.islands = vec![attack.to_owned()];
        let page = bulletin(&sample).unwrap();
        assert!(!page.contains("<script"));
        assert!(page.matches("alert(").count() >= 6);
    }
}
