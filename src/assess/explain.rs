//! Number, formula, formula with values, evidence, article: built from the real computation.

mod company;

use engine::pack::{Indicator, IndicatorKind, JudgedIn, NotApplicable};
use engine::table::SliceShare;
use engine::trace::{Decomposition, Trace};

use crate::articles::{articles, rested_on};
use crate::assessment::{Assessment, DepartmentResult, IndicatorResult, Score, Status};
use crate::error::AssessError;
use crate::exact::Exact;
use crate::explanation::{Evidence, Explanation, Node, NodeKind};
use crate::frame::{FactTable, file_name};
use crate::month::Month;
use crate::scoring::{bonus_cap, most_lost};
use domain::DepartmentId;

/// Explains the total of a department, or one indicator of it.
pub(crate) fn explain(
    month: &Month<'_>,
    assessment: &Assessment,
    department: &DepartmentId,
    indicator: Option<&str>,
) -> Result<Explanation, AssessError> {
    let result = assessment
        .department(department)
        .ok_or_else(|| AssessError::NotAssessed {
            department: department.clone(),
        })?;
    let explainer = Explainer {
        month,
        assessment,
        result,
        subject: month.subject(department)?,
    };
    let root = match indicator {
        Some(id) => explainer.indicator(id)?,
        None => explainer.total()?,
    };
    Ok(Explanation {
        department: result.name.clone(),
        period: assessment.period.to_string(),
        pack: assessment.pack.clone(),
        root,
    })
}

struct Explainer<'a> {
    month: &'a Month<'a>,
    assessment: &'a Assessment,
    result: &'a DepartmentResult,
    subject: usize,
}

/// The rounding between what was computed and what counts, if there is any.
fn rounding(score: &Score, exact: &Exact) -> Option<Node> {
    let amount = &score.counted - exact;
    (!amount.is_zero()).then(|| Node::leaf(NodeKind::Rounding, amount, "按规则舍入", "rounding"))
}

