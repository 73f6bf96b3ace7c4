//! What a pack declares beside formulas, as tables: rounding, axes, indicators, grades, ranking.

use engine::pack::{Cite, IndicatorKind, JudgedIn, NotApplicable, RankMethod, RoundTo};
use engine::sql::{cites, text};
use engine::{Pack, Plan};

use crate::scoring::ASSESSED_MIN;

/// The statements that make the tables.
pub(super) fn tables(pack: &Pack, plan: &Plan) -> String {
    [
        head(pack, plan),
        axes(pack, plan),
        indicators(pack, plan),
        grades(pack),
    ]
    .join("\n")
}

/// A table of rows, each with a note.
fn table(name: &str, columns: &str, rows: &[(String, String)]) -> String {
    let mut text = format!("CREATE TABLE {name} ({columns});\n");
    for (at, (row, note)) in rows.iter().enumerate() {
        let before = if at == 0 {
            format!("INSERT INTO {name} VALUES\n")
        } else {
            String::new()
        };
        let after = if at + 1 == rows.len() { ';' } else { ',' };
        text.push_str(&format!(
            "{before}    ({row}){after} -- {}\n",
            text::comment(note)
        ));
    }
    text
}

fn number(value: engine::Exact) -> String {
    text::decimal(value)
}

fn optional<T>(value: Option<T>, shown: impl Fn(T) -> String) -> String {
    value.map_or_else(|| "NULL".into(), shown)
}

fn note(title: &str, cite: &[Cite]) -> String {
    format!("{title} · {}", cites(cite))
}

/// Decimals and mode of a rounding, as two cells.
fn rounding(to: Option<RoundTo>) -> [String; 2] {
    [
        optional(to, |to| to.scale.to_string()),
        optional(to, |to| text::quoted(to.mode.name())),
    ]
}

fn head(pack: &Pack, plan: &Plan) -> String {
    let assessed_min = plan.parameter(ASSESSED_MIN).map(|value| value.value);
    let mut row = vec![number(pack.maximum)];
    for level in [
        Some(pack.rounding.score),
        pack.rounding.axis,
        pack.rounding.total,
    ] {
        row.extend(rounding(level));
    }
    row.extend([
        assessed_min.map_or_else(|| "0".into(), number),
        pack.grades_on_rounded.to_string(),
        text::quoted(match pack.ranking.method {
            RankMethod::Competition => "competition",
            RankMethod::Dense => "dense",
            RankMethod::Ordinal => "ordinal",
        }),
        pack.ranking.on_rounded.to_string(),
        pack.ranking.within_group.to_string(),
    ]);
    let id = format!("{}@{}", pack.header.id, pack.header.version);
    table(
        "rule_pack",
        "maximum numeric, scale integer, mode text, axis_scale integer, axis_mode text, \
         total_scale integer, total_mode text, assessed_min numeric, grades_on_rounded boolean, \
         method text, on_rounded boolean, within_group boolean",
        &[(row.join(", "), id)],
    )
}

fn axes(pack: &Pack, plan: &Plan) -> String {
    let axes = (1..).zip(plan.axes().filter_map(|index| pack.axes.get(index)));
    let rows = axes.map(|(position, axis)| {
        let row = [
            position.to_string(),
            text::quoted(&axis.id),
            number(axis.points),
            number(axis.weight),
        ];
        (row.join(", "), note(&axis.title, &axis.cite))
    });
    let rows: Vec<_> = rows.collect();
    table(
        "rule_axis",
        "position integer, axis text PRIMARY KEY, points numeric, weight numeric",
        &rows,
    )
}

fn indicators(pack: &Pack, plan: &Plan) -> String {
    let all = plan
        .indicators()
        .filter_map(|index| pack.indicators.get(index));
    let rows = (1..).zip(all).map(|(position, indicator)| {
        let mut row = vec![
            position.to_string(),
            text::quoted(&indicator.id),
            text::quoted(&indicator.axis),
            text::quoted(match indicator.kind {
                IndicatorKind::Judged(JudgedIn::Points) => "judged_in_points",
                IndicatorKind::Judged(JudgedIn::Ratio) => "judged_in_ratio",
                ref other => other.name(),
            }),
            number(indicator.points),
            indicator.rests_on_cases().to_string(),
            text::quoted(match indicator.not_applicable {
                NotApplicable::Redistribute => "redistribute",
                NotApplicable::Full => "full",
                NotApplicable::Zero => "zero",
                NotApplicable::Scale => "scale",
                NotApplicable::Required => "required",
            }),
        ];
        row.extend(rounding(pack.rounding.of_indicator(indicator)));
        row.extend(particulars(&indicator.kind));
        (row.join(", "), note(&indicator.title, &indicator.cite))
    });
    let rows: Vec<_> = rows.collect();
    table(
        "rule_indicator",
        "position integer, indicator text PRIMARY KEY, axis text, kind text, points numeric, \
         rests_on_cases boolean, not_applicable text, round_scale integer, round_mode text, \
         cap numeric, gate numeric, gate_included boolean, veto_grade text, veto_score numeric, \
         veto_score_max numeric, veto_alone boolean",
        &rows,
    )
}

/// What only a kind has: cap, gate, effect of a veto.
fn particulars(kind: &IndicatorKind) -> [String; 7] {
    let none = || "NULL".to_owned();
    let mut cells = [none(), none(), none(), none(), none(), none(), none()];
    match kind {
        IndicatorKind::Deduct { cap } => cells[0] = optional(*cap, number),
        IndicatorKind::Bonus { cap, gate } => {
            cells[0] = optional(*cap, number);
            cells[1] = optional(*gate, |gate| number(gate.value));
            cells[2] = optional(*gate, |gate| gate.included.to_string());
        }
        IndicatorKind::Veto(effect) => {
            cells[3] = optional(effect.grade.as_ref(), |grade| text::quoted(grade));
            cells[4] = optional(effect.score, number);
            cells[5] = optional(effect.score_max, number);
            cells[6] = effect.alone.to_string();
        }
        IndicatorKind::Ratio
        | IndicatorKind::Banded { .. }
        | IndicatorKind::Judged(_)
        | IndicatorKind::Relative => {}
    }
    cells
}

fn grades(pack: &Pack) -> String {
    let rows = (1..).zip(&pack.grades).map(|(position, grade)| {
        let row = [
            position.to_string(),
            text::quoted(&grade.id),
            number(grade.from),
        ];
        (row.join(", "), note(&grade.title, &grade.cite))
    });
    let rows: Vec<_> = rows.collect();
    table(
        "rule_grade",
        "position integer, grade text PRIMARY KEY, from_points numeric",
        &rows,
    )
}
