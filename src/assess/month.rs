//! A period made ready: pack, facts, frame and values together, from which assessment,
//! explanations, advice and awards are drawn without evaluating twice.

use std::collections::BTreeMap;

use domain::canon::{encode, sha256_hex};
use domain::{
    DepartmentGroup, DepartmentId, Facts, JurisdictionTree, Period, Registry, WorkdayCalendar,
};
use engine::pack::{Indicator, IndicatorKind};
use engine::plan::{Bound, Plan, Rung};
use engine::trace::Trace;
use engine::{Evaluation, Pack, Schema, Value};

use crate::assessment::{Assessment, Change, DepartmentResult};
use crate::error::AssessError;
use crate::exact::Exact;
use crate::explanation::Explanation;
use crate::frame::{FactFrame, holdings};
use crate::network::{self, Network};
use crate::prior::Prior;
use crate::raise::{self, Raise};
use crate::schema::{IMPORTANCE_ONE, IMPORTANCE_SCALE};
use crate::scoring::{self, Input, Rules, Scored};
use crate::{detectors, explain, faults, heads, rank};

mod money;

/// Facts in the engine's form, with the rules in force: what a [`Month`] rests on.
pub struct Prepared<'a> {
    pub(crate) pack: &'a Pack,
    pub(crate) facts: &'a Facts,
    pub(crate) calendar: &'a WorkdayCalendar,
    pub(crate) facts_sha256: Option<String>,
    pub(crate) period: Period,
    pub(crate) prior: Option<&'a Prior>,
    /// Importance ×10^4 of the resources, in their order.
    importance: Vec<i64>,
    pub(crate) registry: Registry,
    pub(crate) plan: Plan,
    pub(crate) frame: FactFrame,
}

impl<'a> Prepared<'a> {
    /// Puts the facts of a period under a pack, with what the period before left.
    pub fn new(
        pack: &'a Pack,
        facts: &'a Facts,
        calendar: &'a WorkdayCalendar,
        period: Period,
        prior: Option<&'a Prior>,
    ) -> Result<Self, AssessError> {
        let schema = crate::schema::schema();
        let tree = JurisdictionTree::new(facts.jurisdictions.clone());
        let registry = Registry::new(tree, facts.departments.clone())?;
        let plan = Plan::new(pack, &schema, period).map_err(AssessError::Plan)?;
        let importance = importance(pack, facts, &plan, &schema)?;
        let mut frame = FactFrame::new(facts, &registry, &schema, period, &importance)?;
        frame.compare(&plan, prior)?;
        Ok(Self {
            pack,
            facts,
            calendar,
            facts_sha256: None,
            period,
            prior,
            importance,
            registry,
            plan,
            frame,
        })
    }

    /// The same facts under other rules, after another month before. The columns are built again
    /// only where the rules have a part in them: by the importance of the resources.
    pub fn under(&self, pack: &'a Pack, prior: Option<&'a Prior>) -> Result<Self, AssessError> {
        let (facts, period) = (self.facts, self.period);
        let schema = crate::schema::schema();
        let plan = Plan::new(pack, &schema, period).map_err(AssessError::Plan)?;
        let importance = importance(pack, facts, &plan, &schema)?;
        let mut frame = if importance == self.importance {
            self.frame.clone()
        } else {
            FactFrame::new(facts, &self.registry, &schema, period, &importance)?
        };
        frame.compare(&plan, prior)?;
        Ok(Self {
            pack,
            facts,
            calendar: self.calendar,
            facts_sha256: self.facts_sha256.clone(),
            period,
            prior,
            importance,
            registry: self.registry.clone(),
            plan,
            frame,
        })
    }

    /// A frame made by hand, for the tests of a pack: every subject a department.
    pub(crate) fn of_frame(
        pack: &'a Pack,
        facts: &'a Facts,
        calendar: &'a WorkdayCalendar,
        (plan, mut frame): (Plan, FactFrame),
        prior: Option<&'a Prior>,
    ) -> Result<Self, AssessError> {
        frame.compare(&plan, prior)?;
        Ok(Self {
            pack,
            facts,
            calendar,
            facts_sha256: None,
            period: plan.period(),
            prior,
            importance: Vec::new(),
            registry: Registry::default(),
            plan,
            frame,
        })
    }

    /// Takes the digest of the facts from who has it already; it is computed otherwise.
    #[must_use]
    pub fn with_facts_sha256(mut self, sha256: impl Into<String>) -> Self {
        self.facts_sha256 = Some(sha256.into());
        self
    }

    /// Writes the assessment as an SQL script for PostgreSQL; without `data` its logic only.
    pub fn export_sql(&self, data: bool, to: &mut dyn FnMut(&str)) -> Result<(), AssessError> {
        crate::sql::export(self, data, to)
    }

