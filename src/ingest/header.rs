//! Header rows: which kind a table is, and where its columns stand.

use csv::StringRecord;

use crate::error::IngestError;
use crate::layout::{Column, FileKind};
use crate::value::fold;

/// A header recognised.
#[derive(Debug)]
pub(crate) struct Header {
    /// Kind of the table.
    pub(crate) kind: FileKind,
    /// Line of the header.
    pub(crate) line: u32,
    /// For each column of the layout, its place in the file.
    pub(crate) places: Vec<Option<usize>>,
    /// Cells of the header, up to the last that is not empty.
    pub(crate) width: usize,
    /// Headers that the layout does not know, with their places.
    pub(crate) extra: Vec<(usize, String)>,
    /// Headers that stand twice; the first is read.
    pub(crate) repeated: Vec<(usize, String)>,
}

/// A header cell as it is compared: folded, without spaces, BOM and the asterisk by which
/// templates mark required columns.
fn plain(cell: &str) -> String {
    fold(cell)
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '\u{feff}' | '\u{200b}' | '*'))
        .collect()
}

/// How well a header fits a kind.
struct Fit {
    kind: FileKind,
    required: usize,
    found: usize,
    all: usize,
}

impl Fit {
    fn of(kind: FileKind, names: &[String]) -> Self {
        let has = |column: &&Column| names.iter().any(|name| name == column.name);
        let required = kind.columns().iter().filter(|column| column.required);
        Self {
            kind,
            required: required.clone().count(),
            found: required.filter(has).count(),
            all: kind.columns().iter().filter(has).count(),
        }
    }

    /// Share of required columns found in per mille, then columns found at all.
    fn rank(&self) -> (usize, usize) {
        (self.found * 1000 / self.required.max(1), self.all)
    }
}

/// Recognises a header row, or says what it should have been.
pub(crate) fn recognise(
    file: &str,
    line: u32,
    record: &StringRecord,
) -> Result<Header, IngestError> {
    let names: Vec<String> = record.iter().map(plain).collect();
    let tables = FileKind::ALL
        .into_iter()
        .filter(|kind| !kind.columns().is_empty());
    let best = tables
        .map(|kind| Fit::of(kind, &names))
        .max_by_key(Fit::rank)
        .unwrap_or(Fit {
            kind: FileKind::Usage,
            required: 1,
            found: 0,
            all: 0,
        });
    if best.found == best.required {
        return Ok(locate(best.kind, line, &names));
    }
    let missing: Vec<&str> = best
        .kind
        .columns()
        .iter()
        .filter(|column| column.required && !names.iter().any(|name| name == column.name))
        .map(|column| column.name)
        .collect();
    Err(if best.found * 2 >= best.required {
        IngestError::MissingColumns {
            file: file.to_owned(),
            kind: best.kind,
            line,
            hint: hint(&missing, &names),
            missing: listed(&missing),
        }
    } else {
        let titles = FileKind::ALL.map(FileKind::title);
        let found: Vec<&str> = names.iter().map(String::as_str).take(12).collect();
        IngestError::UnknownHeader {
            file: file.to_owned(),
            line,
            found: crate::reject::excerpt(&found.join("、")),
            expected: titles.join("、"),
            nearest: best.kind,
            missing: listed(&missing),
        }
    })
}

fn listed(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("“{name}”")).collect();
    quoted.join("、")
}

/// Where the columns of the kind stand.
fn locate(kind: FileKind, line: u32, names: &[String]) -> Header {
    let mut header = Header {
        kind,
        line,
        places: vec![None; kind.columns().len()],
        width: names
            .iter()
            .rposition(|name| !name.is_empty())
            .map_or(0, |last| last + 1),
        extra: Vec::new(),
        repeated: Vec::new(),
    };
    for (place, name) in names
        .iter()
        .enumerate()
        .filter(|(_, name)| !name.is_empty())
    {
        let column = kind.columns().iter().position(|column| column.name == name);
        match column.and_then(|column| header.places.get_mut(column)) {
            None => header.extra.push((place, name.clone())),
            Some(Some(_)) => header.repeated.push((place, name.clone())),
            Some(free) => *free = Some(place),
        }
    }
    header
}

