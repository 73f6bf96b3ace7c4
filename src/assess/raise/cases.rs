//! The value of an indicator if single cases were otherwise, by the shares that they have in it.

use super::{Case, Gains, Raise, Raiser, Subject};
use crate::error::AssessError;
use crate::exact::Exact;
use crate::frame::{FactTable, file_name};

/// Cases named in a sentence.
const NAMED: usize = 3;

/// What becomes of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// It adds above the line all that it adds below.
    TurnedGood,
    /// It adds nothing above the line.
    Removed,
}

impl Way {
    const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::TurnedGood => ("办好（达标）", "turned good"),
            Self::Removed => ("消除", "removed"),
        }
    }
}

/// By how much one case would change the value.
struct Change {
    case: Case,
    by: Exact,
}

impl Raiser<'_> {
    /// Each case that lost something; where no single one gains anything, the fewest that do
    /// together.
    pub(super) fn cases(
        &self,
        one: &Subject<'_>,
        way: Way,
        all: &mut Vec<Raise>,
    ) -> Result<(), AssessError> {
        let changes = self.changes(one, way)?;
        let mut gains = Gains::new();
        let mut gained = false;
        for change in &changes {
            let value = &one.value + &change.by;
            if !gains.contains_key(&value) {
                let gain = self.gain_at(one, &value)?;
                gains.insert(value.clone(), gain);
            }
            let Some(Some((gain, exact_gain))) = gains.get(&value) else {
                continue;
            };
            gained |= exact_gain.is_positive();
            let (words, words_en) = way.words();
            let (title, fact) = (&one.indicator.title, &change.case.fact);
            all.push(Raise {
                indicator: one.indicator.id.clone(),
                cases: vec![change.case.clone()],
                value: Some(value),
                action: format!("“{title}”：{fact} {words}"),
                action_en: format!("{fact}: {words_en}"),
                gain: *gain,
                exact_gain: exact_gain.clone(),
            });
        }
        if gained {
            return Ok(());
        }
        self.together(one, way, &changes, all)
    }

    /// The fewest cases that gain anything together: those that change the value most.
    fn together(
        &self,
        one: &Subject<'_>,
        way: Way,
        changes: &[Change],
        all: &mut Vec<Raise>,
    ) -> Result<(), AssessError> {
        let mut value = one.value.clone();
        for (count, change) in (1..).zip(changes) {
            value = &value + &change.by;
            if !self.is_better(one, &value)? {
                continue;
            }
            let cases: Vec<Case> = changes
                .iter()
                .take(count)
                .map(|change| change.case.clone())
                .collect();
            let named: Vec<&str> = cases
                .iter()
                .take(NAMED)
                .map(|one| one.fact.as_str())
                .collect();
            let title = &one.indicator.title;
            let (words, words_en) = way.words();
            let more = if count > NAMED {
                ("等", " and others")
            } else {
                ("", "")
            };
            let action = (
                format!(
                    "“{title}”：{count} 件{words}（{}{}），由 {} 变为 {value}",
                    named.join("、"),
                    more.0,
                    one.value
                ),
                format!(
                    "{count} cases {words_en} ({}{}): from {} to {value}",
                    named.join(", "),
                    more.1,
                    one.value
                ),
            );
            return self.add(one, value, cases, action, all);
        }
        Ok(())
    }

    /// Whether another value is worth more.
    fn is_better(&self, one: &Subject<'_>, value: &Exact) -> Result<bool, AssessError> {
        let now = self.inputs.get(one.position);
        if let Some(now) = now.and_then(|input| input.band.as_ref()) {
            // Looked up, not scored: a band may lie many cases away.
            return Ok(self.points_at(one, value).is_some_and(|then| then > *now));
        }
        let gain = self.gain_at(one, value)?;
        Ok(gain.is_some_and(|(_, gain)| gain.is_positive()))
    }

    /// What each case would change, largest change first.
    fn changes(&self, one: &Subject<'_>, way: Way) -> Result<Vec<Change>, AssessError> {
        let trace = self.month.trace(one.index, self.subject)?;
        let Some(decomposition) = trace.decomposition else {
            return Ok(Vec::new());
        };
        let below = Exact::from(decomposition.denominator);
        let facts = self.month.facts();
        let table = FactTable::from_name(&one.indicator.from);
        let change = |share: engine::RowShare| {
            let above = Exact::from(share.numerator);
            let by = match way {
                Way::TurnedGood => &Exact::from(share.denominator) - &above,
                Way::Removed => -above,
            };
            let wrong = match way {
                Way::TurnedGood => by.is_positive(),
                Way::Removed => by.is_negative(),
            };
            let by = by.checked_div(&below).filter(|_| wrong)?;
            let origin = table.and_then(|table| self.month.frame().origin(facts, table, share.row));
            let (fact, source) = origin.unwrap_or_default();
            let file = file_name(facts, source);
            let line = source.line;
            let case = Case { fact, file, line };
            Some(Change { case, by })
        };
        let mut changes: Vec<Change> = decomposition
            .shares
            .into_iter()
            .filter_map(change)
            .collect();
        changes.sort_by(|a, b| {
            let sizes = match way {
                Way::TurnedGood => b.by.cmp(&a.by),
                Way::Removed => a.by.cmp(&b.by),
            };
            sizes.then_with(|| a.case.cmp(&b.case))
        });
        Ok(changes)
    }
}
