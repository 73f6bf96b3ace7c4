#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
//! The page, the data on its way to it, and the glyphs on it.

use std::collections::BTreeMap;

use proptest::prelude::*;
use typst::layout::{Frame, FrameItem};

use super::*;
use crate::sample;

const PAGE: &str = include_str!("../../../reports/bulletin/page.typ");

fn stamp() -> Stamp {
    Stamp {
        identity: "test".to_owned(),
        issued_on: NaiveDate::from_ymd_opt(2026, 4, 8).unwrap(),
    }
}

/// Sets one template of the test with data, without going on to a PDF.
fn set(source: &'static str, mut data: Vec<(&'static str, Datum)>) -> PagedDocument {
    let files: &'static [(&str, &str)] =
        Box::leak(Box::new([("main.typ", source), ("page.typ", PAGE)]));
    let template = Template {
        main: "main.typ",
        files,
    };
    let fonts = Fonts::load(None).unwrap();
    let families = fonts.families();
    data.push((
        "families",
        Datum::list(families, |name| Datum::text(name.to_lowercase())),
    ));
    let inputs = Datum::Record(data).dict();
    let desk = Desk::new(template, inputs, &fonts, None).unwrap();
    let (document, warnings) = compile(template, &desk).unwrap();
    assert_eq!(warnings, Vec::<String>::new());
    document
}

/// Every run of text with its place in points from the top left of the page.
fn runs(frame: &Frame, (x, y): (f64, f64), found: &mut Vec<(f64, f64, String)>) {
    for (at, item) in frame.items() {
        let place = (x + at.x.to_pt(), y + at.y.to_pt());
        match item {
            FrameItem::Group(group) => runs(&group.frame, place, found),
            FrameItem::Text(text) => found.push((place.0, place.1, text.text.to_string())),
            _ => {}
        }
    }
}

fn page_runs(document: &PagedDocument, page: usize) -> Vec<(f64, f64, String)> {
    let mut found = Vec::new();
    runs(&document.pages()[page].frame, (0.0, 0.0), &mut found);
    found
}

#[test]
fn a_page_holds_22_lines_of_28_characters() {
    let source = "#import \"page.typ\": official-page\n#show: official-page\n#sys.inputs.body";
    let body = "政".repeat(28 * 60);
    let document = set(source, vec![("body", Datum::text(body))]);
    let mut lines: BTreeMap<i64, usize> = BTreeMap::new();
    for (_, y, text) in page_runs(&document, 0) {
        if text.contains('政') {
            let key = i64::from(crate::geometry::px(y * 10.0));
            *lines.entry(key).or_default() += text.chars().count();
        }
    }
    let counts: Vec<usize> = lines.values().copied().collect();
    assert_eq!(counts.len(), 22);
    assert_eq!(counts[0], 26, "the first line is indented by two");
    assert!(counts[1..].iter().all(|count| *count == 28), "{counts:?}");
}

#[test]
fn page_numbers_stand_at_the_outer_side() {
    let source = "#import \"page.typ\": official-page\n#show: official-page\n甲#pagebreak()乙";
    let document = set(source, Vec::new());
    let number = |page: usize| {
        let runs = page_runs(&document, page);
        let found = runs
            .into_iter()
            .filter(|(_, y, _)| *y > 297.0 / 25.4 * 72.0 - 99.0);
        let text: Vec<_> = found.collect();
        let joined: String = text.iter().map(|(_, _, text)| text.as_str()).collect();
        (joined.trim().to_owned(), text[0].0)
    };
    let middle = 210.0 / 2.0 / 25.4 * 72.0;
    let (first, second) = (number(0), number(1));
    assert_eq!((first.0.as_str(), second.0.as_str()), ("— 1 —", "— 2 —"));
    assert!(
        first.1 > middle && second.1 < middle,
        "{first:?} {second:?}"
    );
}

#[test]
fn a_bulletin_of_sixty_departments_is_complete_and_reproducible() {
    let fonts = Fonts::load(None).unwrap();
    let sample = sample::bulletin(60);
    let first = bulletin(&sample, &fonts).unwrap();
    assert_eq!(first.warnings, Vec::<String>::new());
    assert!(first.bytes.starts_with(b"%PDF-"));
    assert!((60..200).contains(&first.pages), "{}", first.pages);
    let second = bulletin(&sample, &fonts).unwrap();
    assert!(first == second, "two renderings differ");
}

#[test]
fn an_empty_bulletin_is_still_a_document() {
    let fonts = Fonts::load(None).unwrap();
    let found = bulletin(&sample::bulletin(0), &fonts).unwrap();
    assert_eq!(found.warnings, Vec::<String>::new());
    assert!(found.pages >= 4);
}

#[test]
fn a_department_sheet_is_its_own_document() {
    let fonts = Fonts::load(None).unwrap();
    let sample = sample::bulletin(9);
    let files: Vec<Pdf> = sample
        .sheets
        .iter()
        .map(|sheet| department(&sample, sheet, &fonts).unwrap())
        .collect();
    assert!(files.iter().all(|file| file.warnings.is_empty()));
    assert!(files.iter().all(|file| (1..=3).contains(&file.pages)));
    assert!(files[0].bytes != files[1].bytes);
}

#[test]
fn a_character_without_a_glyph_is_reported_wherever_it_stands() {
    let fonts = Fonts::load(None).unwrap();
    let mut sample = sample::bulletin(7);
    sample.sheets[0].indicators[0].reasons = vec!["镇长𠮷田未答复".to_owned()];
    sample.network.nodes[0].name = "龘局".to_owned();
    let found = bulletin(&sample, &fonts).unwrap();
    assert_eq!(found.warnings, ['龘', '𠮷'].map(missing_glyph));
}

#[test]
fn a_faulty_template_says_where() {
    let template = Template {
        main: "main.typ",
        files: &[("main.typ", "好\n#unknown-name\n")],
    };
    let fonts = Fonts::load(None).unwrap();
    let fault = render(template, Vec::new(), &stamp(), &fonts).unwrap_err();
    assert!(fault.to_string().contains("main.typ:2"), "{fault}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    #[test]
    fn text_is_never_read_as_markup(
        text in "[#$*_`<>@=/\\\\\\[\\]{}()~'\"&;:,.a-z0-9郑州 -]{1,40}"
    ) {
        let source = "#set page(width: 90cm)\n#sys.inputs.text";
        let document = set(source, vec![("text", Datum::text(&text))]);
        let found: String = page_runs(&document, 0).into_iter().map(|(_, _, text)| text).collect();
        let solid = |text: &str| text.split_whitespace().collect::<String>();
        prop_assert_eq!(solid(&found), solid(&text));
    }
}
