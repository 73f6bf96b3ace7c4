//! Rankings, axis and indicator tables, trends, key figures.

use std::cmp::Reverse;

use assess::{Assessment, Awards, DepartmentResult, Exact};
use domain::{DepartmentGroup, Fen, Rounding};
use report::model::{
    AxisHead, AxisRow, GroupRanking, IndicatorHead, IndicatorRow, KeyFigure, RankRow, TrendSeries,
};

use super::Material;
use super::wording;

/// Single departments in the trend, besides the group averages.
const TREND_DEPARTMENTS: usize = 3;

/// Departments of a group, best first; those without a rank last, by name.
fn ordered(assessment: &Assessment, group: DepartmentGroup) -> Vec<&DepartmentResult> {
    let mut results: Vec<_> = assessment
        .departments
        .iter()
        .filter(|result| result.group == group)
        .collect();
    results.sort_by_key(|result| (result.rank.unwrap_or(u32::MAX), result.id.clone()));
    results
}

/// All departments, group by group, best first.
pub(super) fn all_ordered(assessment: &Assessment) -> Vec<&DepartmentResult> {
    DepartmentGroup::ALL
        .into_iter()
        .flat_map(|group| ordered(assessment, group))
        .collect()
}

/// The grade in words; 未评等 for a department with too little to assess.
pub(super) fn grade_title(assessment: &Assessment, result: &DepartmentResult) -> String {
    let grade = result.grade.as_ref();
    let head = grade.and_then(|id| assessment.grades.iter().find(|grade| grade.id == *id));
    head.map_or_else(|| "未评等".to_owned(), |grade| grade.title.clone())
}

/// «+1.25»: the change of the total, in the decimals of the total.
pub(super) fn change_total(result: &DepartmentResult) -> Option<String> {
    let change = result.change.as_ref()?;
    let shown = change
        .total
        .shown(result.total.shown.scale, Rounding::HalfUp)
        .to_string();
    Some(if shown.starts_with('-') {
        shown
    } else {
        format!("+{shown}")
    })
}

/// The ranking of every group.
pub(crate) fn rankings(assessment: &Assessment, awards: &Awards) -> Vec<GroupRanking> {
    DepartmentGroup::ALL
        .into_iter()
        .map(|group| GroupRanking {
            title: group.title().to_owned(),
            rows: ordered(assessment, group)
                .into_iter()
                .map(|result| RankRow {
                    rank: result.rank.unwrap_or(0),
                    department: result.name.clone(),
                    total: result.total.shown.to_string(),
                    grade: grade_title(assessment, result),
                    change_total: change_total(result),
                    change_rank: result.change.as_ref().and_then(|change| change.places),
                    compensation_fen: awards.of(&result.id).map(|award| &award.amount_fen).sum(),
                })
                .collect(),
        })
        .filter(|ranking| !ranking.rows.is_empty())
        .collect()
}

pub(super) fn axis_heads(material: &Material<'_>) -> Vec<AxisHead> {
    let heads = material.assessment.axes.iter();
    heads
        .map(|axis| AxisHead {
            id: axis.id.clone(),
            title: axis.title.clone(),
            points: axis.points.to_string(),
        })
        .collect()
}

pub(super) fn axis_table(material: &Material<'_>) -> Vec<AxisRow> {
    all_ordered(material.assessment)
        .into_iter()
        .map(|result| AxisRow {
            department: result.name.clone(),
            group: result.group.title().to_owned(),
            cells: result
                .axes
                .iter()
                .map(|axis| axis.applicable.then(|| axis.score.shown.to_string()))
                .collect(),
            total: result.total.shown.to_string(),
        })
        .collect()
}

pub(super) fn indicator_heads(material: &Material<'_>) -> Vec<IndicatorHead> {
    let assessment = material.assessment;
    let axis_title = |id: &str| {
        let axis = assessment.axes.iter().find(|axis| axis.id == id);
        axis.map_or_else(String::new, |axis| axis.title.clone())
    };
    assessment
        .indicators
        .iter()
        .map(|head| IndicatorHead {
            id: head.id.clone(),
            title: head.title.clone(),
            axis: axis_title(&head.axis),
            points: head.points.to_string(),
            cite: wording::cites_text(&head.cite),
            kind: wording::kind_title(&head.kind).to_owned(),
        })
        .collect()
}

pub(super) fn indicator_table(material: &Material<'_>) -> Vec<IndicatorRow> {
    all_ordered(material.assessment)
        .into_iter()
        .map(|result| IndicatorRow {
            department: result.name.clone(),
            group: result.group.title().to_owned(),
            cells: result
                .indicators
                .iter()
                .map(|indicator| {
                    let applies = !indicator.status.is_not_applicable();
                    applies.then(|| indicator.score.shown.to_string())
                })
                .collect(),
            total: result.total.shown.to_string(),
        })
        .collect()
}

