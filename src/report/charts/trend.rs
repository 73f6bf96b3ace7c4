//! Trend lines: each series has its own colour, dash and mark, and its name at its last point.

use domain::Period;

use super::Chart;
use crate::drawing::{Anchor, Drawing, Label, Shape, WIDTH};
use crate::geometry::{Scale, count, mark, ticks};
use crate::model::{Bulletin, TrendSeries};
use crate::palette::{self, Colour, MUTED, RULE};

const HEIGHT: i32 = 520;
const LEFT: i32 = 52;
const RIGHT: i32 = 640;
const TOP: i32 = 24;
const BOTTOM: i32 = 476;
const NAMES: i32 = 662;
const SIZE: i32 = 14;
const NAME_PITCH: i32 = 21;
/// More lines than this cannot be told apart.
const SERIES_LIMIT: usize = 12;

pub(super) fn draw(bulletin: &Bulletin) -> Vec<Drawing> {
    let series: Vec<_> = bulletin
        .trend
        .iter()
        .filter(|series| series.points.iter().any(|(_, score)| mark(score).is_some()))
        .take(SERIES_LIMIT)
        .collect();
    let months = months(&series);
    let scores: Vec<f64> = series
        .iter()
        .flat_map(|series| &series.points)
        .filter_map(|(_, score)| mark(score))
        .collect();
    let low = scores.iter().copied().fold(f64::INFINITY, f64::min);
    let high = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if months.is_empty() || scores.is_empty() {
        return Vec::new();
    }
    let grid = ticks((low - 1.0).max(low.min(0.0)), high + 1.0, 6.0);
    let bounds = (
        grid.first().copied().unwrap_or(low),
        grid.last().copied().unwrap_or(high),
    );
    let rise = Scale::new(bounds, (BOTTOM, TOP));
    let mut drawing = Drawing::new(Chart::Trend.title(), alt(&series), HEIGHT);
    draw_grid(&mut drawing, &grid, rise);
    draw_months(&mut drawing, &months);
    for (place, line) in series.iter().enumerate() {
        draw_line(&mut drawing, line, place, &months, rise);
    }
    draw_names(&mut drawing, &series, &months, rise);
    vec![drawing]
}

fn months(series: &[&TrendSeries]) -> Vec<Period> {
    let mut months: Vec<Period> = series
        .iter()
        .flat_map(|series| series.points.iter().map(|(month, _)| *month))
        .collect();
    months.sort_unstable();
    months.dedup();
    months
}

fn alt(series: &[&TrendSeries]) -> String {
    series
        .iter()
        .filter_map(|line| {
            let (from, first) = line.points.first()?;
            let (to, last) = line.points.last()?;
            Some(format!("{}由{from}的{first}到{to}的{last}", line.name))
        })
        .collect::<Vec<_>>()
        .join("；")
}

fn x_of(month: Period, months: &[Period]) -> i32 {
    let place = months.iter().position(|known| *known == month).unwrap_or(0);
    if months.len() < 2 {
        return i32::midpoint(LEFT, RIGHT);
    }
    let room = RIGHT - LEFT - 40;
    LEFT + 20 + room * count(place) / (count(months.len()) - 1)
}

fn draw_grid(drawing: &mut Drawing, grid: &[f64], rise: Scale) {
    for value in grid {
        let y = rise.at(*value);
        drawing.line(vec![(LEFT, y), (RIGHT, y)], RULE, 1);
        let decimals = usize::from(value.fract().abs() > 1e-9);
        let label = Label::centred(LEFT - 8, y, SIZE, format!("{value:.decimals$}"));
        drawing.label(label.anchored(Anchor::End).in_colour(MUTED));
    }
}

fn draw_months(drawing: &mut Drawing, months: &[Period]) {
    let every = months.len().div_ceil(9).max(1);
    for (place, month) in months.iter().enumerate() {
        if place % every == 0 {
            let label = Label::new(x_of(*month, months), 502, SIZE, month.to_string());
            drawing.label(label.anchored(Anchor::Middle).in_colour(MUTED));
        }
    }
}

/// Runs of consecutive months: a month without a score breaks the line instead of hiding.
fn runs(line: &TrendSeries, months: &[Period], rise: Scale) -> Vec<Vec<(i32, i32)>> {
    let mut runs: Vec<Vec<(i32, i32)>> = vec![Vec::new()];
    let mut expected = None;
    for (month, score) in &line.points {
        let Some(score) = mark(score) else { continue };
        if expected.is_some_and(|next| next != *month) {
            runs.push(Vec::new());
        }
        expected = Some(month.next());
        if let Some(run) = runs.last_mut() {
            run.push((x_of(*month, months), rise.at(score)));
        }
    }
    runs
}