/// «; did you mean»: for each missing column the header that comes nearest, if any comes near.
fn hint(missing: &[&str], names: &[String]) -> String {
    let mut hints = String::new();
    for column in missing {
        let nearest = names
            .iter()
            .filter(|name| !name.is_empty() && name.chars().count() <= 40)
            .take(200)
            .map(|name| (distance(column, name), name))
            .min();
        if let Some((distance, name)) = nearest
            && distance * 2 <= column.chars().count()
        {
            hints.push_str("；“");
            hints.push_str(name);
            hints.push_str("”是否即“");
            hints.push_str(column);
            hints.push('”');
        }
    }
    hints
}

/// Levenshtein distance in characters.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (index, c) in one.chars().enumerate() {
        let mut diagonal = index;
        let mut left = index + 1;
        let mut next = vec![left];
        for (d, above) in other.iter().zip(row.iter().skip(1)) {
            let cost = diagonal + usize::from(c != *d);
            left = cost.min(left + 1).min(above + 1);
            diagonal = *above;
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use super::*;
    use crate::layout::usage;

    fn header(cells: &[&str]) -> Result<Header, IngestError> {
        recognise("a.csv", 1, &StringRecord::from(cells.to_vec()))
    }

    #[test]
    fn every_template_is_its_own_kind() {
        for kind in FileKind::ALL.into_iter().filter(|k| *k != FileKind::XRoad) {
            let all: Vec<_> = kind.columns().iter().map(|column| column.name).collect();
            assert_eq!(header(&all).unwrap().kind, kind);
            let columns = kind.columns().iter();
            let required: Vec<_> = columns.filter(|c| c.required).map(|c| c.name).collect();
            assert_eq!(header(&required).unwrap().kind, kind);
        }
    }

    #[test]
    fn order_spaces_width_and_extras_do_not_matter() {
        let found = header(&[
            "失败次数",
            "备注",
            " 成功 次数*",
            "调用方代码",
            "信息资源代码",
            "提供方代码",
            "\u{feff}日期",
            "日期",
        ])
        .unwrap();
        assert_eq!(found.kind, FileKind::Usage);
        assert_eq!(found.places[usage::DAY], Some(6));
        assert_eq!(found.places[usage::SUCCEEDED], Some(2));
        assert_eq!(found.places[usage::BYTES], None);
        assert_eq!(found.extra, [(1, "备注".to_owned())]);
        assert_eq!(found.repeated, [(7, "日期".to_owned())]);
    }

    #[test]
    fn a_missing_column_is_named_with_the_nearest_header() {
        let error = header(&[
            "日期",
            "提供方代码",
            "信息资源编码",
            "调用方代码",
            "成功次数",
            "失败次数",
        ])
        .unwrap_err();
        let text = error.to_string();
        assert!(
            matches!(error, IngestError::MissingColumns { .. }),
            "{text}"
        );
        assert!(
            text.contains("“信息资源编码”是否即“信息资源代码”"),
            "{text}"
        );
    }

    #[test]
    fn an_unknown_header_lists_the_kinds_and_the_nearest() {
        let error = header(&["姓名", "部门代码", "电话"]).unwrap_err();
        let text = error.to_string();
        assert!(matches!(error, IngestError::UnknownHeader { .. }), "{text}");
        for title in ["行政区划", "共享使用日报", "X-Road运行监控记录"] {
            assert!(text.contains(title), "{text}");
        }
        assert!(text.contains("最接近的是"), "{text}");
    }

    #[test]
    fn distances() {
        assert_eq!(distance("信息资源代码", "信息资源编码"), 1);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("kitten", "sitting"), 3);
    }
}