impl Explainer<'_> {
    fn total(&self) -> Result<Node, AssessError> {
        let result = self.result;
        let mut parts = Vec::new();
        let mut sum = Exact::zero();
        for axis in &result.axes {
            sum = &sum + &axis.score.counted;
            parts.push(self.axis(&axis.id)?);
        }
        let scaled = &(&sum * &result.scale_factor) - &sum;
        if !scaled.is_zero() {
            let mut node = Node::leaf(NodeKind::Scale, scaled, "不适用项折算", "scaled up");
            node.filled = format!("{sum} × ({} − 1)", result.scale_factor);
            parts.push(node);
        }
        let bonus = self.of_kind(|kind| matches!(kind, IndicatorKind::Bonus { .. }))?;
        parts.extend(bonus);
        let vetoed = &result.total.exact - &result.before_veto;
        for (index, id) in result.vetoes.iter().enumerate() {
            // Several vetoes act on the same total: the first carries the effect.
            let effect = if index == 0 {
                vetoed.clone()
            } else {
                Exact::zero()
            };
            parts.push(self.veto(id, effect)?);
        }
        parts.extend(rounding(&result.total, &result.total.exact));
        let maximum = &self.assessment.maximum;
        let grade = result.grade.as_ref().and_then(|id| {
            let grades = self.assessment.grades.iter();
            grades
                .filter(|grade| grade.id == *id)
                .map(|grade| &grade.title)
                .next()
        });
        let mut node = Node::leaf(
            NodeKind::Total,
            result.total.counted.clone(),
            "总分",
            "total",
        );
        let grade_zh = grade.map_or("不定等次", |title| title.as_str());
        let rank = match result.rank {
            Some(rank) => {
                let whose = if self.month.pack().ranking.within_group {
                    "同组"
                } else {
                    ""
                };
                format!("，{whose}第 {rank} 名（共 {} 个部门）", result.of)
            }
            None => String::new(),
        };
        let rank_en = match result.rank {
            Some(rank) => format!(", rank {rank} of {}", result.of),
            None => ", not ranked".to_owned(),
        };
        node.prose = format!(
            "{}得 {} 分（满分 {maximum}），{grade_zh}{rank}。",
            result.name, result.total.shown
        );
        node.prose_en = format!(
            "{} of {maximum} points, grade {}{rank_en}.",
            result.total.shown,
            result.grade.as_deref().unwrap_or("none")
        );
        node.parts = parts;
        Ok(node)
    }

    fn axis(&self, id: &str) -> Result<Node, AssessError> {
        let axis = self.result.axis(id).ok_or_else(|| no_indicator(id))?;
        let declared = self.month.pack().axis(id);
        let mut parts = self.of_kind_in(id, |kind: &IndicatorKind| kind.is_scored())?;
        let sum: Exact = parts.iter().map(|part| &part.amount).sum();
        let weighed = &axis.score.exact - &sum;
        if let Some(declared) = declared
            && !weighed.is_zero()
        {
            let weight = declared.weight;
            let mut node = Node::leaf(NodeKind::Weight, weighed, "按权重折算", "weighted");
            node.filled = format!("{sum} × ({weight} − 1)");
            parts.push(node);
        }
        parts.extend(rounding(&axis.score, &axis.score.exact));
        let title = declared.map_or(id, |axis| axis.title.as_str());
        let title_en = declared.map_or(id, |axis| axis.title_en.as_str());
        let mut node = Node::leaf(NodeKind::Axis, axis.score.counted.clone(), title, title_en);
        let available = self.show(&axis.available);
        node.prose = format!("{title}：{} 分，可得 {available} 分。", axis.score.shown);
        node.prose_en = format!("{title_en}: {} of {available} points.", axis.score.shown);
        if let Some(declared) = declared {
            node.articles = articles(self.month.pack(), &declared.cite);
        }
        node.parts = parts;
        Ok(node)
    }

    fn of_kind(&self, wanted: impl Fn(&IndicatorKind) -> bool) -> Result<Vec<Node>, AssessError> {
        let indicators = self.month.indicators();
        indicators
            .filter(|(_, indicator)| wanted(&indicator.kind))
            .map(|(_, indicator)| self.indicator(&indicator.id))
            .collect()
    }

    fn of_kind_in(
        &self,
        axis: &str,
        wanted: impl Fn(&IndicatorKind) -> bool,
    ) -> Result<Vec<Node>, AssessError> {
        let indicators = self.month.indicators();
        indicators
            .filter(|(_, indicator)| indicator.axis == axis && wanted(&indicator.kind))
            .map(|(_, indicator)| self.indicator(&indicator.id))
            .collect()
    }

    fn show(&self, exact: &Exact) -> String {
        let rules = self.month.pack().rounding.score;
        exact.shown(rules.scale, rules.mode).to_string()
    }

    fn indicator(&self, id: &str) -> Result<Node, AssessError> {
        let (index, indicator) = self.month.indicator(id).ok_or_else(|| no_indicator(id))?;
        let result = self.result.indicator(id).ok_or_else(|| no_indicator(id))?;
        if let IndicatorKind::Veto(_) = indicator.kind {
            return self.veto(id, Exact::zero());
        }
        let trace = self.month.trace(index, self.subject)?;
        let mut node = self.head(NodeKind::Indicator, indicator, result, &trace);
        node.parts = self.parts(indicator, result, &trace);
        node.parts
            .extend(rounding(&result.score, &result.score.exact));
        Ok(node)
    }

    /// Label, formula and prose of an indicator.
    fn head(
        &self,
        kind: NodeKind,
        indicator: &Indicator,
        result: &IndicatorResult,
        trace: &Trace,
    ) -> Node {
        let title_en = if indicator.title_en.is_empty() {
            &indicator.id
        } else {
            &indicator.title_en
        };
        let amount = result.score.counted.clone();
        let mut node = Node::leaf(kind, amount, &indicator.title, title_en);
        node.formula.clone_from(&trace.formula);
        node.filled.clone_from(&trace.substituted);
        let available = self.show(&result.available);
        let shown = result.score.shown;
        let value = result
            .value
            .as_ref()
            .map_or_else(String::new, ToString::to_string);
        let (zh, en) = match result.status {
            Status::Scored => match &result.best {
                Some(best) => (
                    format!("本部门 {value}，同组最高 {best}"),
                    format!("{value} against {best}, the best of the group"),
                ),
                None => (format!("公式值 {value}"), format!("value {value}")),
            },
            status => (status.title().to_owned(), status.name().replace('_', " ")),
        };
        let cases = result.cases;
        let (company, company_en) = company::company(trace);
        node.prose = format!(
            "{}：{cases} 条记录计入，{zh}；可得 {available} 分，得 {shown} 分。{company}{}",
            indicator.title, indicator.doc
        );
        node.prose_en =
            format!("{title_en}: {cases} cases, {en}; {shown} of {available} points.{company_en}");
        node.articles = articles(self.month.pack(), &rested_on(indicator, trace));
        node
    }

    /// What the score before rounding is made of; adds up to it exactly.
    fn parts(&self, indicator: &Indicator, result: &IndicatorResult, trace: &Trace) -> Vec<Node> {
        let exact = &result.score.exact;
        if result.status.is_not_applicable() {
            let granted = matches!(indicator.not_applicable, NotApplicable::Full);
            let label = ("不适用，按满分计", "not applicable: full points");
            let leaf = Node::leaf(NodeKind::Granted, exact.clone(), label.0, label.1);
            return granted.then_some(leaf).into_iter().collect();
        }
        if matches!(result.status, Status::GateClosed | Status::Silenced) {
            return Vec::new();
        }
        let factor = match &indicator.kind {
            IndicatorKind::Ratio | IndicatorKind::Judged(JudgedIn::Ratio) => {
                Some(result.available.clone())
            }
            IndicatorKind::Judged(JudgedIn::Points) => {
                result.available.checked_div(&indicator.points.into())
            }
            IndicatorKind::Relative => {
                let best = result.best.as_ref();
                best.and_then(|best| result.available.checked_div(best))
            }
            IndicatorKind::Deduct { .. } => Some(-Exact::one()),
            IndicatorKind::Bonus { .. } => Some(Exact::one()),
            IndicatorKind::Banded { .. } | IndicatorKind::Veto(_) => None,
        };
        let mut parts = Vec::new();
        if let IndicatorKind::Deduct { .. } = indicator.kind {
            let granted = result.available.clone();
            parts.push(Node::leaf(
                NodeKind::Granted,
                granted,
                "扣分前分值",
                "before deductions",
            ));
        }
        if let (Some(decomposition), Some(factor)) = (&trace.decomposition, &factor) {
            parts.extend(self.rows(indicator, trace, decomposition, factor));
        }
        parts.extend(slices(indicator, result, trace));
        let sum: Exact = parts.iter().map(|part| &part.amount).sum();
        let rest = exact - &sum;
        if !rest.is_zero() {
            let capped = match &indicator.kind {
                IndicatorKind::Deduct { cap } => Some(most_lost(*cap, &result.available)),
                IndicatorKind::Bonus { cap, .. } => Some(bonus_cap(indicator, *cap)),
                _ => None,
            };
            let capped = match capped {
                Some(capped) => trace.decomposition.is_some().then_some(capped),
                None => (!trace.slices.is_empty()).then(|| result.available.clone()),
            };
            parts.push(match capped {
                Some(capped) => {
                    let cap = self.show(&capped);
                    let zh = format!("以 {cap} 分为限");
                    Node::leaf(NodeKind::Cap, rest, &zh, &format!("capped at {cap} points"))
                }
                None => Node::leaf(NodeKind::Whole, rest, "整体计算", "not divisible by row"),
            });
        }
        parts
    }

    /// One node a row; their amounts add up to factor × value.
    fn rows(
        &self,
        indicator: &Indicator,
        trace: &Trace,
        decomposition: &Decomposition,
        factor: &Exact,
    ) -> Vec<Node> {
        let below = Exact::from(decomposition.denominator);
        let Some(each) = factor.checked_div(&below) else {
            return Vec::new();
        };
        let shares = decomposition.shares.iter();
        shares
            .map(|share| {
                let amount = &each * &share.numerator.into();
                let potential = if share.denominator.numerator == 0 {
                    amount.clone()
                } else {
                    &each * &share.denominator.into()
                };
                self.row(indicator, trace, share.row, amount, potential)
            })
            .collect()
    }

    fn row(
        &self,
        indicator: &Indicator,
        trace: &Trace,
        row: usize,
        amount: Exact,
        potential: Exact,
    ) -> Node {
        let facts = self.month.facts();
        let table = FactTable::from_name(&indicator.from);
        let origin = table.and_then(|table| self.month.frame().origin(facts, table, row));
        let (fact, source) = origin.unwrap_or_default();
        let columns = trace.rows.iter().find(|traced| traced.row == row);
        let file = file_name(facts, source);
        let lost = &potential - &amount;
        let zh = if lost.is_positive() {
            format!("{fact}（失 {} 分）", self.show(&lost))
        } else {
            fact.clone()
        };
        let mut node = Node::leaf(NodeKind::Row, amount, &zh, &fact);
        node.prose = format!("{file} 第 {} 行", source.line);
        node.prose_en = format!("{file}, line {}", source.line);
        node.evidence = Some(Evidence {
            table: indicator.from.clone(),
            fact,
            file,
            line: source.line,
            potential,
            columns: columns.map(|row| row.values.clone()).unwrap_or_default(),
        });
        node
    }

    fn veto(&self, id: &str, effect: Exact) -> Result<Node, AssessError> {
        let (index, indicator) = self.month.indicator(id).ok_or_else(|| no_indicator(id))?;
        let result = self.result.indicator(id).ok_or_else(|| no_indicator(id))?;
        let trace = self.month.trace(index, self.subject)?;
        let mut node = self.head(NodeKind::Veto, indicator, result, &trace);
        let zero = Exact::zero;
        let rows = trace.rows.iter();
        node.parts = rows
            .map(|row| self.row(indicator, &trace, row.row, zero(), zero()))
            .collect();
        if !effect.is_zero() {
            let fixed = matches!(&indicator.kind, IndicatorKind::Veto(one) if one.score.is_some());
            let (zh, en) = if fixed {
                ("总分定为否决分", "total fixed by the veto")
            } else {
                ("总分封顶", "total capped")
            };
            node.parts
                .push(Node::leaf(NodeKind::Whole, effect.clone(), zh, en));
        }
        node.amount = effect;
        Ok(node)
    }
}

/// One node a slice of the value, for an indicator banded by slices.
fn slices(indicator: &Indicator, result: &IndicatorResult, trace: &Trace) -> Vec<Node> {
    let Some(factor) = result.available.checked_div(&indicator.points.into()) else {
        return Vec::new();
    };
    let node = |share: &SliceShare| {
        let amount = &Exact::from(share.points) * &factor;
        let rate = share.slice.rate.unwrap_or_default();
        let span = share.slice.span();
        let zh = format!("{span} 段，每单位 {rate} 分");
        let en = format!("slice {span}, {rate} points a unit");
        let mut node = Node::leaf(NodeKind::Slice, amount, &zh, &en);
        node.filled = format!("{} × {rate}", share.length);
        node
    };
    trace.slices.iter().map(node).collect()
}

fn no_indicator(id: &str) -> AssessError {
    AssessError::NoIndicator {
        indicator: id.to_owned(),
    }
}
