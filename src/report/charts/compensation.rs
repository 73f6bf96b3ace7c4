//! Compensation: stacked bars by component, for each payer and for the departments that receive
//! most.

use domain::Fen;

use super::Chart;
use crate::drawing::{Anchor, Drawing, Label, WIDTH};
use crate::geometry::{Scale, length};
use crate::model::{Bulletin, CompensationRow};
use crate::palette::{self, MUTED, RULE};
use crate::wording::ten_thousand_yuan;

const SIZE: i32 = 15;
const NAME_END: i32 = 262;
const BAR: i32 = 274;
const BAR_END: i32 = 770;
const PITCH: i32 = 26;
const HEADING: i32 = 40;
const TOP: i32 = 40;
const PAYER_LIMIT: usize = 12;
const DEPARTMENT_LIMIT: usize = 20;

/// One bar: a name and its amounts by component, in the order of the components.
struct Bar<'a> {
    name: &'a str,
    parts: Vec<i64>,
}

impl Bar<'_> {
    fn total(&self) -> i64 {
        self.parts
            .iter()
            .fold(0, |total, part| total.saturating_add(*part))
    }
}

pub(super) fn draw(bulletin: &Bulletin) -> Vec<Drawing> {
    let components = names(&bulletin.compensation, |row| &row.component);
    let payers = bars(&bulletin.compensation, &components, |row| &row.payer);
    let receivers = bars(&bulletin.compensation, &components, |row| &row.department);
    if payers.iter().all(|bar| bar.total() == 0) {
        return Vec::new();
    }
    let sections = [
        section("按出资方", &payers, PAYER_LIMIT),
        section("按受偿部门", &receivers, DEPARTMENT_LIMIT),
    ];
    let rows: usize = sections.iter().map(|(_, bars)| bars.len()).sum();
    let height = TOP + 2 * HEADING + crate::geometry::count(rows) * PITCH + 8;
    let mut drawing = Drawing::new(Chart::Compensation.title(), alt(&payers), height);
    legend(&mut drawing, &components);
    let mut y = TOP;
    for (title, bars) in &sections {
        drawing.label(Label::centred(0, y + 22, SIZE, title).bold());
        y += HEADING;
        y = draw_bars(&mut drawing, y, bars);
    }
    vec![drawing]
}

fn section<'a, 'b>(title: &str, bars: &'b [Bar<'a>], limit: usize) -> (String, &'b [Bar<'a>]) {
    let shown = bars.get(..limit.min(bars.len())).unwrap_or(bars);
    let title = if shown.len() < bars.len() {
        format!("{title}（前{}位，共{}位）", shown.len(), bars.len())
    } else {
        title.to_owned()
    };
    (title, shown)
}

fn names(rows: &[CompensationRow], name: impl Fn(&CompensationRow) -> &String) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    for row in rows {
        let name = name(row).as_str();
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// Bars by name, largest first; a tie keeps the order of the rows.
fn bars<'a>(
    rows: &'a [CompensationRow],
    components: &[&str],
    name: impl Fn(&'a CompensationRow) -> &'a String,
) -> Vec<Bar<'a>> {
    let mut bars: Vec<Bar<'a>> = Vec::new();
    for row in rows {
        let name = name(row).as_str();
        let place = bars.iter().position(|bar| bar.name == name);
        let place = place.unwrap_or_else(|| {
            bars.push(Bar {
                name,
                parts: vec![0; components.len()],
            });
            bars.len() - 1
        });
        let component = components.iter().position(|known| *known == row.component);
        if let (Some(bar), Some(component)) = (bars.get_mut(place), component)
            && let Some(part) = bar.parts.get_mut(component)
        {
            *part = part.saturating_add(row.amount_fen.get());
        }
    }
    bars.sort_by_key(|bar| std::cmp::Reverse(bar.total()));
    bars.retain(|bar| bar.total() != 0);
    bars
}

fn alt(payers: &[Bar<'_>]) -> String {
    let parts: Vec<String> = payers
        .iter()
        .map(|bar| {
            format!(
                "{}{}万元",
                bar.name,
                ten_thousand_yuan(Fen::new(bar.total()))
            )
        })
        .collect();
    format!("本月应补偿额按出资方：{}", parts.join("，"))
}

fn legend(drawing: &mut Drawing, components: &[&str]) {
    let mut x = BAR;
    for (place, component) in components.iter().enumerate().take(6) {
        drawing.block(x, 9, x + 26, 23, palette::kind(place));
        let label = Label::centred(x + 32, 16, SIZE, component).within(110);
        x = label.bounds().right + 24;
        drawing.label(label);
    }
    let unit = Label::centred(WIDTH, 16, SIZE, "单位：万元");
    drawing.label(unit.anchored(Anchor::End).in_colour(MUTED));
}

fn draw_bars(drawing: &mut Drawing, mut y: i32, bars: &[Bar<'_>]) -> i32 {
    let most = bars
        .iter()
        .map(|bar| bar.total().unsigned_abs())
        .max()
        .unwrap_or(1);
    let scale = Scale::new((0.0, length(most.max(1))), (BAR, BAR_END));
    let bottom = y + crate::geometry::count(bars.len()) * PITCH;
    drawing.line(vec![(BAR, y - 4), (BAR, bottom)], RULE, 1);
    for bar in bars {
        let middle = y + PITCH / 2;
        drawing.label(
            Label::centred(NAME_END, middle, SIZE, bar.name)
                .within(NAME_END)
                .anchored(Anchor::End),
        );
        let mut reached: u64 = 0;
        for (place, part) in bar.parts.iter().enumerate() {
            let left = scale.at(length(reached));
            reached = reached.saturating_add(u64::try_from(*part).unwrap_or(0));
            let right = scale.at(length(reached));
            if right > left {
                drawing.block(left, y + 4, right, y + PITCH - 4, palette::kind(place));
                // A white hair keeps neighbours apart when colours are gone.
                drawing.line(
                    vec![(right, y + 4), (right, y + PITCH - 4)],
                    palette::WHITE,
                    1,
                );
            }
        }
        let end = scale.at(length(reached)) + 8;
        let amount = ten_thousand_yuan(Fen::new(bar.total()));
        drawing.label(Label::centred(end, middle, SIZE, amount).within(WIDTH - end));
        y += PITCH;
    }
    y
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn bars_add_up_to_what_is_awarded() {
        let bulletin = sample::bulletin(60);
        let rows = &bulletin.compensation;
        let awarded: i64 = rows.iter().map(|row| row.amount_fen.get()).sum();
        let components = names(rows, |row| &row.component);
        for bars in [
            bars(rows, &components, |row| &row.payer),
            bars(rows, &components, |row| &row.department),
        ] {
            assert_eq!(bars.iter().map(Bar::total).sum::<i64>(), awarded);
            assert!(
                bars.windows(2)
                    .all(|pair| pair[0].total() >= pair[1].total())
            );
        }
    }
}
