//! What would raise the score most: each lost case turned good, each next band reached, and the
//! department scored again by the very function that scored it.

mod banded;
mod cases;

use std::collections::BTreeMap;

use domain::DepartmentId;
use engine::pack::{Indicator, IndicatorKind, JudgedIn, NotApplicable};

use crate::assessment::{Assessment, IndicatorResult, Status};
use crate::error::AssessError;
use crate::exact::{Exact, Shown};
use crate::month::Month;
use crate::scoring::{self, Input, bonus_cap};
use cases::Way;

/// One way to a higher score.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Raise {
    /// Indicator id.
    pub indicator: String,
    /// The cases to be put right, those that weigh most first; empty for the indicator as a whole.
    pub cases: Vec<Case>,
    /// What the indicator's value becomes; `None` for a veto, which has none.
    pub value: Option<Exact>,
    /// What to do, in Chinese.
    pub action: String,
    /// The same in English.
    pub action_en: String,
    /// Points that the total would gain, after all rounding.
    pub gain: Shown,
    /// The same before the total is rounded.
    pub exact_gain: Exact,
}

/// A case of the frozen facts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Case {
    /// Its id.
    pub fact: String,
    /// The file that it came in.
    pub file: String,
    /// The line there.
    pub line: u32,
}

/// What is to be done, in Chinese and in English.
type Action = (String, String);

struct Raiser<'a> {
    month: &'a Month<'a>,
    subject: usize,
    inputs: Vec<Input>,
    counted: Exact,
    exact: Exact,
}

/// An indicator that may be raised: its place among those in force, its index in the pack.
struct Subject<'a> {
    position: usize,
    index: usize,
    indicator: &'a Indicator,
    value: Exact,
}

/// The `top` changes with the largest gain, best first; equal gains by indicator, fewest cases first.
pub(crate) fn raise(
    month: &Month<'_>,
    assessment: &Assessment,
    department: &DepartmentId,
    top: usize,
) -> Result<Vec<Raise>, AssessError> {
    let result = assessment
        .department(department)
        .ok_or_else(|| AssessError::NotAssessed {
            department: department.clone(),
        })?;
    let subject = month.subject(department)?;
    let raiser = Raiser {
        month,
        subject,
        inputs: month.inputs(subject),
        counted: result.total.counted.clone(),
        exact: result.total.exact.clone(),
    };
    let mut all = Vec::new();
    for ((position, (index, indicator)), found) in
        month.indicators().enumerate().zip(&result.indicators)
    {
        let one = Subject {
            position,
            index,
            indicator,
            value: found.value.clone().unwrap_or_else(Exact::zero),
        };
        match found.status {
            Status::Scored => raiser.scored(&one, &mut all)?,
            Status::Vetoed => raiser.vetoed(&one, &mut all)?,
            status if status.is_not_applicable() => raiser.absent(&one, found, &mut all)?,
            _ => {}
        }
    }
    all.retain(|raise| raise.exact_gain.is_positive());
    all.sort_by(|a, b| {
        let gains = (b.gain, &b.exact_gain).cmp(&(a.gain, &a.exact_gain));
        let places = |one: &Raise| (one.indicator.clone(), one.cases.len(), one.cases.clone());
        gains.then_with(|| places(a).cmp(&places(b)))
    });
    all.truncate(top);
    Ok(all)
}

