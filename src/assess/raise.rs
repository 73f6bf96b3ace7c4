//! What would raise the score most: each lost case turned good, and the department scored again by
//! the very function that scored it.

use domain::DepartmentId;
use engine::Quantity;
use engine::pack::{Indicator, IndicatorKind, JudgedIn, NotApplicable};

use crate::assessment::{Assessment, Status};
use crate::error::AssessError;
use crate::exact::{Exact, Shown};
use crate::frame::{FactTable, file_name};
use crate::month::Month;
use crate::scoring::{self, Input};

/// One way to a higher score.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Raise {
    /// Indicator id.
    pub indicator: String,
    /// Id of the case, its file and line; `None` for the indicator as a whole.
    pub case: Option<(String, String, u32)>,
    /// What to do, in Chinese.
    pub action: String,
    /// The same in English.
    pub action_en: String,
    /// Points that the total would gain, after all rounding.
    pub gain: Shown,
    /// The same before the total is rounded.
    pub exact_gain: Exact,
}

struct Raiser<'a> {
    month: &'a Month<'a>,
    subject: usize,
    inputs: Vec<Input>,
    counted: Exact,
    exact: Exact,
}

/// The `top` changes with the largest gain, best first; equal gains by indicator and case.
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
        match found.status {
            Status::Scored => raiser.scored(position, index, indicator, &mut all)?,
            status
                if status.is_not_applicable()
                    && indicator.kind.is_scored()
                    && indicator.not_applicable == NotApplicable::Zero =>
            {
                raiser.absent(position, indicator, &mut all)?;
            }
            _ => {}
        }
    }
    all.retain(|raise| raise.exact_gain.is_positive());
    all.sort_by(|a, b| {
        let gains = (b.gain, &b.exact_gain).cmp(&(a.gain, &a.exact_gain));
        gains.then_with(|| (&a.indicator, &a.case).cmp(&(&b.indicator, &b.case)))
    });
    all.truncate(top);
    Ok(all)
}

impl Raiser<'_> {
    /// The gain if one indicator's value were another.
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

    /// Each case that lost something, and all of them together.
    fn scored(
        &self,
        position: usize,
        index: usize,
        indicator: &Indicator,
        all: &mut Vec<Raise>,
    ) -> Result<(), AssessError> {
        let Some(value) = self
            .inputs
            .get(position)
            .and_then(|input| input.number.clone())
        else {
            return Ok(());
        };
        let best = match &indicator.kind {
            IndicatorKind::Ratio | IndicatorKind::Judged(JudgedIn::Ratio) => Some(Exact::one()),
            IndicatorKind::Judged(JudgedIn::Points) => Some(indicator.points.into()),
            IndicatorKind::Deduct { .. } => Some(Exact::zero()),
            IndicatorKind::Relative => self
                .inputs
                .get(position)
                .and_then(|input| input.best.clone()),
            _ => None,
        };
        let Some(best) = best.filter(|best| *best != value) else {
            return Ok(());
        };
        let (gain, exact_gain) = self.gain(position, |input| input.number = Some(best.clone()))?;
        let title = &indicator.title;
        let (action, action_en) = match indicator.kind {
            IndicatorKind::Relative => (
                format!("“{title}”达到同组最高水平 {best}（现为 {value}）"),
                format!("reach the best of the group, {best} (now {value})"),
            ),
            IndicatorKind::Deduct { .. } => {
                (format!("“{title}”不发生扣分"), "no deduction".to_owned())
            }
            IndicatorKind::Judged(_) => (
                format!("“{title}”评定为最高值 {best}（现为 {value}）"),
                format!("judged at the best, {best} (now {value})"),
            ),
            _ => (
                format!("“{title}”全部达标（现为 {}）", percent(&value)),
                format!("all cases good (now {})", percent(&value)),
            ),
        };
        all.push(Raise {
            indicator: indicator.id.clone(),
            case: None,
            action,
            action_en,
            gain,
            exact_gain,
        });
        let divisible = matches!(
            indicator.kind,
            IndicatorKind::Ratio | IndicatorKind::Deduct { .. }
        );
        if divisible {
            self.cases(position, index, indicator, &value, all)?;
        }
        Ok(())
    }

    fn cases(
        &self,
        position: usize,
        index: usize,
        indicator: &Indicator,
        value: &Exact,
        all: &mut Vec<Raise>,
    ) -> Result<(), AssessError> {
        let trace = self.month.trace(index, self.subject)?;
        let Some(decomposition) = trace.decomposition else {
            return Ok(());
        };
        let below = Exact::from(decomposition.denominator);
        let deducts = matches!(indicator.kind, IndicatorKind::Deduct { .. });
        for share in decomposition.shares {
            let change = if deducts {
                -Exact::from(share.numerator)
            } else {
                &Exact::from(share.denominator) - &Exact::from(share.numerator)
            };
            let Some(change) = change.checked_div(&below).filter(|c| !c.is_zero()) else {
                continue;
            };
            let changed = value + &change;
            let (gain, exact_gain) = self.gain(position, |input| input.number = Some(changed))?;
            let facts = self.month.facts();
            let table = FactTable::from_name(&indicator.from);
            let origin = table.and_then(|table| self.month.frame().origin(facts, table, share.row));
            let (fact, source) = origin.unwrap_or_default();
            all.push(Raise {
                indicator: indicator.id.clone(),
                action: format!("“{}”：{fact} 办好（达标）", indicator.title),
                action_en: format!("{fact}: turned good"),
                case: Some((fact, file_name(facts, source), source.line)),
                gain,
                exact_gain,
            });
        }
        Ok(())
    }

    /// An indicator that counts nothing because nothing was done.
    fn absent(
        &self,
        position: usize,
        indicator: &Indicator,
        all: &mut Vec<Raise>,
    ) -> Result<(), AssessError> {
        if !matches!(indicator.kind, IndicatorKind::Ratio) {
            return Ok(());
        }
        let (gain, exact_gain) = self.gain(position, |input| {
            input.status = engine::Status::Known;
            input.number = Some(Quantity::ONE.into());
        })?;
        all.push(Raise {
            indicator: indicator.id.clone(),
            case: None,
            action: format!("“{}”：本期无记录按零分计，补齐并达标", indicator.title),
            action_en: "no record counts as zero: provide it".to_owned(),
            gain,
            exact_gain,
        });
        Ok(())
    }
}

/// A ratio in percent with two decimals.
fn percent(value: &Exact) -> String {
    let hundred = value * &Exact::from(100);
    format!("{}%", hundred.shown(2, domain::Rounding::HalfUp))
}
