//! What a value was compared with: the group, and the period before.

use engine::Quantity;
use engine::formula::tree::TOTAL;
use engine::trace::{CarryTrace, PeerTrace, Trace, Verb};

/// A sentence for each comparison and each value of the period before, in both languages.
pub(super) fn company(trace: &Trace) -> (String, String) {
    let peers = trace.peers.iter().map(peer);
    peers.chain(trace.carried.iter().map(carry)).unzip()
}

fn shown(value: Option<Quantity>, none: &str) -> String {
    value.map_or_else(|| none.to_owned(), |value| value.to_string())
}

fn peer(peer: &PeerTrace) -> (String, String) {
    let PeerTrace {
        text,
        own,
        basis,
        subjects,
        ..
    } = peer;
    let (basis_zh, basis_en) = match peer.verb {
        Verb::RelativeToBest => (format!("最高 {basis}，"), format!(", best {basis}")),
        Verb::ShareOfTotal => (format!("合计 {basis}，"), format!(", total {basis}")),
        Verb::Rank | Verb::Percentile => (String::new(), String::new()),
    };
    let zh = shown(peer.value, "无");
    let en = shown(peer.value, "nothing");
    (
        format!("组内比较 {text} = {zh}（本部门 {own}，{basis_zh}同组 {subjects} 个部门）。"),
        format!(" {text} = {en} (own {own}{basis_en}, {subjects} in the group)."),
    )
}

fn carry(carry: &CarryTrace) -> (String, String) {
    let id = if carry.id == TOTAL {
        "总分"
    } else {
        &carry.id
    };
    let zh = shown(carry.value, "无");
    let en = shown(carry.value, "none");
    (
        format!("上期 {id} = {zh}。"),
        format!(" Before: {} = {en}.", carry.id),
    )
}
