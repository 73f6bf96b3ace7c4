//! What a pack declares beside formulas, as tables: rounding, axes, indicators, grades, ranking.

use engine::pack::{Cite, IndicatorKind, NotApplicable, RankMethod};
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

fn head(pack: &Pack, plan: &Plan) -> String {
    let rounding = pack.rounding;
    let assessed_min = plan.parameter(ASSESSED_MIN).map(|value| value.value);
    let row = [
        number(pack.maximum),
        rounding.score.scale.to_string(),
        text::quoted(rounding.score.mode.name()),
        rounding.at_indicator.to_string(),
        rounding.at_axis.to_string(),
        rounding.at_total.to_string(),
        assessed_min.map_or_else(|| "0".into(), number),
        text::quoted(match pack.ranking.method {
            RankMethod::Competition => "competition",
            RankMethod::Dense => "dense",
            RankMethod::Ordinal => "ordinal",
        }),
        pack.ranking.on_rounded.to_string(),
        pack.ranking.within_group.to_string(),
    ];
    let row = (
        row.join(", "),
        format!("{}@{}", pack.header.id, pack.header.version),
    );
    table(
        "rule_pack",
        "maximum numeric, scale integer, mode text, at_indicator boolean, at_axis boolean, \
         at_total boolean, assessed_min numeric, method text, on_rounded boolean, \
         within_group boolean",
        &[row],
    )
}

fn axes(pack: &Pack, plan: &Plan) -> String {
    let axes = (1..).zip(plan.axes().filter_map(|index| pack.axes.get(index)));
    let rows = axes.map(|(position, axis)| {
        let row = [
            position.to_string(),
            text::quoted(&axis.id),
            number(axis.points),
        ];
        (row.join(", "), note(&axis.title, &axis.cite))
    });
    let rows: Vec<_> = rows.collect();
    table(
        "rule_axis",
        "position integer, axis text PRIMARY KEY, points numeric",
        &rows,
    )
}

fn indicators(pack: &Pack, plan: &Plan) -> String {
    let all = plan
        .indicators()
        .filter_map(|index| pack.indicators.get(index));
    let rows = (1..).zip(all).map(|(position, indicator)| {
        let (cap, gate, veto_grade, score_max) = match &indicator.kind {
            IndicatorKind::Deduct { cap } => (*cap, None, None, None),
            IndicatorKind::Bonus { cap, gate } => (*cap, *gate, None, None),
            IndicatorKind::Veto { grade, score_max } => (None, None, grade.as_ref(), *score_max),
            IndicatorKind::Ratio | IndicatorKind::Banded { .. } | IndicatorKind::Relative => {
                (None, None, None, None)
            }
        };
        let row = [
            position.to_string(),
            text::quoted(&indicator.id),
            text::quoted(&indicator.axis),
            text::quoted(indicator.kind.name()),
            number(indicator.points),
            text::quoted(match indicator.not_applicable {
                NotApplicable::Redistribute => "redistribute",
                NotApplicable::Full => "full",
                NotApplicable::Zero => "zero",
                NotApplicable::Scale => "scale",
            }),
            optional(cap, number),
            optional(gate, number),
            optional(veto_grade, |grade| text::quoted(grade)),
            optional(score_max, number),
        ];
        (row.join(", "), note(&indicator.title, &indicator.cite))
    });
    let rows: Vec<_> = rows.collect();
    table(
        "rule_indicator",
        "position integer, indicator text PRIMARY KEY, axis text, kind text, points numeric, \
         not_applicable text, cap numeric, gate numeric, veto_grade text, score_max numeric",
        &rows,
    )
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