    /// Evaluates every indicator for every department. One fault stops the period.
    pub fn month(&self) -> Result<Month<'_>, AssessError> {
        let bound = self
            .plan
            .bind(&self.frame.frame, self.calendar)
            .map_err(|faults| self.frame.named(self.facts, faults))?;
        let evaluation = bound
            .evaluate()
            .map_err(|faults| self.frame.named(self.facts, faults))?;
        let best = best_of_groups(self.pack, &self.frame, &evaluation);
        Ok(Month {
            prepared: self,
            bound,
            evaluation,
            best,
        })
    }
}

/// Importance ×10^4 of every resource.
fn importance(
    pack: &Pack,
    facts: &Facts,
    plan: &Plan,
    schema: &Schema,
) -> Result<Vec<i64>, AssessError> {
    let Some(rule) = &pack.importance else {
        return Ok(vec![IMPORTANCE_ONE; facts.resources.len()]);
    };
    let resources = holdings::all_resources(facts, schema, plan.period())?;
    let values = plan.importance(&resources).map_err(faults::unnamed)?;
    at_column_scale(values, rule)
}

/// Importance as the pack scales it, at the scale of the columns.
fn at_column_scale(
    mut values: Vec<i64>,
    rule: &engine::pack::Importance,
) -> Result<Vec<i64>, AssessError> {
    let fault = || AssessError::Rule {
        rule: "importance".to_owned(),
        reason: format!(
            "重要程度的小数位 {} 不得超过 {IMPORTANCE_SCALE} (too many decimals)",
            rule.scale
        ),
    };
    let more = IMPORTANCE_SCALE.checked_sub(rule.scale).ok_or_else(fault)?;
    let factor = 10_i64.pow(u32::from(more));
    for value in &mut values {
        *value = value.checked_mul(factor).ok_or_else(fault)?;
    }
    Ok(values)
}

/// One evaluated period, from which everything else is drawn.
pub struct Month<'p> {
    prepared: &'p Prepared<'p>,
    bound: Bound<'p>,
    evaluation: Evaluation,
    /// Best value of each relative indicator, by group.
    best: BTreeMap<(usize, DepartmentGroup), Exact>,
}

impl<'p> Month<'p> {
    /// The assessment of all departments.
    pub fn assess(&self) -> Result<Assessment, AssessError> {
        let mut missing = self.missing();
        missing.retain(|one| one.required);
        if !missing.is_empty() {
            return Err(AssessError::Missing(missing));
        }
        let rules = self.rules();
        let mut departments = Vec::with_capacity(self.prepared.frame.departments.len());
        for (subject, department) in self.prepared.frame.departments.iter().enumerate() {
            let scored = scoring::score(&rules, &self.inputs(subject))?;
            departments.push(result(department, scored));
        }
        rank::rank(&mut departments, self.prepared.pack.ranking);
        if let Some(prior) = self.prepared.prior {
            for result in &mut departments {
                result.change = change(result, prior);
            }
        }
        let mut notes = self.prepared.frame.notes.clone();
        notes.extend(detectors::detect(
            self.prepared.facts,
            &self.prepared.frame,
            self.prepared.period,
        ));
        notes.sort();
        let header = &self.prepared.pack.header;
        let facts_sha256 = self.prepared.facts_sha256.clone();
        Ok(Assessment {
            period: self.prepared.period,
            pack: format!("{}@{}", header.id, header.version),
            pack_digest: self.prepared.pack.digest.clone(),
            facts_sha256: facts_sha256.unwrap_or_else(|| sha256_hex(&encode(self.prepared.facts))),
            maximum: rules.maximum.clone(),
            axes: heads::axes(&rules),
            indicators: heads::indicators(&rules),
            grades: heads::grades(self.prepared.pack),
            departments,
            notes,
        })
    }

    /// Why a department, or one of its indicators, has its score.
    pub fn explain(
        &self,
        assessment: &Assessment,
        department: &DepartmentId,
        indicator: Option<&str>,
    ) -> Result<Explanation, AssessError> {
        explain::explain(self, assessment, department, indicator)
    }

    /// What would raise a department's score most, best first.
    pub fn raise(
        &self,
        assessment: &Assessment,
        department: &DepartmentId,
        top: usize,
    ) -> Result<Vec<Raise>, AssessError> {
        raise::raise(self, assessment, department, top)
    }

    /// The sharing network of the period; a flow is an edge from `min_days` resource-days on.
    pub fn network(&self, min_days: u32) -> Network {
        network::network(&self.prepared.frame, min_days)
    }

    /// The departments assessed, by id.
    pub fn departments(&self) -> &[domain::Department] {
        &self.prepared.frame.departments
    }

