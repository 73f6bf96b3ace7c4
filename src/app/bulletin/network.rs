//! The sharing network as a report draws it.

use report::model::{Network, NetworkEdge, NetworkNode};

use super::{Material, wording};
use domain::Rounding;

pub(super) fn network(material: &Material<'_>) -> Network {
    let found = material.network;
    let whole =
        |value: &assess::Exact| value.floor().to_string().parse::<u64>().unwrap_or(u64::MAX);
    let ratio = |value: &Option<assess::Exact>| {
        let text = value
            .as_ref()
            .map(|value| value.shown(3, Rounding::HalfUp).to_string());
        text.unwrap_or_else(|| "—".to_owned())
    };
    let nodes = found.nodes.iter().map(|node| NetworkNode {
        id: node.department.to_string(),
        name: wording::short_name(&material.name(&node.department), material.jurisdiction_name),
        group: material
            .assessment
            .department(&node.department)
            .map_or_else(String::new, |result| result.group.title().to_owned()),
        in_strength: whole(&node.in_strength),
        out_strength: whole(&node.out_strength),
    });
    let edges = found.edges.iter().filter_map(|edge| {
        Some(NetworkEdge {
            from: usize::try_from(edge.from).ok()?,
            to: usize::try_from(edge.to).ok()?,
            weight: u64::from(edge.days),
        })
    });
    Network {
        nodes: nodes.collect(),
        edges: edges.collect(),
        density: ratio(&found.density),
        reciprocity: ratio(&found.reciprocity),
        islands: found.islands.iter().map(|id| material.name(id)).collect(),
    }
}
