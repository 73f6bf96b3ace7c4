//! The sharing network: departments on a circle, at even heights, so that every name stands beside
//! its mark on a straight line. Islands are hollow, and named in bold.

use super::Chart;
use crate::drawing::{Anchor, Drawing, Label, Shape, WIDTH};
use crate::geometry::{count, length, px};
use crate::model::{Bulletin, Network, NetworkEdge, NetworkNode};
use crate::palette::{self, ALERT, MUTED, RULE};

const TOP: i32 = 76;
const PITCH: i32 = 28;
const SIZE: i32 = 15;
const NAME_WIDTH: i32 = 170;
/// Farthest a mark may stand from the centre, leaving room for the names.
const WIDEST: i32 = WIDTH / 2 - NAME_WIDTH - 40;
/// Marks beyond this many cannot be told apart; islands and the strongest stay.
const NODE_LIMIT: usize = 76;
/// Strongest links drawn; the rest would only be grey.
const EDGE_LIMIT: usize = 120;
const CURVE_STEPS: i32 = 24;

pub(super) fn draw(bulletin: &Bulletin) -> Vec<Drawing> {
    let network = &bulletin.network;
    if network.nodes.is_empty() {
        return Vec::new();
    }
    let groups = groups(network);
    let shown = shown(network, &groups);
    let rows = shown.len().div_ceil(2);
    let radius = (count(rows.max(2) - 1) * PITCH / 2).max(180);
    let layout = Layout {
        centre: (WIDTH / 2, TOP + 30 + radius),
        radius,
    };
    let mut drawing = Drawing::new(Chart::Network.title(), alt(network), TOP + 2 * radius + 60);
    legend(&mut drawing, network, &groups, shown.len());
    let places: Vec<(usize, (i32, i32))> = shown
        .iter()
        .enumerate()
        .map(|(slot, node)| (*node, layout.place(slot, shown.len())))
        .collect();
    links(&mut drawing, network, &places, layout);
    marks(&mut drawing, network, &groups, &places, layout);
    vec![drawing]
}

#[derive(Clone, Copy)]
struct Layout {
    centre: (i32, i32),
    radius: i32,
}

impl Layout {
    /// The place of a slot: down the right side, then up the left, at even heights.
    fn place(self, slot: usize, of: usize) -> (i32, i32) {
        let right = of.div_ceil(2);
        let (row, rows, side) = if slot < right {
            (slot, right, 1)
        } else {
            (of - 1 - slot, of - right, -1)
        };
        let span = 2 * self.radius;
        let down = if rows < 2 {
            self.radius
        } else {
            span * count(row) / (count(rows) - 1)
        };
        let y = down - self.radius;
        // Near the poles a circle would bring both sides together; a blunt oval keeps them apart.
        let height = f64::from(y) / f64::from(self.radius);
        let across = (1.0 - height * height).max(0.0).sqrt();
        let x = px(f64::from(WIDEST) * (0.2 + 0.8 * across));
        (self.centre.0 + side * x, self.centre.1 + y)
    }
}

fn groups(network: &Network) -> Vec<&str> {
    let mut groups: Vec<&str> = Vec::new();
    for node in &network.nodes {
        if !groups.contains(&node.group.as_str()) {
            groups.push(&node.group);
        }
    }
    groups
}

fn is_island(node: &NetworkNode) -> bool {
    node.in_strength == 0 && node.out_strength == 0
}

fn strength(node: &NetworkNode) -> u64 {
    node.in_strength.saturating_add(node.out_strength)
}

/// The nodes to draw, by group, stronger first within a group.
fn shown(network: &Network, groups: &[&str]) -> Vec<usize> {
    let node = |index: &usize| network.nodes.get(*index);
    let mut order: Vec<usize> = (0..network.nodes.len()).collect();
    order.sort_by_key(|index| {
        let found = node(index);
        let weight = found.map_or(0, strength);
        let kept_first = found.is_some_and(is_island);
        (!kept_first, std::cmp::Reverse(weight), *index)
    });
    order.truncate(NODE_LIMIT);
    order.sort_by_key(|index| {
        let found = node(index);
        let group = found.and_then(|found| groups.iter().position(|g| *g == found.group));
        (group, std::cmp::Reverse(found.map_or(0, strength)), *index)
    });
    order
}

fn alt(network: &Network) -> String {
    let islands = if network.islands.is_empty() {
        "没有信息孤岛".to_owned()
    } else {
        format!("信息孤岛：{}", network.islands.join("、"))
    };
    format!(
        "{}个部门，{}条共享关系，密度{}，互惠度{}；{islands}",
        network.nodes.len(),
        network.edges.len(),
        network.density,
        network.reciprocity
    )
}

