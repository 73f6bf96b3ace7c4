//! From the model to the values that the Typst templates in `reports/bulletin` read.

use domain::Fen;

use crate::charts::Chart;
use crate::data::Datum;
use crate::error::ReportError;
use crate::model::{Bulletin, DepartmentSheet, IncidentRow, SheetAxis, SheetIndicator};
use crate::{paint, wording};

/// Indicators side by side on a page that lies on its side.
const INDICATORS_A_PAGE: usize = 20;
/// A drawing taller than this, in pixels, takes a page to itself.
const TALL: i32 = 1000;

/// The values of `bulletin.typ`, but for the fonts.
pub(crate) fn bulletin(bulletin: &Bulletin) -> Result<Vec<(&'static str, Datum)>, ReportError> {
    let mut fields = heading(bulletin);
    fields.push(("charts", charts(bulletin)?));
    fields.extend(body(bulletin));
    fields.extend(annexes(bulletin));
    Ok(fields)
}

/// The values of `department.typ`, but for the fonts.
pub(crate) fn department(
    bulletin: &Bulletin,
    sheet: &DepartmentSheet,
) -> Vec<(&'static str, Datum)> {
    vec![
        ("issuer", Datum::text(&bulletin.issuer)),
        ("issued", Datum::text(wording::date(bulletin.issued_on))),
        ("pack", pack(bulletin)),
        ("run-id", Datum::text(&bulletin.run_id)),
        ("sheet", self::sheet(sheet)),
    ]
}

fn pack(bulletin: &Bulletin) -> Datum {
    Datum::text(format!("{} {}", bulletin.pack.id, bulletin.pack.version))
}

fn heading(bulletin: &Bulletin) -> Vec<(&'static str, Datum)> {
    let text = |text: &String| Datum::text(text);
    vec![
        ("title", text(&bulletin.title)),
        ("issuer", text(&bulletin.issuer)),
        ("document-number", text(&bulletin.document_number)),
        ("issued", Datum::text(wording::date(bulletin.issued_on))),
        ("red-head", Datum::Bool(bulletin.red_head)),
        ("run-id", text(&bulletin.run_id)),
        ("pack", pack(bulletin)),
        ("under", Datum::text(wording::under(&bulletin.pack))),
        ("jurisdiction", text(&bulletin.jurisdiction_name)),
        ("month", Datum::text(wording::month(bulletin.period))),
        (
            "departments",
            Datum::text(bulletin.departments().to_string()),
        ),
    ]
}

fn charts(bulletin: &Bulletin) -> Result<Datum, ReportError> {
    let mut fields = Vec::new();
    for chart in Chart::ALL {
        let mut drawings = Vec::new();
        for drawing in chart.draw(bulletin) {
            drawings.push(Datum::Record(vec![
                ("svg", Datum::Svg(paint::svg(&drawing)?)),
                ("title", Datum::text(&drawing.title)),
                ("alt", Datum::text(&drawing.alt)),
                ("tall", Datum::Bool(drawing.height > TALL)),
            ]));
        }
        fields.push((chart.name(), Datum::List(drawings)));
    }
    Ok(Datum::Record(fields))
}

fn body(bulletin: &Bulletin) -> Vec<(&'static str, Datum)> {
    vec![
        (
            "summary",
            Datum::list(&bulletin.summary, |figure| {
                Datum::Record(vec![
                    ("label", Datum::text(&figure.label)),
                    ("value", Datum::text(&figure.value)),
                    ("change", Datum::optional(figure.change.as_ref())),
                ])
            }),
        ),
        ("groups", groups(bulletin)),
        (
            "axes",
            Datum::list(&bulletin.axes, |axis| {
                Datum::Record(vec![
                    ("title", Datum::text(&axis.title)),
                    ("points", Datum::text(&axis.points)),
                ])
            }),
        ),
        ("network", Datum::text(wording::network(&bulletin.network))),
        ("pots", pots(bulletin)),
        ("incidents", Datum::list(&bulletin.incidents, incident)),
        ("corrections", bulletin.corrections.datum()),
        ("notes", Datum::list(&bulletin.notes, Datum::text)),
        (
            "unattributed",
            Datum::list(&bulletin.unattributed, |(reason, rows)| {
                Datum::Record(vec![
                    ("reason", Datum::text(reason)),
                    ("rows", Datum::text(rows.to_string())),
                ])
            }),
        ),
        (
            "digests",
            Datum::list(&bulletin.digests, |(name, hex)| {
                Datum::Record(vec![("name", Datum::text(name)), ("hex", Datum::text(hex))])
            }),
        ),
    ]
}

