//! One sheet a department.

use assess::{DepartmentResult, Status};
use domain::Rounding;
use report::model::{DepartmentSheet, SheetAward, SheetAxis, SheetIndicator};

use super::{Material, tables, wording};

pub(super) fn sheets(material: &Material<'_>) -> Vec<DepartmentSheet> {
    tables::all_ordered(material.assessment)
        .into_iter()
        .map(|result| sheet(material, result))
        .collect()
}

fn sheet(material: &Material<'_>, result: &DepartmentResult) -> DepartmentSheet {
    DepartmentSheet {
        id: result.id.to_string(),
        department: result.name.clone(),
        group: result.group.title().to_owned(),
        period: material.assessment.period,
        total: result.total.shown.to_string(),
        grade: tables::grade_title(material.assessment, result),
        rank: result.rank.unwrap_or(0),
        of: result.of,
        change_total: tables::change_total(result),
        change_rank: result.change.as_ref().and_then(|change| change.places),
        axes: axes(material, result),
        indicators: indicators(material, result),
        raise: material.raise.get(&result.id).cloned().unwrap_or_default(),
        awards: material
            .awards
            .of(&result.id)
            .map(|award| SheetAward {
                payer: material.payer_name(&award.payer),
                component: award.component.title().to_owned(),
                amount_fen: award.amount_fen,
                unfunded_fen: award.unfunded_fen,
            })
            .collect(),
        ledger: material
            .ledgers
            .get(&result.id)
            .cloned()
            .unwrap_or_default(),
        incidents: material
            .incidents
            .iter()
            .filter(|(department, _)| *department == result.id)
            .map(|(_, row)| row.clone())
            .collect(),
    }
}

fn axes(material: &Material<'_>, result: &DepartmentResult) -> Vec<SheetAxis> {
    let peers = || {
        let departments = material.assessment.departments.iter();
        departments.filter(|peer| peer.group == result.group && peer.rank.is_some())
    };
    let heads = material.assessment.axes.iter();
    heads
        .zip(&result.axes)
        .map(|(head, axis)| {
            let scores = peers()
                .filter_map(|peer| peer.axis(&head.id))
                .filter(|peer| peer.applicable)
                .map(|peer| &peer.score.counted);
            SheetAxis {
                title: head.title.clone(),
                // What could be had after redistribution; the declared points where nothing applies.
                points: if axis.applicable {
                    axis.available.shown(2, Rounding::HalfUp).to_string()
                } else {
                    head.points.to_string()
                },
                score: axis.applicable.then(|| axis.score.shown.to_string()),
                group_average: tables::mean(scores)
                    .map(|mean| mean.shown(2, Rounding::HalfUp).to_string()),
            }
        })
        .collect()
}

fn indicators(material: &Material<'_>, result: &DepartmentResult) -> Vec<SheetIndicator> {
    let heads = material.assessment.indicators.iter();
    heads
        .zip(&result.indicators)
        .map(|(head, indicator)| {
            let applies = !indicator.status.is_not_applicable();
            let veto = matches!(indicator.status, Status::Vetoed | Status::Clear);
            SheetIndicator {
                title: head.title.clone(),
                points_max: indicator.available.shown(2, Rounding::HalfUp).to_string(),
                score: (applies && !veto).then(|| indicator.score.shown.to_string()),
                status: indicator.status.title().to_owned(),
                cases: u64::from(indicator.cases),
                reasons: material
                    .reasons
                    .get(&(result.id.clone(), head.id.clone()))
                    .cloned()
                    .unwrap_or_default(),
                cite: wording::cites_text(&head.cite),
            }
        })
        .collect()
}