fn legend(drawing: &mut Drawing, network: &Network, groups: &[&str], shown: usize) {
    let mut x = 8;
    for (place, group) in groups.iter().enumerate().take(6) {
        drawing.shapes.push(Shape::Disc {
            centre: (x + 6, 16),
            radius: 7,
            fill: palette::kind(place),
        });
        let label = Label::centred(x + 20, 16, SIZE, group).within(130);
        x = label.bounds().right + 22;
        drawing.label(label);
    }
    island_mark(drawing, (x + 6, 16));
    let island = Label::centred(x + 20, 16, SIZE, "信息孤岛（无共享往来）");
    drawing.label(island);
    let drawn = network.edges.len().min(EDGE_LIMIT);
    let rest = match network.nodes.len() - shown {
        0 => String::new(),
        hidden => format!("，另有{hidden}个部门未绘出"),
    };
    let note = format!("线越粗共享越多，圆越大往来越多；绘出最强的{drawn}条关系{rest}");
    let label = Label::centred(8, 44, SIZE, note).in_colour(MUTED);
    drawing.label(label.within(WIDTH - 16));
}

fn island_mark(drawing: &mut Drawing, centre: (i32, i32)) {
    drawing.shapes.push(Shape::Disc {
        centre,
        radius: 7,
        fill: palette::WHITE,
    });
    drawing.shapes.push(Shape::Ring {
        centre,
        radius: 7,
        colour: ALERT,
        width: 3,
    });
}

fn links(drawing: &mut Drawing, network: &Network, places: &[(usize, (i32, i32))], layout: Layout) {
    let place = |node: usize| {
        let found = places.iter().find(|(index, _)| *index == node);
        found.map(|(_, point)| *point)
    };
    let mut edges: Vec<&NetworkEdge> = network.edges.iter().collect();
    edges.sort_by_key(|edge| (std::cmp::Reverse(edge.weight), edge.from, edge.to));
    edges.truncate(EDGE_LIMIT);
    let most = edges.first().map_or(1, |edge| edge.weight.max(1));
    // Weak links first, so that strong ones lie on top.
    for edge in edges.into_iter().rev() {
        let (Some(from), Some(to)) = (place(edge.from), place(edge.to)) else {
            continue;
        };
        let share = (length(edge.weight) / length(most)).sqrt();
        let opacity = u8::try_from(px(10.0 + 50.0 * share)).unwrap_or(40);
        let width = px(1.0 + 3.5 * share).unsigned_abs();
        let colour = palette::SEQUENCE[1].with_opacity(opacity);
        drawing.line(curve(from, to, layout.centre), colour, width);
    }
}

/// A quadratic curve drawn halfway to the centre, so that links do not pile up in it.
fn curve(from: (i32, i32), to: (i32, i32), centre: (i32, i32)) -> Vec<(i32, i32)> {
    let pull = |a: i32, b: i32, c: i32| i32::midpoint(i32::midpoint(a, b), c);
    let bend = (pull(from.0, to.0, centre.0), pull(from.1, to.1, centre.1));
    let at = |step: i32, a: i32, b: i32, c: i32| {
        let rest = CURVE_STEPS - step;
        (rest * rest * a + 2 * rest * step * b + step * step * c) / (CURVE_STEPS * CURVE_STEPS)
    };
    (0..=CURVE_STEPS)
        .map(|step| {
            (
                at(step, from.0, bend.0, to.0),
                at(step, from.1, bend.1, to.1),
            )
        })
        .collect()
}

fn marks(
    drawing: &mut Drawing,
    network: &Network,
    groups: &[&str],
    places: &[(usize, (i32, i32))],
    layout: Layout,
) {
    let most = network.nodes.iter().map(strength).max().unwrap_or(1).max(1);
    for (index, (x, y)) in places {
        let Some(node) = network.nodes.get(*index) else {
            continue;
        };
        let right = *x >= layout.centre.0;
        let side = if right { 1 } else { -1 };
        let name_x = layout.centre.0 + side * (WIDEST + 22);
        drawing.line(vec![(*x, *y), (name_x - side * 6, *y)], RULE, 1);
        let anchor = if right { Anchor::Start } else { Anchor::End };
        let mut label = Label::centred(name_x, *y, SIZE, &node.name).anchored(anchor);
        if is_island(node) {
            island_mark(drawing, (*x, *y));
            label = label.bold().in_colour(ALERT);
        } else {
            let group = groups.iter().position(|group| *group == node.group);
            let share = (length(strength(node)) / length(most)).sqrt();
            drawing.shapes.push(Shape::Disc {
                centre: (*x, *y),
                radius: px(4.0 + 7.0 * share),
                fill: palette::kind(group.unwrap_or(0)),
            });
        }
        drawing.label(label.within(NAME_WIDTH));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn every_island_is_marked() {
        let bulletin = sample::bulletin(60);
        let drawing = draw(&bulletin).remove(0);
        assert!(!bulletin.network.islands.is_empty());
        let alerts = drawing.labels().filter(|label| label.colour == ALERT);
        assert_eq!(alerts.count(), bulletin.network.islands.len());
    }

    #[test]
    fn links_to_nodes_that_do_not_exist_are_passed_over() {
        let mut bulletin = sample::bulletin(7);
        bulletin.network.edges.push(NetworkEdge {
            from: 99,
            to: 0,
            weight: u64::MAX,
        });
        assert_eq!(draw(&bulletin).len(), 1);
    }
}