/// Mean of totals, `None` of none.
pub(super) fn mean<'a>(totals: impl Iterator<Item = &'a Exact>) -> Option<Exact> {
    let mut count = 0_i64;
    let sum: Exact = totals.inspect(|_| count += 1).sum();
    sum.checked_div(&Exact::from(count))
}

fn two_decimals(value: &Exact) -> String {
    value.shown(2, Rounding::HalfUp).to_string()
}

pub(super) fn trend(material: &Material<'_>) -> Vec<TrendSeries> {
    let months: Vec<&Assessment> = material
        .history
        .iter()
        .chain([material.assessment])
        .collect();
    let group_average = |month: &Assessment, group: DepartmentGroup| {
        let ranked = month
            .departments
            .iter()
            .filter(|dept| dept.group == group && dept.rank.is_some());
        mean(ranked.map(|dept| &dept.total.counted)).map(|value| two_decimals(&value))
    };
    let mut series: Vec<TrendSeries> = DepartmentGroup::ALL
        .into_iter()
        .map(|group| TrendSeries {
            name: format!("{}平均", group.title()),
            points: months
                .iter()
                .filter_map(|month| Some((month.period, group_average(month, group)?)))
                .collect(),
        })
        .filter(|series| !series.points.is_empty())
        .collect();
    let mut best: Vec<_> = material.assessment.departments.iter().collect();
    best.retain(|result| result.rank.is_some());
    best.sort_by_key(|result| (Reverse(result.total.counted.clone()), result.id.clone()));
    series.extend(best.into_iter().take(TREND_DEPARTMENTS).map(|result| {
        TrendSeries {
            name: result.name.clone(),
            points: months
                .iter()
                .filter_map(|month| {
                    let then = month.department(&result.id)?;
                    Some((month.period, then.total.shown.to_string()))
                })
                .collect(),
        }
    }));
    series
}

pub(super) fn summary(material: &Material<'_>) -> Vec<KeyFigure> {
    let assessment = material.assessment;
    let before = material
        .history
        .last()
        .filter(|month| month.period.next() == assessment.period);
    let figure = |label: &str, value: String, change: Option<String>| KeyFigure {
        label: label.to_owned(),
        value,
        change,
    };
    let average = |month: &Assessment| {
        let ranked = month.departments.iter().filter(|dept| dept.rank.is_some());
        mean(ranked.map(|dept| &dept.total.counted))
    };
    let now = average(assessment);
    let average_change = match (&now, before.and_then(average)) {
        (Some(now), Some(then)) => Some(signed(&two_decimals(&(now - &then)))),
        _ => None,
    };
    let ranked = assessment
        .departments
        .iter()
        .filter(|dept| dept.rank.is_some())
        .count();
    let best_grade = assessment.grades.first();
    let best = |month: &Assessment| {
        let id = best_grade.map(|grade| grade.id.as_str());
        month
            .departments
            .iter()
            .filter(|dept| dept.grade.as_deref() == id)
            .count()
    };
    let count_change = |now: usize, then: Option<usize>| {
        let difference = i64::try_from(now).ok()? - i64::try_from(then?).ok()?;
        Some(format!("{difference:+}"))
    };
    let calls: u64 = material.facts.usage.iter().map(|row| row.succeeded).sum();
    let awarded: Fen = material
        .awards
        .awards
        .iter()
        .map(|award| &award.amount_fen)
        .sum();
    let unfunded: Fen = material
        .awards
        .awards
        .iter()
        .map(|award| &award.unfunded_fen)
        .sum();
    vec![
        figure(
            "参评部门",
            format!("{ranked} 个"),
            count_change(
                ranked,
                before.map(|month| {
                    month
                        .departments
                        .iter()
                        .filter(|dept| dept.rank.is_some())
                        .count()
                }),
            ),
        ),
        figure(
            "平均得分",
            now.as_ref().map_or_else(|| "—".into(), two_decimals),
            average_change,
        ),
        figure(
            &format!(
                "{}部门",
                best_grade.map_or("优秀", |grade| grade.title.as_str())
            ),
            format!("{} 个", best(assessment)),
            count_change(best(assessment), before.map(best)),
        ),
        figure("成功共享调用", format!("{} 次", grouped(calls)), None),
        figure("应补偿额", format!("{awarded} 元"), None),
        figure("未获资金保障", format!("{unfunded} 元"), None),
    ]
}

fn signed(text: &str) -> String {
    if text.starts_with('-') {
        text.to_owned()
    } else {
        format!("+{text}")
    }
}

/// «1,234,567»
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