    pub(crate) fn rules(&self) -> Rules<'p> {
        let columns = self.evaluation.indicators.iter();
        let in_force: Vec<usize> = columns.map(|column| column.indicator).collect();
        Rules::new(self.prepared.pack, self.prepared.period, &in_force)
    }

    /// What scoring needs to know of a subject, in the order of the indicators in force.
    pub(crate) fn inputs(&self, subject: usize) -> Vec<Input> {
        let group = self
            .prepared
            .frame
            .departments
            .get(subject)
            .map(|dept| dept.group);
        let columns = self.evaluation.indicators.iter();
        columns
            .filter_map(|column| {
                let mut input = Input::from(&column.cells.get(subject)?);
                input.best = self.best.get(&(column.indicator, group?)).cloned();
                Some(input)
            })
            .collect()
    }

    pub(crate) fn indicators(&self) -> impl Iterator<Item = (usize, &'p Indicator)> + '_ {
        let pack = self.prepared.pack;
        let columns = self.evaluation.indicators.iter();
        columns.filter_map(move |column| {
            Some((column.indicator, pack.indicators.get(column.indicator)?))
        })
    }

    pub(crate) fn indicator(&self, id: &str) -> Option<(usize, &'p Indicator)> {
        self.indicators().find(|(_, indicator)| indicator.id == id)
    }

    pub(crate) fn trace(&self, indicator: usize, subject: usize) -> Result<Trace, AssessError> {
        self.bound
            .trace(indicator, subject)
            .map_err(|faults| self.frame().named(self.facts(), faults))
    }

    /// The points that the band table of an indicator (index into the pack) gives for a value.
    pub(crate) fn band_points(&self, indicator: usize, value: &Exact) -> Option<Exact> {
        let points = self.bound.band_points(indicator, value.quantity()?);
        points.map(Exact::from)
    }

    /// Where the points of a banded indicator change.
    pub(crate) fn rungs(&self, indicator: usize) -> Vec<Rung> {
        self.bound.rungs(indicator)
    }

    pub(crate) fn subject(&self, department: &DepartmentId) -> Result<usize, AssessError> {
        let subject = self.prepared.frame.subject(department);
        subject.ok_or_else(|| AssessError::NotAssessed {
            department: department.clone(),
        })
    }

    pub(crate) const fn pack(&self) -> &'p Pack {
        self.prepared.pack
    }

    pub(crate) const fn facts(&self) -> &'p Facts {
        self.prepared.facts
    }

    pub(crate) const fn frame(&self) -> &FactFrame {
        &self.prepared.frame
    }
}

/// Best value of each relative indicator in each group.
fn best_of_groups(
    pack: &Pack,
    frame: &FactFrame,
    evaluation: &Evaluation,
) -> BTreeMap<(usize, DepartmentGroup), Exact> {
    let mut best: BTreeMap<_, Exact> = BTreeMap::new();
    for column in &evaluation.indicators {
        let indicator = pack.indicators.get(column.indicator);
        if !indicator.is_some_and(|i| matches!(i.kind, IndicatorKind::Relative)) {
            continue;
        }
        for (department, cell) in frame.departments.iter().zip(column.cells.iter()) {
            let known = best
                .entry((column.indicator, department.group))
                .or_default();
            if let Some(Value::Number(value)) = cell.value {
                let value = Exact::from(value);
                if value > *known {
                    *known = value;
                }
            }
        }
    }
    best
}

fn result(department: &domain::Department, scored: Scored) -> DepartmentResult {
    DepartmentResult {
        id: department.id.clone(),
        name: department.name.clone(),
        jurisdiction: department.jurisdiction.clone(),
        group: department.group,
        indicators: scored.indicators,
        axes: scored.axes,
        scale_factor: scored.scale_factor,
        before_bonus: scored.before_bonus,
        before_veto: scored.before_veto,
        total: scored.total,
        grade: scored.grade,
        rank: None,
        of: 0,
        vetoes: scored.vetoes,
        standing: scored.standing,
        change: None,
    }
}

fn change(result: &DepartmentResult, prior: &Prior) -> Option<Change> {
    let before = prior.result(&result.id)?;
    let places = before.rank.zip(result.rank).and_then(|(before, now)| {
        let places = i64::from(before) - i64::from(now);
        i32::try_from(places).ok()
    });
    Some(Change {
        total: &result.total.counted - &before.total,
        places,
    })
}

/// Scores every department of the period.
pub fn assess(
    pack: &Pack,
    facts: &Facts,
    calendar: &WorkdayCalendar,
    period: Period,
    prior: Option<&Prior>,
) -> Result<Assessment, AssessError> {
    Prepared::new(pack, facts, calendar, period, prior)?
        .month()?
        .assess()
}

#[cfg(test)]
mod tests;
