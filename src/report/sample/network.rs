//! The sharing network of the sample.

use super::{Sampled, Sequence};
use crate::model::{Network, NetworkEdge, NetworkNode};

pub(crate) fn network(sampled: &[Sampled]) -> Network {
    let mut edges = Vec::new();
    for from in 0..sampled.len() {
        let mut sequence = Sequence::new(from + 3000);
        for _ in 0..sequence.below(9) {
            let to = usize::try_from(sequence.below(60)).unwrap_or(0) * sampled.len() / 60;
            let isolated = |index: usize| index % 19 == 13;
            if to != from && !isolated(from) && !isolated(to) {
                let spread = sequence.below(100) + 1;
                edges.push(NetworkEdge {
                    from,
                    to,
                    weight: u64::try_from(spread * spread * 37).unwrap_or(1),
                });
            }
        }
    }
    let strength = |pick: fn(&NetworkEdge) -> usize, index: usize| -> u64 {
        let own = edges.iter().filter(|edge| pick(edge) == index);
        own.map(|edge| edge.weight).sum()
    };
    let nodes: Vec<NetworkNode> = sampled
        .iter()
        .enumerate()
        .map(|(index, dept)| NetworkNode {
            id: dept.id.clone(),
            name: dept.name.replace("郑州市", ""),
            group: dept.group.to_owned(),
            in_strength: strength(|edge| edge.from, index),
            out_strength: strength(|edge| edge.to, index),
        })
        .collect();
    let islands = nodes
        .iter()
        .filter(|node| node.in_strength == 0 && node.out_strength == 0)
        .map(|node| node.name.clone())
        .collect();
    Network {
        nodes,
        edges,
        density: "0.0672".to_owned(),
        reciprocity: "0.1143".to_owned(),
        islands,
    }
}
