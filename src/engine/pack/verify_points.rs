//! What the points of a pack owe each other: sums, caps, bands, grades.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use domain::Place;

use super::verify::Verifier;
use super::{
    BandMethod, Indicator, IndicatorKind, InputType, NotApplicable, Output, Table, TableOutput,
};
use crate::exact::Exact;
use crate::table::slices;

impl Verifier<'_> {
    /// What each kind must keep to beyond its references.
    pub(super) fn kinds(&self) {
        for indicator in &self.pack.indicators {
            let place = &indicator.place;
            match &indicator.kind {
                IndicatorKind::Deduct { cap: Some(cap) } if *cap > indicator.points => {
                    let message = format!(
                        "指标“{}”最多扣 {cap} 分，多于其分值 {} (a cap above the points)",
                        indicator.id, indicator.points
                    );
                    self.error("rules.cap", place, message, "扣分以本项分值为限");
                }
                IndicatorKind::Veto(effect) => {
                    let scores = effect.score.iter().chain(&effect.score_max);
                    for score in scores.filter(|score| **score > self.pack.maximum) {
                        let message = format!(
                            "否决“{}”的 {score} 分高于满分 {} (a veto above the maximum)",
                            indicator.id, self.pack.maximum
                        );
                        self.error("rules.cap", place, message, "");
                    }
                }
                _ => {}
            }
            let needless =
                indicator.not_applicable == NotApplicable::Required && !indicator.kind.is_scored();
            if needless {
                let message = format!(
                    "指标“{}”是{}，不会因缺少事项而不能考核 (a {} is never required)",
                    indicator.id,
                    indicator.kind.name(),
                    indicator.kind.name()
                );
                let help = "not_applicable 另选一种，或删去 (choose another, or drop it)";
                self.error("rules.contradiction", place, message, help);
            }
        }
    }

    /// A band table maps one number to points that the indicator has, or to points per unit.
    pub(super) fn band(&self, indicator: &Indicator, band: &str, method: BandMethod) {
        let pack = self.pack;
        let place = &indicator.place;
        let names = pack.tables.iter().map(|one| one.id.as_str());
        self.known("表 table", band, names, place);
        for table in pack.tables.iter().filter(|table| table.id == band) {
            let one_number =
                matches!(table.inputs.as_slice(), [one] if one.ty == InputType::Number);
            if !one_number
                || table.by.is_some()
                || !matches!(table.output, TableOutput::Number { .. })
            {
                let message = format!(
                    "分档表“{band}”应由一个数得出分数 (a band table maps one number to points)"
                );
                self.error("rules.band", place, message, "");
                continue;
            }
            match method {
                BandMethod::Step => self.steps(indicator, table),
                BandMethod::Marginal => self.slices(indicator, table),
            }
        }
    }

    /// No row gives points that the indicator does not have.
    fn steps(&self, indicator: &Indicator, table: &Table) {
        let rows = table.rows.iter().map(|row| (&row.value, &row.place));
        let otherwise = table.otherwise.iter().map(|value| (value, &table.place));
        for (value, place) in rows.chain(otherwise) {
            if let Output::Number(points) = value
                && (*points < Exact::whole(0) || *points > indicator.points)
            {
                let message = format!(
                    "分档表“{}”给出 {points} 分，指标“{}”只有 0 至 {} 分 (points out of range)",
                    table.id, indicator.id, indicator.points
                );
                self.error("rules.band_points", place, message, "");
            }
        }
    }

    /// The slices cover every value from zero up, once, and none takes points away.
    fn slices(&self, indicator: &Indicator, table: &Table) {
        let what = format!("指标“{}”的分段累计表“{}”", indicator.id, table.id);
        let all = slices(table);
        for slice in &all {
            let span = slice.span();
            let (code, message) = match &slice.rows[..] {
                [] if table.otherwise.is_none() => (
                    "rules.table_gap",
                    format!("{what}没有一行适用于 {span} (no row for {span})"),
                ),
                [_, _, ..] => (
                    "rules.table_overlap",
                    format!("{what}在 {span} 有多行适用 (several rows for {span})"),
                ),
                _ if slice.rate.is_some_and(|rate| rate < Exact::whole(0)) => (
                    "rules.negative",
                    format!("{what}在 {span} 的每单位分值为负 (negative points per unit)"),
                ),
                _ => continue,
            };
            self.error(code, &table.place, message, "");
        }
    }

    /// On every day on which something changes, the points must sum to the axes and the maximum.
    pub(super) fn points(&self) {
        let pack = self.pack;
        let mut days: BTreeSet<NaiveDate> = BTreeSet::from([pack.header.effective.from]);
        let ranges = pack.axes.iter().map(|one| one.effective);
        for range in ranges.chain(pack.indicators.iter().map(|one| one.effective)) {
            days.insert(range.from);
            days.extend(range.to);
        }
        let mut said = BTreeSet::new();
        for day in days {
            if pack.header.effective.contains(day) {
                self.points_on(day, &mut said);
            }
        }
    }

    fn points_on(&self, day: NaiveDate, said: &mut BTreeSet<String>) {
        let pack = self.pack;
        let mut complain = |place: &Place, message: String| {
            if said.insert(message.clone()) {
                let help = format!("自 {day} 起如此；请调整 points 或 maximum (as of {day})");
                self.error("rules.points", place, message, &help);
            }
        };
        let axes: Vec<_> = pack
            .axes
            .iter()
            .filter(|one| one.effective.contains(day))
            .collect();
        let (sum, parts) = total(axes.iter().map(|one| (one.id.as_str(), one.points)));
        if sum != Some(pack.maximum) {
            let sum = sum.map_or_else(|| "?".into(), |sum| sum.to_string());
            complain(
                &pack.header.place,
                format!(
                    "各维度分值之和为 {sum}，声明的满分为 {}：{parts} (axes sum to {sum}, not {})",
                    pack.maximum, pack.maximum
                ),
            );
        }
        for axis in axes {
            let own = pack.indicators.iter().filter(|one| {
                one.axis == axis.id && one.kind.is_scored() && one.effective.contains(day)
            });
            let (sum, parts) = total(own.map(|one| (one.id.as_str(), one.points)));
            let weighted = sum.and_then(|sum| sum.quantity()?.checked_mul(axis.weight.quantity()?));
            if weighted.is_none() || weighted != axis.points.quantity() {
                let sum = weighted.map_or_else(|| "?".into(), |sum| sum.to_string());
                let by = if axis.weight == Exact::whole(1) {
                    String::new()
                } else {
                    format!("按权重 {} 计", axis.weight)
                };
                complain(
                    &axis.place,
                    format!(
                        "维度“{}”的指标分值之和{by}为 {sum}，维度分值为 {}：{parts} \
                         (indicators sum to {sum}, not {})",
                        axis.id, axis.points, axis.points
                    ),
                );
            }
        }
    }

    pub(super) fn grades(&self) {
        let grades = &self.pack.grades;
        let Some(last) = grades.last() else {
            let place = &self.pack.header.place;
            let message = "没有等次 [[grade]] (no grade)".to_owned();
            self.error("rules.missing_section", place, message, "");
            return;
        };
        if last.from > Exact::whole(0) {
            let message = format!(
                "最低等次“{}”从 {} 起，{} 分以下没有等次 (totals below {} have no grade)",
                last.id, last.from, last.from, last.from
            );
            self.error(
                "rules.grade_gap",
                &last.place,
                message,
                "最低等次写 from = \"0\"",
            );
        }
        let best = self.reachable();
        for grade in grades
            .iter()
            .filter(|one| best.is_some_and(|best| one.from > best))
        {
            let most = best.unwrap_or_default();
            let message = format!(
                "等次“{}”从 {} 起，而总分最多 {most} (grade {} cannot be reached)",
                grade.id, grade.from, grade.id
            );
            self.error("rules.grade_unreachable", &grade.place, message, "");
        }
        for (upper, lower) in grades.iter().zip(grades.iter().skip(1)) {
            if lower.from >= upper.from {
                let message = format!(
                    "等次“{}”（{}）应低于其前的“{}”（{}） (grades go from the best down)",
                    lower.id, lower.from, upper.id, upper.from
                );
                self.error("rules.grade_order", &lower.place, message, "");
            }
        }
    }

    /// The highest total: the maximum and every bonus.
    fn reachable(&self) -> Option<Exact> {
        let bonuses = self
            .pack
            .indicators
            .iter()
            .filter_map(|one| match one.kind {
                IndicatorKind::Bonus { cap, .. } => Some(cap.unwrap_or(one.points)),
                _ => None,
            });
        bonuses
            .into_iter()
            .try_fold(self.pack.maximum, Exact::checked_add)
    }
}

fn total<'a>(parts: impl Iterator<Item = (&'a str, Exact)>) -> (Option<Exact>, String) {
    let mut sum = Some(Exact::whole(0));
    let mut texts = Vec::new();
    for (id, points) in parts {
        sum = sum.and_then(|sum| sum.checked_add(points));
        texts.push(format!("{id} {points}"));
    }
    (sum.map(Exact::trimmed), texts.join(" + "))
}
