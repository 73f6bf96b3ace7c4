//! A cooperative pot: what owners of data receive in the Shapley value, as weights of a pool.

use std::collections::{BTreeMap, BTreeSet};

use domain::DepartmentId;
use engine::pack::DataSet;

use super::Weight;
use crate::error::AssessError;
use crate::exact::Exact;
use crate::shapley::{DataGood, shapley_value, whole_values};

/// Months over which a year's replacement cost is spread.
const MONTHS: i64 = 12;

/// A resource that one department gave another.
#[derive(Clone, Debug)]
pub(crate) struct Flow {
    /// Who provided it.
    pub(crate) owner: DepartmentId,
    /// Who used it.
    pub(crate) user: DepartmentId,
    /// Catalogue code.
    pub(crate) resource: String,
    /// The lowest common superior of the two.
    pub(crate) payer: String,
}

/// Who owns and who uses a data set in the flows that one jurisdiction pays for.
#[derive(Default)]
struct Sides {
    owners: BTreeSet<DepartmentId>,
    users: BTreeSet<DepartmentId>,
}

/// A data set over all payers.
#[derive(Default)]
struct Shared {
    /// Cost of the cheapest of its resources, fen a year: that is the one a coalition would rebuild.
    cost: Option<i64>,
    by_payer: BTreeMap<String, Sides>,
}

/// The data sets by payer. The month's part of a set's cost is parted among the payers by the number
/// of departments that use it in the flows they pay for, so that no cost is counted twice.
fn games(
    flows: &[Flow],
    costs: &BTreeMap<String, i64>,
    data_set: DataSet,
) -> BTreeMap<String, Vec<DataGood<DepartmentId>>> {
    let mut sets: BTreeMap<&str, Shared> = BTreeMap::new();
    for flow in flows {
        let shared = sets.entry(set_of(&flow.resource, data_set)).or_default();
        let cost = costs.get(&flow.resource).copied().unwrap_or_default();
        shared.cost = Some(shared.cost.map_or(cost, |known| known.min(cost)));
        let sides = shared.by_payer.entry(flow.payer.clone()).or_default();
        sides.owners.insert(flow.owner.clone());
        sides.users.insert(flow.user.clone());
    }
    let mut games: BTreeMap<String, Vec<DataGood<DepartmentId>>> = BTreeMap::new();
    for shared in sets.into_values() {
        let users: usize = shared
            .by_payer
            .values()
            .map(|sides| sides.users.len())
            .sum();
        for (payer, sides) in shared.by_payer {
            let part = i128::try_from(sides.users.len()).unwrap_or(0);
            let whole = i128::try_from(users).unwrap_or(1) * i128::from(MONTHS);
            let part = Exact::ratio(part, whole).unwrap_or_else(Exact::zero);
            games.entry(payer).or_default().push(DataGood {
                cost: &Exact::from(shared.cost.unwrap_or_default()) * &part,
                owners: sides.owners,
                users: sides.users,
            });
        }
    }
    games
}

/// The data set that a resource belongs to.
fn set_of(resource: &str, data_set: DataSet) -> &str {
    match data_set {
        DataSet::Resource => resource,
        // 信息资源代码 is «分类码/顺序码».
        DataSet::Family => resource
            .split_once('/')
            .map_or(resource, |(class, _)| class),
    }
}

/// What owners receive, by payer: weight and most of each is the receipt in fen.
pub(crate) fn weights(
    flows: &[Flow],
    costs: &BTreeMap<String, i64>,
    data_set: DataSet,
) -> Result<Vec<Weight>, AssessError> {
    let mut weights = Vec::new();
    for (payer, goods) in games(flows, costs, data_set) {
        let values = whole_values(&shapley_value(&goods))?;
        let receipts = values.into_iter().filter(|(_, value)| *value < 0);
        weights.extend(receipts.map(|(department, value)| Weight {
            payer: payer.as_str().into(),
            department,
            value: Exact::from(-value),
            most: Some(-value),
        }));
    }
    Ok(weights)
}
