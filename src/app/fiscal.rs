//! Fiscal constraint 财政约束 (art. 38): advice on the budgets of departments with its reasons, and the
//! rules that orders may name.

use assess::{Assessment, Awards};
use domain::{DepartmentId, Fen, Period, RunId};

use crate::App;
use crate::error::Error;
use crate::run::{Stage, load};

/// How many lost points an advice names as its reasons.
const REASONS_MAX: usize = 3;

/// One piece of advice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdviceLine {
    /// Id of the constraint in the pack: what an order names as its rule.
    pub constraint: String,
    /// Its title.
    pub title: String,
    /// The department concerned.
    pub department: DepartmentId,
    /// Its name.
    pub name: String,
    /// What is advised, and after which grade.
    pub advice: String,
    /// Where the points were lost, the most first, and what vetoed.
    pub reasons: Vec<String>,
    /// The share of the month's award that it concerns, as text.
    pub share: String,
    /// That share.
    pub amount_fen: Fen,
    /// Articles it rests on.
    pub cite: Vec<String>,
}

/// The advice of a month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Advice {
    /// The month.
    pub period: Period,
    /// The run it comes from.
    pub run: RunId,
    /// By constraint and department.
    pub lines: Vec<AdviceLine>,
}

/// A rule that an order may name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleChoice {
    /// Its id in the pack in use.
    pub id: String,
    /// Its title.
    pub title: String,
}

impl App {
    /// The advice that follows from the run of a month that stands.
    pub fn fiscal_advice(&self, period: Period) -> Result<Advice, Error> {
        let run = self.current_run(period)?;
        let (assessment, awards) = self.store().read(|conn| {
            let assessment: Assessment = load(conn, &run, Stage::Assessed)?;
            let awards: Awards = load(conn, &run, Stage::Compensated)?;
            Ok::<_, Error>((assessment, awards))
        })?;
        let lines = awards.advice.iter().map(|advice| AdviceLine {
            constraint: advice.constraint.clone(),
            title: advice.title.clone(),
            department: advice.department.clone(),
            name: assessment
                .department(&advice.department)
                .map_or_else(|| advice.department.to_string(), |own| own.name.clone()),
            advice: advice.reason.clone(),
            reasons: reasons(&assessment, &advice.department),
            share: advice.share.to_string(),
            amount_fen: advice.amount_fen,
            cite: advice.cite.clone(),
        });
        Ok(Advice {
            period,
            lines: lines.collect(),
            run,
        })
    }

    /// The rules that an order may name: constraints first, then deductions, then indicators.
    pub fn order_rules(&self) -> Result<Vec<RuleChoice>, Error> {
        let rules = self.rules()?;
        let pack = &rules.pack;
        let choice = |id: &String, title: &String| RuleChoice {
            id: id.clone(),
            title: title.clone(),
        };
        let constraints = pack
            .constraints
            .iter()
            .map(|own| choice(&own.id, &own.title));
        let deductions = pack.compensation.iter().flat_map(|one| &one.deductions);
        let deductions = deductions.map(|own| choice(&own.id, &own.title));
        let indicators = pack
            .indicators
            .iter()
            .map(|own| choice(&own.id, &own.title));
        Ok(constraints.chain(deductions).chain(indicators).collect())
    }

    /// The rule of the pack in use that an order names: a constraint, a deduction or an indicator.
    pub(crate) fn rule_ref(&self, id: &str) -> Result<String, Error> {
        let choices = self.order_rules()?;
        let known: Vec<&str> = choices.iter().map(|own| own.id.as_str()).collect();
        if !known.contains(&id) {
            let reason = format!(
                "规则包中没有“{id}”，可用：{} (no such rule)",
                known.join("、")
            );
            return Err(Error::BadInput {
                what: "所依规则",
                reason,
            });
        }
        let rules = self.rules()?;
        let header = &rules.pack.header;
        Ok(format!("{}@{}#{id}", header.id, header.version))
    }
}

/// Vetoes, then the indicators that lost most, with what was scored of what.
fn reasons(assessment: &Assessment, department: &DepartmentId) -> Vec<String> {
    let Some(result) = assessment.department(department) else {
        return Vec::new();
    };
    let title = |id: &str| {
        let head = assessment.indicators.iter().find(|head| head.id == id);
        head.map_or_else(|| id.to_owned(), |head| head.title.clone())
    };
    let vetoes = result
        .vetoes
        .iter()
        .map(|id| format!("一票否决：{}", title(id)));
    let mut lost: Vec<_> = result
        .indicators
        .iter()
        .map(|own| (&own.available - &own.score.counted, own))
        .filter(|(points, own)| points.is_positive() && !own.status.is_not_applicable())
        .collect();
    lost.sort_by(|(a, _), (b, _)| b.cmp(a));
    let lost = lost.into_iter().take(REASONS_MAX).map(|(points, own)| {
        format!(
            "{} 失 {points} 分（得 {}，满分 {}）",
            title(&own.id),
            own.score.shown,
            own.available
        )
    });
    vetoes.chain(lost).collect()
}