impl Raiser<'_> {
    /// The gain if one indicator were found otherwise.
    fn gain(
        &self,
        position: usize,
        change: impl FnOnce(&mut Input),
    ) -> Result<(Shown, Exact), AssessError> {
        let mut inputs = self.inputs.clone();
        if let Some(input) = inputs.get_mut(position) {
            change(input);
        }
        let scored = scoring::score(&self.month.rules(), &inputs)?;
        let rules = self.month.pack().rounding.score;
        let gain = &scored.total.counted - &self.counted;
        let exact = &scored.total.exact - &self.exact;
        Ok((gain.shown(rules.scale, rules.mode), exact))
    }

    /// The gain if one indicator had another value; `None` when its band table has no answer.
    fn gain_at(
        &self,
        one: &Subject<'_>,
        value: &Exact,
    ) -> Result<Option<(Shown, Exact)>, AssessError> {
        let band = match one.indicator.kind {
            IndicatorKind::Banded { .. } => match self.month.band_points(one.index, value) {
                None => return Ok(None),
                band => band,
            },
            _ => None,
        };
        let gain = self.gain(one.position, |input| {
            input.status = engine::Status::Known;
            input.number = Some(value.clone());
            input.band = band;
            // Whoever overtakes the best of the group is the best.
            input.best = input.best.take().map(|best| best.max(value.clone()));
        })?;
        Ok(Some(gain))
    }

    /// Notes what another value of the indicator gains.
    fn add(
        &self,
        one: &Subject<'_>,
        value: Exact,
        cases: Vec<Case>,
        (action, action_en): Action,
        all: &mut Vec<Raise>,
    ) -> Result<(), AssessError> {
        if let Some((gain, exact_gain)) = self.gain_at(one, &value)? {
            all.push(Raise {
                indicator: one.indicator.id.clone(),
                cases,
                value: Some(value),
                action,
                action_en,
                gain,
                exact_gain,
            });
        }
        Ok(())
    }

    /// The indicator as a whole at its best, then case by case.
    fn scored(&self, one: &Subject<'_>, all: &mut Vec<Raise>) -> Result<(), AssessError> {
        if let IndicatorKind::Banded { .. } = one.indicator.kind {
            return self.banded(one, all);
        }
        let Some(best) = self.best(one).filter(|best| *best != one.value) else {
            return Ok(());
        };
        self.add(one, best.clone(), Vec::new(), wholly(one, &best), all)?;
        let way = match one.indicator.kind {
            IndicatorKind::Deduct { .. } => Way::Removed,
            IndicatorKind::Bonus { .. } => return Ok(()),
            _ => Way::TurnedGood,
        };
        self.cases(one, way, all)
    }

    /// The best value there is.
    fn best(&self, one: &Subject<'_>) -> Option<Exact> {
        match &one.indicator.kind {
            IndicatorKind::Ratio | IndicatorKind::Judged(JudgedIn::Ratio) => Some(Exact::one()),
            IndicatorKind::Judged(JudgedIn::Points) => Some(one.indicator.points.into()),
            IndicatorKind::Deduct { .. } => Some(Exact::zero()),
            IndicatorKind::Relative => self.inputs.get(one.position)?.best.clone(),
            IndicatorKind::Bonus { cap, .. } => {
                Some(bonus_cap(one.indicator, *cap)).filter(|cap| *cap > one.value)
            }
            IndicatorKind::Banded { .. } => {
                let rungs = self.month.rungs(one.index);
                let best = rungs.iter().max_by_key(|rung| rung.points)?;
                Some(best.value.into())
            }
            IndicatorKind::Veto(_) => None,
        }
    }

    /// A veto that would not have been hit.
    fn vetoed(&self, one: &Subject<'_>, all: &mut Vec<Raise>) -> Result<(), AssessError> {
        let (gain, exact_gain) = self.gain(one.position, |input| input.hit = false)?;
        all.push(Raise {
            indicator: one.indicator.id.clone(),
            cases: Vec::new(),
            value: None,
            action: format!("“{}”未触发", one.indicator.title),
            action_en: "this veto not hit".to_owned(),
            gain,
            exact_gain,
        });
        Ok(())
    }

    /// An indicator that counts nothing because too little was done, or that nobody judged yet.
    fn absent(
        &self,
        one: &Subject<'_>,
        found: &IndicatorResult,
        all: &mut Vec<Raise>,
    ) -> Result<(), AssessError> {
        let judged = matches!(one.indicator.kind, IndicatorKind::Judged(_));
        let duty = one.indicator.not_applicable == NotApplicable::Zero;
        let divides = matches!(
            one.indicator.kind,
            IndicatorKind::Ratio | IndicatorKind::Banded { .. }
        );
        if !(judged || duty && divides) {
            return Ok(());
        }
        let Some(best) = self.best(one) else {
            return Ok(());
        };
        let title = &one.indicator.title;
        let missing = one
            .indicator
            .least_cases()
            .saturating_sub(found.cases.into());
        let action = if judged {
            let action = format!("“{title}”尚未评定，评定为最高值 {best}");
            (
                action,
                format!("not judged yet: judged at the best, {best}"),
            )
        } else if found.cases == 0 {
            let action = format!("“{title}”：本期无记录按零分计，补齐并达标");
            (action, "no record counts as zero: provide it".to_owned())
        } else {
            let action = format!("“{title}”：记录不足按零分计，再补 {missing} 件并全部达标");
            let action_en = format!("too few cases count as zero: {missing} more, all good");
            (action, action_en)
        };
        self.add(one, best, Vec::new(), action, all)
    }
}

/// What it takes for the whole of an indicator to be at its best.
fn wholly(one: &Subject<'_>, best: &Exact) -> Action {
    let (title, value) = (&one.indicator.title, &one.value);
    match one.indicator.kind {
        IndicatorKind::Relative => (
            format!("“{title}”达到同组最高水平 {best}（现为 {value}）"),
            format!("reach the best of the group, {best} (now {value})"),
        ),
        IndicatorKind::Deduct { .. } => (format!("“{title}”不发生扣分"), "no deduction".to_owned()),
        IndicatorKind::Bonus { .. } => (
            format!("“{title}”加分达到上限 {best}（现为 {value}）"),
            format!("bonus at its cap, {best} (now {value})"),
        ),
        IndicatorKind::Judged(_) => (
            format!("“{title}”评定为最高值 {best}（现为 {value}）"),
            format!("judged at the best, {best} (now {value})"),
        ),
        _ => (
            format!("“{title}”全部达标（现为 {}）", percent(value)),
            format!("all cases good (now {})", percent(value)),
        ),
    }
}

/// A ratio in percent with two decimals.
fn percent(value: &Exact) -> String {
    let hundred = value * &Exact::from(100);
    format!("{}%", hundred.shown(2, domain::Rounding::HalfUp))
}

/// Gains by value: many cases change a value alike.
type Gains = BTreeMap<Exact, Option<(Shown, Exact)>>;

#[cfg(test)]
mod tests;