fn draw_line(
    drawing: &mut Drawing,
    line: &TrendSeries,
    place: usize,
    months: &[Period],
    rise: Scale,
) {
    let colour = palette::kind(place);
    for run in runs(line, months, rise) {
        for pair in run.windows(2) {
            if let [from, to] = pair {
                stroke(drawing, *from, *to, colour, place);
            }
        }
        for point in run {
            draw_mark(drawing, point, colour, place);
        }
    }
}

/// Series past the first of the palette are dashed: a dash pattern survives grey print.
fn stroke(drawing: &mut Drawing, from: (i32, i32), to: (i32, i32), colour: Colour, place: usize) {
    let (dash, gap) = match place % 3 {
        0 => return drawing.line(vec![from, to], colour, 3),
        1 => (12, 6),
        _ => (4, 5),
    };
    let span = (to.0 - from.0).max((to.1 - from.1).abs()).max(1);
    let at = |step: i32| {
        let step = step.min(span);
        (
            from.0 + (to.0 - from.0) * step / span,
            from.1 + (to.1 - from.1) * step / span,
        )
    };
    let mut step = 0;
    while step < span {
        drawing.line(vec![at(step), at(step + dash)], colour, 3);
        step += dash + gap;
    }
}

fn draw_mark(drawing: &mut Drawing, (x, y): (i32, i32), colour: Colour, place: usize) {
    let shape = match place % 4 {
        0 => Shape::Disc {
            centre: (x, y),
            radius: 5,
            fill: colour,
        },
        1 => Shape::Polygon {
            points: vec![(x, y - 6), (x + 6, y + 5), (x - 6, y + 5)],
            fill: colour,
        },
        2 => Shape::Polygon {
            points: vec![
                (x - 5, y - 5),
                (x + 5, y - 5),
                (x + 5, y + 5),
                (x - 5, y + 5),
            ],
            fill: colour,
        },
        _ => Shape::Polygon {
            points: vec![(x, y - 7), (x + 7, y), (x, y + 7), (x - 7, y)],
            fill: colour,
        },
    };
    drawing.shapes.push(shape);
}

/// Names at the right, moved apart so that none covers another, tied to their lines by a hair.
fn draw_names(drawing: &mut Drawing, series: &[&TrendSeries], months: &[Period], rise: Scale) {
    let mut ends: Vec<(usize, (i32, i32), String)> = series
        .iter()
        .enumerate()
        .filter_map(|(place, line)| {
            let (month, score) = line.points.iter().rfind(|(_, s)| mark(s).is_some())?;
            let end = (x_of(*month, months), rise.at(mark(score)?));
            Some((place, end, format!("{score} {}", line.name)))
        })
        .collect();
    ends.sort_by_key(|(place, (_, y), _)| (*y, *place));
    let wanted: Vec<i32> = ends.iter().map(|(_, (_, y), _)| *y).collect();
    for ((place, end, text), y) in ends.iter().zip(spread(&wanted)) {
        let colour = palette::kind(*place);
        drawing.line(
            vec![(end.0 + 9, end.1), (NAMES - 18, y), (NAMES - 14, y)],
            RULE,
            1,
        );
        draw_mark(drawing, (NAMES - 4, y), colour, *place);
        drawing.label(Label::centred(NAMES + 8, y, SIZE, text).within(WIDTH - NAMES - 10));
    }
}

/// Places near the wanted ones (ascending), each at least a pitch below the one before, all on the
/// sheet.
fn spread(wanted: &[i32]) -> Vec<i32> {
    let mut places: Vec<i32> = Vec::with_capacity(wanted.len());
    for y in wanted {
        let least = places.last().map_or(TOP, |last| last + NAME_PITCH);
        places.push((*y).max(least));
    }
    let mut limit = BOTTOM;
    for place in places.iter_mut().rev() {
        *place = (*place).min(limit);
        limit = *place - NAME_PITCH;
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_keep_their_distance_and_stay_on_the_sheet() {
        for wanted in [vec![100, 101, 102, 300], vec![470; 5], vec![0; 12]] {
            let places = spread(&wanted);
            assert!(
                places
                    .windows(2)
                    .all(|pair| pair[1] - pair[0] >= NAME_PITCH)
            );
            assert!(
                places.iter().all(|y| (TOP..=BOTTOM).contains(y)),
                "{places:?}"
            );
        }
    }
}
