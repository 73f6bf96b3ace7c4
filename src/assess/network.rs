//! The sharing network: who delivers to whom, and who is an island 信息孤岛.
//!
//! Ratios come with the number of departments they rest on; with fewer than three, density says
//! nothing and is left out.

use std::collections::BTreeMap;

use domain::DepartmentId;
use engine::Values;
use petgraph::unionfind::UnionFind;

use crate::exact::Exact;
use crate::frame::{FactFrame, FactTable};
use crate::schema::IMPORTANCE_SCALE;

/// Fewest departments for a density.
const DENSITY_MIN: usize = 3;

/// One department in the network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NetworkNode {
    /// Department.
    pub department: DepartmentId,
    /// Departments it delivers to.
    pub out_degree: u32,
    /// Departments it receives from.
    pub in_degree: u32,
    /// Importance-weighted consumer-days delivered.
    pub out_strength: Exact,
    /// Importance-weighted consumer-days received.
    pub in_strength: Exact,
    /// Number of its weak component, from zero.
    pub component: u32,
}

/// Deliveries from one department to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NetworkEdge {
    /// Index of the provider in [`Network::nodes`].
    pub from: u32,
    /// Index of the consumer.
    pub to: u32,
    /// Importance-weighted consumer-days.
    pub weight: Exact,
    /// Resource-days with success.
    pub days: u32,
}

/// The network of a period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Network {
    /// Departments by id.
    pub nodes: Vec<NetworkNode>,
    /// Edges by provider, then consumer.
    pub edges: Vec<NetworkEdge>,
    /// Edges as a part of all possible; `None` below three departments.
    pub density: Option<Exact>,
    /// Edges answered by one in the other direction, as a part of all; `None` without edges.
    pub reciprocity: Option<Exact>,
    /// Weak components, islands included.
    pub components: u32,
    /// Departments with no edge at all.
    pub islands: Vec<DepartmentId>,
}

/// Rows and importance of each flow between two subjects.
pub(crate) type Flows = BTreeMap<(u32, u32), (u32, i64)>;

/// Successful usage between departments that both exist, by provider and consumer.
pub(crate) fn flows(frame: &FactFrame) -> Flows {
    let mut flows = Flows::new();
    let Some(usage) = frame.frame.tables.get(FactTable::Usage as usize) else {
        return flows;
    };
    let column = |name: &str| {
        let schema = crate::schema::schema();
        let index = schema.table("usage")?.column_index(name)?;
        usage.columns.get(index).map(|column| &column.values)
    };
    let (
        Some(Values::Text { codes, dictionary }),
        Some(Values::Number(succeeded)),
        Some(Values::Number(importance)),
    ) = (
        column("consumer"),
        column("succeeded"),
        column("importance"),
    )
    else {
        return flows;
    };
    let subject_of: Vec<Option<u32>> = dictionary
        .texts()
        .iter()
        .map(|id| {
            let subject = frame.subject(&DepartmentId::new(id))?;
            u32::try_from(subject).ok()
        })
        .collect();
    // One slot a consumer, cleared after each provider: no search for each of millions of rows.
    let mut slots: Vec<(u32, i64)> = vec![(0, 0); frame.departments.len()];
    for (provider, subject) in (0_u32..).zip(0..frame.departments.len()) {
        for row in usage.rows_of(subject) {
            let consumer = codes
                .get(row)
                .and_then(|code| subject_of.get(*code as usize).copied().flatten());
            let happened = succeeded.get(row).is_some_and(|count| count > 0);
            let slot = consumer.and_then(|consumer| slots.get_mut(consumer as usize));
            if let (Some(slot), true) = (slot, happened) {
                slot.0 = slot.0.saturating_add(1);
                let weight = importance.get(row).unwrap_or_default();
                slot.1 = slot.1.saturating_add(weight);
            }
        }
        for (consumer, slot) in (0_u32..).zip(&mut slots) {
            if slot.0 > 0 {
                flows.insert((provider, consumer), *slot);
                *slot = (0, 0);
            }
        }
    }
    flows
}

fn weight(scaled: i64) -> Exact {
    let ten = 10_i128.pow(u32::from(IMPORTANCE_SCALE));
    Exact::ratio(scaled.into(), ten).unwrap_or_default()
}

/// The network of a period's usage. A flow counts as an edge from `min_days` resource-days on.
pub fn network(frame: &FactFrame, min_days: u32) -> Network {
    let mut flows = flows(frame);
    flows.retain(|_, (days, _)| *days >= min_days.max(1));
    let count = frame.departments.len();
    let mut union = UnionFind::<u32>::new(count);
    let mut nodes: Vec<NetworkNode> = frame
        .departments
        .iter()
        .map(|department| NetworkNode {
            department: department.id.clone(),
            out_degree: 0,
            in_degree: 0,
            out_strength: Exact::zero(),
            in_strength: Exact::zero(),
            component: 0,
        })
        .collect();
    for ((from, to), (_, scaled)) in &flows {
        union.union(*from, *to);
        if let Some(node) = nodes.get_mut(*from as usize) {
            node.out_degree += 1;
            node.out_strength = &node.out_strength + &weight(*scaled);
        }
        if let Some(node) = nodes.get_mut(*to as usize) {
            node.in_degree += 1;
            node.in_strength = &node.in_strength + &weight(*scaled);
        }
    }
    let mut numbers: BTreeMap<u32, u32> = BTreeMap::new();
    for (node, label) in nodes.iter_mut().zip(union.into_labeling()) {
        let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
        node.component = *numbers.entry(label).or_insert(next);
    }
    let answered = flows.keys().filter(|(a, b)| flows.contains_key(&(*b, *a)));
    let answered = i128::try_from(answered.count()).unwrap_or(0);
    let edges = i128::try_from(flows.len()).unwrap_or(0);
    let possible = i128::try_from(count * count.saturating_sub(1)).unwrap_or(0);
    let dense = (count >= DENSITY_MIN).then(|| Exact::ratio(edges, possible));
    Network {
        density: dense.flatten(),
        reciprocity: Exact::ratio(answered, edges),
        components: u32::try_from(numbers.len()).unwrap_or(u32::MAX),
        islands: nodes
            .iter()
            .filter(|node| node.out_degree == 0 && node.in_degree == 0)
            .map(|node| node.department.clone())
            .collect(),
        edges: flows
            .into_iter()
            .map(|((from, to), (days, scaled))| NetworkEdge {
                from,
                to,
                weight: weight(scaled),
                days,
            })
            .collect(),
        nodes,
    }
}
