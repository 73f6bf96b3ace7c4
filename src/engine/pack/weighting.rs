//! Importance weights that were judged or measured, frozen for whole years.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use domain::{DateRange, Place};
use weights::{Number, Solver};

use super::{Cite, Pack, Parameter, ParameterValue};
use crate::exact::Exact;
use crate::schema::Unit;

/// `[[weights]]`: how weights came about, and what they are. Loading computes them again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Weighting {
    /// Id; formulas read `weight.<id>.<criterion>`.
    pub id: String,
    /// Title; may be empty.
    pub title: String,
    /// How they came about.
    pub method: WeightingMethod,
    /// Ids of the criteria.
    pub criteria: Vec<String>,
    /// Their titles, in the same order; empty when the ids say enough.
    pub titles: Vec<String>,
    /// Decimals of the weights.
    pub decimals: u8,
    /// The weights, in the order of the criteria; they sum to one.
    pub result: Vec<Exact>,
    /// Consistency ratio of an AHP, as recorded.
    pub cr: Option<Exact>,
    /// Why judgements with CR of 0.1 or more are used all the same.
    pub override_reason: Option<String>,
    /// Citations.
    pub cite: Vec<Cite>,
    /// When they are in force: whole years.
    pub effective: DateRange,
    /// Where it is written.
    pub place: Place,
}

/// A method with what it starts from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WeightingMethod {
    /// 层次分析法.
    Ahp {
        /// How weights come out of the matrix.
        solver: Solver,
        /// The judgements, row by row.
        matrix: Vec<Vec<Number>>,
    },
    /// 熵权法.
    Entropy {
        /// The data, a row an alternative.
        data: Vec<Vec<Number>>,
        /// By column, whether less is better.
        costs: Vec<bool>,
        /// What min-max scaling adds; shares of the sum are taken without it.
        shift: Option<Number>,
    },
    /// CRITIC.
    Critic {
        /// The data, a row an alternative.
        data: Vec<Vec<Number>>,
        /// By column, whether less is better.
        costs: Vec<bool>,
    },
}

impl Pack {
    /// Ids of weights that another pack sets differently for a year in which this one has them:
    /// weights are frozen for the year, also across versions of the rules.
    pub fn weights_moved_in(&self, other: &Self, year: i32) -> Vec<String> {
        let of_year = |pack: &Self| -> BTreeMap<String, Vec<(String, Exact)>> {
            let new_year = NaiveDate::from_ymd_opt(year, 1, 1);
            let in_force =
                |one: &&Weighting| new_year.is_some_and(|day| one.effective.contains(day));
            let all = pack.weightings.iter().filter(in_force);
            all.map(|one| {
                let weights = one.criteria.iter().cloned().zip(one.result.iter().copied());
                (one.id.clone(), weights.collect())
            })
            .collect()
        };
        let there = of_year(other);
        of_year(self)
            .into_iter()
            .filter(|(id, weights)| there.get(id) != Some(weights))
            .map(|(id, _)| id)
            .collect()
    }
}

/// The id of the parameter that holds a weight. No written parameter can have it: ids have no dots.
pub(crate) fn parameter_id(weighting: &str, criterion: &str) -> String {
    format!("weight.{weighting}.{criterion}")
}

/// The weights as parameters: one a criterion, with a value for each range of years.
pub(super) fn as_parameters(weightings: &[Weighting]) -> Vec<Parameter> {
    let mut all: Vec<Parameter> = Vec::new();
    for weighting in weightings {
        let results = weighting.criteria.iter().zip(&weighting.result);
        for (index, (criterion, result)) in results.enumerate() {
            let id = parameter_id(&weighting.id, criterion);
            let value = ParameterValue {
                range: weighting.effective,
                value: *result,
                place: weighting.place.clone(),
            };
            if let Some(known) = all.iter_mut().find(|known| known.id == id) {
                known.scale = known.scale.max(result.scale);
                known.values.push(value);
                known.values.sort_by_key(|value| value.range.from);
                continue;
            }
            all.push(Parameter {
                id,
                title: weighting.titles.get(index).unwrap_or(criterion).clone(),
                unit: Unit::Ratio,
                cite: weighting.cite.clone(),
                scale: result.scale,
                by: None,
                values: vec![value],
                place: weighting.place.clone(),
            });
        }
    }
    all
}