fn groups(bulletin: &Bulletin) -> Datum {
    Datum::list(&bulletin.groups, |group| {
        let rows = Datum::list(&group.rows, |row| {
            Datum::Record(vec![
                ("rank", Datum::text(row.rank.to_string())),
                ("department", Datum::text(&row.department)),
                ("total", Datum::text(&row.total)),
                ("grade", Datum::text(&row.grade)),
                ("change", Datum::optional(row.change_total.as_ref())),
                ("places", Datum::text(wording::places(row.change_rank))),
                ("compensation", amount(row.compensation_fen)),
            ])
        });
        Datum::Record(vec![("title", Datum::text(&group.title)), ("rows", rows)])
    })
}

fn pots(bulletin: &Bulletin) -> Datum {
    Datum::list(&bulletin.pots, |pot| {
        Datum::Record(vec![
            ("payer", Datum::text(&pot.payer)),
            ("line", Datum::text(&pot.line)),
            ("authority", amount(pot.authority_fen)),
            ("reserved", amount(pot.reserved_fen)),
            ("spent", amount(pot.spent_fen)),
            ("available", amount(pot.available_fen)),
        ])
    })
}

fn annexes(bulletin: &Bulletin) -> Vec<(&'static str, Datum)> {
    let mut names = vec![
        "各部门分维度得分表",
        "考核指标与各部门指标得分表",
        "补偿明细表",
    ];
    if !bulletin.sheets.is_empty() {
        names.push("部门单");
    }
    let axis_rows = Datum::list(&bulletin.axis_table, |row| {
        score_row(&row.department, &row.cells, &row.total)
    });
    vec![
        ("annexes", Datum::list(names, Datum::text)),
        ("axis-table", axis_rows),
        ("indicators", indicators(bulletin)),
        ("indicator-parts", indicator_parts(bulletin)),
        ("compensation", compensation(bulletin)),
        ("sheets", Datum::list(&bulletin.sheets, sheet)),
    ]
}

fn score_row(department: &str, cells: &[Option<String>], total: &str) -> Datum {
    Datum::Record(vec![
        ("department", Datum::text(department)),
        (
            "cells",
            Datum::list(cells, |cell| Datum::optional(cell.as_ref())),
        ),
        ("total", Datum::text(total)),
    ])
}

fn indicators(bulletin: &Bulletin) -> Datum {
    Datum::list(bulletin.indicators.iter().enumerate(), |(index, head)| {
        Datum::Record(vec![
            ("number", Datum::text((index + 1).to_string())),
            ("title", Datum::text(&head.title)),
            ("axis", Datum::text(&head.axis)),
            ("points", Datum::text(&head.points)),
            ("kind", Datum::text(&head.kind)),
            ("cite", Datum::text(&head.cite)),
        ])
    })
}

/// The indicator table, cut into parts that fit a page's width. Rows with fewer cells than there
/// are indicators are filled up, so that a cell never slips under another head.
fn indicator_parts(bulletin: &Bulletin) -> Datum {
    let columns: Vec<usize> = (0..bulletin.indicators.len()).collect();
    Datum::list(columns.chunks(INDICATORS_A_PAGE), |part| {
        let number =
            |index: Option<&usize>| Datum::text(index.map_or(0, |index| index + 1).to_string());
        let rows = Datum::list(&bulletin.indicator_table, |row| {
            let cells: Vec<Option<String>> = part
                .iter()
                .map(|index| row.cells.get(*index).cloned().flatten())
                .collect();
            score_row(&row.department, &cells, &row.total)
        });
        Datum::Record(vec![
            ("from", number(part.first())),
            ("to", number(part.last())),
            ("numbers", Datum::list(part, |index| number(Some(index)))),
            ("rows", rows),
        ])
    })
}

fn compensation(bulletin: &Bulletin) -> Datum {
    Datum::list(&bulletin.compensation, |row| {
        Datum::Record(vec![
            ("department", Datum::text(&row.department)),
            ("payer", Datum::text(&row.payer)),
            ("component", Datum::text(&row.component)),
            ("amount", amount(row.amount_fen)),
            ("unfunded", amount(row.unfunded_fen)),
        ])
    })
}

