//! Ranking bars: one bar a department, grouped, darker for a better grade.

use super::Chart;
use super::pages::{Line, numbered, paginate};
use crate::drawing::{Anchor, Drawing, Label, PAGE_HEIGHT, WIDTH};
use crate::geometry::{Scale, mark};
use crate::model::{Bulletin, GroupRanking, RankRow};
use crate::palette::{self, ALERT, BAND, Colour, INK, MUTED, RULE};
use crate::wording;

const TOP: i32 = 54;
const SIZE: i32 = 14;
const RANK_END: i32 = 30;
const NAME: i32 = 42;
const NAME_WIDTH: i32 = 256;
const BAR: i32 = 306;
const BAR_END: i32 = 690;
const GRADE: i32 = 746;
const CHANGE_END: i32 = 840;
const PLACES_END: i32 = 882;

pub(super) fn draw(bulletin: &Bulletin) -> Vec<Drawing> {
    let groups = bulletin
        .groups
        .iter()
        .map(|group| (group.title.as_str(), group.rows.iter().collect()))
        .collect::<Vec<_>>();
    let pages = paginate(&groups, PAGE_HEIGHT - TOP);
    let grades = grades(&bulletin.groups);
    let top = bulletin
        .groups
        .iter()
        .flat_map(|group| &group.rows)
        .filter_map(|row| mark(&row.total))
        .fold(100.0, f64::max);
    let scale = Scale::new((0.0, top), (BAR, BAR_END));
    let of = pages.len();
    pages
        .into_iter()
        .enumerate()
        .map(|(index, lines)| {
            let title = numbered(Chart::Ranking.title(), index, of);
            page(title, alt(bulletin), &lines, &grades, scale)
        })
        .collect()
}

/// The grades, best first: in the order of the best total that has each.
fn grades(groups: &[GroupRanking]) -> Vec<&str> {
    let mut best: Vec<(&str, f64)> = Vec::new();
    for row in groups.iter().flat_map(|group| &group.rows) {
        let total = mark(&row.total).unwrap_or(f64::MIN);
        match best.iter_mut().find(|(grade, _)| *grade == row.grade) {
            Some((_, known)) => *known = known.max(total),
            None => best.push((&row.grade, total)),
        }
    }
    best.sort_by(|one, other| other.1.total_cmp(&one.1));
    best.into_iter().map(|(grade, _)| grade).collect()
}

/// Grades run through the ordered colours; a failing one (不合格, 不达标) stands out.
fn colour(grades: &[&str], grade: &str) -> Colour {
    match grades.iter().position(|known| *known == grade) {
        Some(_) if grade.starts_with('不') => ALERT,
        Some(place) => palette::class(place.min(3)),
        None => MUTED,
    }
}

fn alt(bulletin: &Bulletin) -> String {
    bulletin
        .groups
        .iter()
        .filter_map(|group| {
            let first = group.rows.first()?;
            let last = group.rows.last()?;
            Some(format!(
                "{}组{}个部门，最高{}（{}），最低{}（{}）",
                group.title,
                group.rows.len(),
                first.total,
                first.department,
                last.total,
                last.department
            ))
        })
        .collect::<Vec<_>>()
        .join("；")
}

fn page(
    title: String,
    alt: String,
    lines: &[Line<'_, RankRow>],
    grades: &[&str],
    scale: Scale,
) -> Drawing {
    let height = TOP + lines.iter().map(Line::height).sum::<i32>();
    let mut drawing = Drawing::new(title, alt, height);
    legend(&mut drawing, grades);
    for value in [0.0, 20.0, 40.0, 60.0, 80.0, 100.0] {
        let x = scale.at(value);
        drawing.line(vec![(x, TOP), (x, height)], RULE, 1);
        let label = Label::new(x, TOP - 6, 13, format!("{value:.0}"));
        drawing.label(label.anchored(Anchor::Middle).in_colour(MUTED));
    }
    let mut y = TOP;
    let mut banded = false;
    for line in lines {
        match line {
            Line::Heading(group) => {
                heading(&mut drawing, y, group);
                banded = false;
            }
            Line::Row(row) => {
                self::row(
                    &mut drawing,
                    y,
                    row,
                    banded,
                    colour(grades, &row.grade),
                    scale,
                );
                banded = !banded;
            }
        }
        y += line.height();
    }
    drawing
}

fn legend(drawing: &mut Drawing, grades: &[&str]) {
    let mut x = NAME;
    for grade in grades.iter().take(8) {
        drawing.block(x, 10, x + 26, 22, colour(grades, grade));
        let label = Label::centred(x + 32, 16, SIZE, grade).within(120);
        x = label.bounds().right + 26;
        drawing.label(label);
    }
    for (x, head) in [(CHANGE_END, "较上月"), (PLACES_END, "位次")] {
        let label = Label::new(x, TOP - 6, 13, head);
        drawing.label(label.anchored(Anchor::End).in_colour(MUTED));
    }
}

fn heading(drawing: &mut Drawing, y: i32, group: &str) {
    drawing.block(0, y + 2, WIDTH, y + 24, palette::SEQUENCE[4]);
    drawing.label(Label::centred(8, y + 13, 15, group).bold().within(400));
}

fn row(drawing: &mut Drawing, y: i32, row: &RankRow, banded: bool, colour: Colour, scale: Scale) {
    let middle = y + 8;
    if banded {
        drawing.block(0, y, BAR - 6, y + 17, BAND);
    }
    drawing.label(
        Label::centred(RANK_END, middle, SIZE, row.rank.to_string())
            .anchored(Anchor::End)
            .in_colour(MUTED),
    );
    drawing.label(Label::centred(NAME, middle, SIZE, &row.department).within(NAME_WIDTH));
    let end = mark(&row.total).map_or(BAR, |total| scale.at(total));
    drawing.block(BAR, y + 3, end.max(BAR + 1), y + 14, colour);
    drawing.label(Label::centred(end + 6, middle, SIZE, &row.total).within(GRADE - end - 12));
    drawing.label(
        Label::centred(GRADE, middle, SIZE, &row.grade)
            .within(46)
            .in_colour(INK),
    );
    let change = row.change_total.as_deref().unwrap_or("—");
    let places = wording::places(row.change_rank);
    for (x, text, room) in [
        (CHANGE_END, change, CHANGE_END - GRADE - 50),
        (PLACES_END, places.as_str(), PLACES_END - CHANGE_END - 4),
    ] {
        let label = Label::centred(x, middle, 13, text).within(room);
        drawing.label(label.anchored(Anchor::End).in_colour(MUTED));
    }
}
