//! Heat map of departments by axes: five classes of the share of points won, with the score in
//! every cell, so that neither colour nor grey has to be guessed.

use super::Chart;
use super::pages::{Line, ROW, numbered, paginate};
use crate::drawing::{Anchor, Drawing, Label, PAGE_HEIGHT, WIDTH};
use crate::geometry::{count, mark};
use crate::measure::{self, Weight};
use crate::model::{AxisHead, AxisRow, Bulletin};
use crate::palette::{self, BAND, Colour, MUTED, WHITE};

const TOP: i32 = 80;
const SIZE: i32 = 14;
const TITLE_SIZE: i32 = 14;
const NAME_WIDTH: i32 = 252;
const CELLS: i32 = 262;
const TOTAL_WIDTH: i32 = 72;
const NOT_APPLICABLE: &str = "不适用";

/// Lowest percent of points of each class, strongest first, and its words.
const CLASSES: [(f64, &str); 5] = [
    (90.0, "90%以上"),
    (80.0, "80%—90%"),
    (70.0, "70%—80%"),
    (60.0, "60%—70%"),
    (f64::MIN, "不足60%"),
];

pub(super) fn draw(bulletin: &Bulletin) -> Vec<Drawing> {
    if bulletin.axes.is_empty() {
        return Vec::new();
    }
    let mut groups: Vec<(&str, Vec<&AxisRow>)> = Vec::new();
    for row in &bulletin.axis_table {
        match groups.iter_mut().find(|(title, _)| *title == row.group) {
            Some((_, rows)) => rows.push(row),
            None => groups.push((&row.group, vec![row])),
        }
    }
    let pages = paginate(&groups, PAGE_HEIGHT - TOP);
    let of = pages.len();
    pages
        .into_iter()
        .enumerate()
        .map(|(index, lines)| {
            let title = numbered(Chart::Axes.title(), index, of);
            page(title, &bulletin.axes, &lines)
        })
        .collect()
}

fn page(title: String, axes: &[AxisHead], lines: &[Line<'_, AxisRow>]) -> Drawing {
    let height = TOP + lines.iter().map(Line::height).sum::<i32>();
    let names: Vec<&str> = axes.iter().map(|axis| axis.title.as_str()).collect();
    let alt = format!(
        "每行一个部门，每列一个维度（{}），颜色越深得分率越高，格内为得分",
        names.join("、")
    );
    let mut drawing = Drawing::new(title, alt, height);
    legend(&mut drawing);
    heads(&mut drawing, axes);
    let mut y = TOP;
    for line in lines {
        match line {
            Line::Heading(group) => {
                drawing.label(Label::centred(0, y + 14, 15, group).bold().within(400));
            }
            Line::Row(row) => self::row(&mut drawing, y, row, axes),
        }
        y += line.height();
    }
    drawing
}

fn column(place: usize, of: usize) -> (i32, i32) {
    let span = WIDTH - TOTAL_WIDTH - CELLS;
    let edge = |index: usize| CELLS + span * count(index) / count(of).max(1);
    (edge(place), edge(place + 1))
}

fn legend(drawing: &mut Drawing) {
    let mut x = CELLS;
    for (place, (_, words)) in CLASSES.iter().enumerate() {
        drawing.block(x, 8, x + 24, 22, palette::class(place));
        let label = Label::centred(x + 30, 15, SIZE, words);
        x = label.bounds().right + 22;
        drawing.label(label);
    }
    drawing.label(Label::centred(0, 15, SIZE, "得分率（得分÷分值）").in_colour(MUTED));
}

fn heads(drawing: &mut Drawing, axes: &[AxisHead]) {
    for (place, axis) in axes.iter().enumerate() {
        let (left, right) = column(place, axes.len());
        let middle = i32::midpoint(left, right);
        let room = right - left - 4;
        for (baseline, text) in title_lines(&axis.title, room) {
            drawing.label(
                Label::new(middle, baseline, TITLE_SIZE, text)
                    .bold()
                    .within(room)
                    .anchored(Anchor::Middle),
            );
        }
        drawing.label(
            Label::new(middle, 74, 13, format!("{}分", axis.points))
                .within(room)
                .anchored(Anchor::Middle)
                .in_colour(MUTED),
        );
    }
    let end = WIDTH - 4;
    drawing.label(
        Label::new(end, 57, TITLE_SIZE, "总分")
            .bold()
            .anchored(Anchor::End),
    );
}

/// A title in one line, or in two about equal ones where it is too wide: baseline and text.
fn title_lines(title: &str, room: i32) -> Vec<(i32, String)> {
    if measure::width(title, TITLE_SIZE, Weight::Bold) <= room {
        return vec![(57, title.to_owned())];
    }
    let letters: Vec<char> = title.chars().collect();
    let (first, second) = letters.split_at(letters.len().div_ceil(2));
    vec![(41, first.iter().collect()), (57, second.iter().collect())]
}

fn row(drawing: &mut Drawing, y: i32, row: &AxisRow, axes: &[AxisHead]) {
    let middle = y + ROW / 2;
    drawing.label(Label::centred(0, middle, SIZE, &row.department).within(NAME_WIDTH));
    for (place, (axis, cell)) in axes.iter().zip(&row.cells).enumerate() {
        let (left, right) = column(place, axes.len());
        let (fill, text) = match cell {
            Some(score) => (colour(score, &axis.points), score.as_str()),
            None => (BAND, NOT_APPLICABLE),
        };
        drawing.block(left + 1, y, right - 1, y + ROW - 1, fill);
        drawing.label(
            Label::centred(i32::midpoint(left, right), middle, 13, text)
                .within(right - left - 4)
                .anchored(Anchor::Middle)
                .in_colour(if cell.is_some() {
                    fill.text_on()
                } else {
                    MUTED
                }),
        );
    }
    drawing.label(
        Label::centred(WIDTH - 4, middle, SIZE, &row.total)
            .bold()
            .within(TOTAL_WIDTH - 10)
            .anchored(Anchor::End),
    );
}

fn colour(score: &str, points: &str) -> Colour {
    match (mark(score), mark(points)) {
        (Some(score), Some(points)) if points > 0.0 => {
            let percent = score / points * 100.0;
            let place = CLASSES.iter().position(|(low, _)| percent >= *low);
            palette::class(place.unwrap_or(CLASSES.len()))
        }
        _ => WHITE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_begins_at_its_lower_bound() {
        for (score, class) in [("27", 0), ("26.99", 1), ("18", 3), ("17.99", 4), ("-3", 4)] {
            assert_eq!(colour(score, "30"), palette::class(class), "{score}");
        }
        assert_eq!(colour("—", "30"), WHITE);
    }
}
