//! What a pack declares, as an assessment carries it: axes, indicators, grades.

use engine::Pack;
use engine::pack::{Axis, Cite, Grade, Indicator, IndicatorKind};

use crate::assessment::{AxisHead, GradeHead, IndicatorHead};
use crate::explanation::cite_text;
use crate::scoring::{Rules, bonus_cap};

fn cites(cites: &[Cite]) -> Vec<String> {
    cites.iter().map(cite_text).collect()
}

pub(crate) fn axes(rules: &Rules<'_>) -> Vec<AxisHead> {
    let head = |axis: &&Axis| AxisHead {
        id: axis.id.clone(),
        title: axis.title.clone(),
        points: axis.points.into(),
        cite: cites(&axis.cite),
    };
    rules.axes.iter().map(head).collect()
}

pub(crate) fn indicators(rules: &Rules<'_>) -> Vec<IndicatorHead> {
    let head = |(_, indicator): &(usize, &Indicator)| IndicatorHead {
        id: indicator.id.clone(),
        title: indicator.title.clone(),
        title_en: indicator.title_en.clone(),
        axis: indicator.axis.clone(),
        kind: indicator.kind.name().to_owned(),
        points: match indicator.kind {
            IndicatorKind::Bonus { cap, .. } => bonus_cap(indicator, cap),
            _ => indicator.points.into(),
        },
        cite: cites(&indicator.cite),
    };
    rules.indicators.iter().map(head).collect()
}

pub(crate) fn grades(pack: &Pack) -> Vec<GradeHead> {
    let head = |grade: &Grade| GradeHead {
        id: grade.id.clone(),
        title: grade.title.clone(),
        from: grade.from.into(),
    };
    pack.grades.iter().map(head).collect()
}