fn sheet(sheet: &DepartmentSheet) -> Datum {
    let places = match sheet.change_rank {
        None => "上月未排名".to_owned(),
        change => format!("位次{}", wording::places(change)),
    };
    let change = sheet
        .change_total
        .as_ref()
        .map_or("上月未考核".to_owned(), |change| {
            format!("较上月 {change}")
        });
    let awarded: Fen = sheet.awards.iter().map(|row| &row.amount_fen).sum();
    let unfunded: Fen = sheet.awards.iter().map(|row| &row.unfunded_fen).sum();
    Datum::Record(vec![
        ("id", Datum::text(&sheet.id)),
        ("department", Datum::text(&sheet.department)),
        ("group", Datum::text(&sheet.group)),
        ("month", Datum::text(wording::month(sheet.period))),
        ("total", Datum::text(&sheet.total)),
        ("grade", Datum::text(&sheet.grade)),
        ("rank", Datum::text(sheet.rank.to_string())),
        ("of", Datum::text(sheet.of.to_string())),
        ("change", Datum::text(change)),
        ("places", Datum::text(places)),
        ("awarded", amount(awarded)),
        (
            "unfunded",
            Datum::text(match unfunded {
                Fen::ZERO => "已全额落实".to_owned(),
                rest => format!("未落实 {rest}"),
            }),
        ),
        ("axes", Datum::list(&sheet.axes, axis)),
        ("indicators", Datum::list(&sheet.indicators, indicator)),
        (
            "raise",
            Datum::list(&sheet.raise, |line| {
                Datum::Record(vec![
                    ("action", Datum::text(&line.action)),
                    ("gain", Datum::text(&line.gain)),
                ])
            }),
        ),
        ("awards", awards(sheet)),
        ("opening", amount(sheet.ledger.opening_fen)),
        ("lines", ledger_lines(sheet)),
        ("closing", amount(sheet.ledger.closing_fen)),
        ("incidents", Datum::list(&sheet.incidents, incident)),
    ])
}

fn axis(axis: &SheetAxis) -> Datum {
    let share = |score: &String| wording::share(score, &axis.points);
    Datum::Record(vec![
        ("title", Datum::text(&axis.title)),
        ("points", Datum::text(&axis.points)),
        ("score", Datum::optional(axis.score.as_ref())),
        ("average", Datum::optional(axis.group_average.as_ref())),
        (
            "share",
            Datum::Int(axis.score.as_ref().and_then(share).unwrap_or(0)),
        ),
        (
            "average-share",
            axis.group_average
                .as_ref()
                .and_then(share)
                .map_or(Datum::None, Datum::Int),
        ),
    ])
}

fn indicator(row: &SheetIndicator) -> Datum {
    Datum::Record(vec![
        ("title", Datum::text(&row.title)),
        ("points", Datum::text(&row.points_max)),
        ("score", Datum::optional(row.score.as_ref())),
        ("status", Datum::text(&row.status)),
        ("cases", Datum::text(row.cases.to_string())),
        ("cite", Datum::text(&row.cite)),
        ("reasons", Datum::list(&row.reasons, Datum::text)),
    ])
}

fn awards(sheet: &DepartmentSheet) -> Datum {
    Datum::list(&sheet.awards, |row| {
        Datum::Record(vec![
            ("payer", Datum::text(&row.payer)),
            ("component", Datum::text(&row.component)),
            ("amount", amount(row.amount_fen)),
            ("unfunded", amount(row.unfunded_fen)),
        ])
    })
}

fn ledger_lines(sheet: &DepartmentSheet) -> Datum {
    Datum::list(&sheet.ledger.lines, |line| {
        Datum::Record(vec![
            ("date", Datum::text(line.posted_on.to_string())),
            ("reference", Datum::text(&line.reference)),
            ("text", Datum::text(&line.text)),
            ("amount", amount(line.amount_fen)),
            ("balance", amount(line.balance_fen)),
        ])
    })
}

fn incident(row: &IncidentRow) -> Datum {
    Datum::Record(vec![
        ("department", Datum::text(&row.department)),
        ("date", Datum::text(row.occurred_on.to_string())),
        ("code", Datum::text(&row.code)),
        ("title", Datum::text(&row.title)),
        ("article", Datum::text(&row.article)),
        ("effect", Datum::text(&row.effect)),
    ])
}

fn amount(fen: Fen) -> Datum {
    Datum::text(fen.to_string())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use super::*;
    use crate::sample;

    #[test]
    fn the_values_of_a_sheet_are_as_recorded() {
        let sample = sample::bulletin(4);
        insta::assert_debug_snapshot!("sheet", department(&sample, &sample.sheets[1]));
    }

    #[test]
    fn indicators_are_cut_to_the_page_and_short_rows_filled_up() {
        let mut sample = sample::bulletin(2);
        let head = sample.indicators[0].clone();
        sample.indicators.resize(45, head);
        sample.indicator_table[0].cells.truncate(3);
        let Datum::List(parts) = indicator_parts(&sample) else {
            panic!("not a list");
        };
        let cells: Vec<usize> = parts.iter().map(cells_of_first_row).collect();
        assert_eq!(cells, [20, 20, 5]);
    }

    fn field<'a>(datum: &'a Datum, name: &str) -> &'a Datum {
        match datum {
            Datum::Record(fields) => &fields.iter().find(|(key, _)| *key == name).unwrap().1,
            other => panic!("no record: {other:?}"),
        }
    }

    fn cells_of_first_row(part: &Datum) -> usize {
        match field(part, "rows") {
            Datum::List(rows) => match field(&rows[0], "cells") {
                Datum::List(cells) => cells.len(),
                other => panic!("no list: {other:?}"),
            },
            other => panic!("no list: {other:?}"),
        }
    }
}
