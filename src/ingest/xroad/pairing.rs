//! Pairing: of the two logs of a call, one call (T1).

use std::collections::HashMap;

use super::record::{Record, Side};
use crate::reading::{Tally, View};
use crate::reject::{Reject, excerpt};

/// Clocks of two security servers, and the way between them, differ by no more, in milliseconds.
const WINDOW_MS: u64 = 60_000;

/// One call.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Call {
    /// Place of the record in the file; of a pair, the consumer's.
    pub(super) line: u32,
    /// The record; of a pair, the consumer's with sizes it lacks taken from the other.
    pub(super) record: Record,
    /// Which logs there are.
    pub(super) view: View,
}

/// Drops repeated logs and pairs the rest by message id, each message once: the same id again,
/// from other parties or minutes later, is not a second call that could be credited.
pub(super) fn pair(mut records: Vec<(u32, Record)>, tally: &mut Tally) -> Vec<Call> {
    records.sort_unstable_by(|(line, one), (other_line, other)| {
        one.cmp(other).then(line.cmp(other_line))
    });
    let before = records.len();
    records.dedup_by(|(_, later), (_, first)| later == first);
    let dropped = before - records.len();
    tally.counts.duplicates += u64::try_from(dropped).unwrap_or(u64::MAX);

    let mut calls = Vec::with_capacity(records.len().div_ceil(2));
    let mut group: Vec<(u32, Record)> = Vec::new();
    for next in records {
        if group
            .first()
            .is_some_and(|(_, first)| first.message_id != next.1.message_id)
        {
            calls.extend(settle(std::mem::take(&mut group), tally));
        }
        group.push(next);
    }
    calls.extend(settle(group, tally));
    calls
}

/// Makes one call of the logs of one message id; they come in the order of time.
fn settle(mut group: Vec<(u32, Record)>, tally: &mut Tally) -> Option<Call> {
    let (first, partner) = choose(&group);
    if first >= group.len() {
        return None;
    }
    let other = partner.map(|partner| group.remove(partner).1);
    let shifted = partner.is_some_and(|partner| partner < first);
    let (line, mut record) = group.remove(first - usize::from(shifted));
    let mut view = match record.side {
        Side::Client => View::Client,
        Side::Producer => View::Producer,
    };
    if let Some(other) = other {
        if record.request_bytes == 0 {
            record.request_bytes = other.request_bytes;
        }
        if record.response_bytes == 0 {
            record.response_bytes = other.response_bytes;
        }
        view = View::Both;
    }
    for (again, other) in group {
        tally.reject(Reject {
            line: again,
            column: "messageId".to_owned(),
            value: excerpt(&other.message_id),
            code: "message_id",
            reason: format!(
                "第 {again} 条记录与第 {line} 条的 messageId 相同，但不是同一次调用的另一端 \
                 (message id used again)"
            ),
            remedy: "请检查两端安全服务器的时钟，或客户端是否重复使用 messageId".to_owned(),
        });
    }
    Some(Call { line, record, view })
}

/// The log to keep, and the other end's log of the same call: the first of the consumer's logs
/// that has one, else the first of the consumer's, else the first of all. Logs of one call agree
/// on the parties, and their times differ by no more than the window.
fn choose(group: &[(u32, Record)]) -> (usize, Option<usize>) {
    let mut producers: HashMap<(usize, usize), Vec<(i64, usize)>> = HashMap::new();
    let mut clients = Vec::new();
    for (index, (_, record)) in group.iter().enumerate() {
        match record.side {
            Side::Client => clients.push((index, record)),
            Side::Producer => producers
                .entry((record.client, record.service))
                .or_default()
                .push((record.at, index)),
        }
    }
    for (index, client) in &clients {
        let partner = producers
            .get(&(client.client, client.service))
            .and_then(|logs| nearest(logs, client.at));
        if partner.is_some() {
            return (*index, partner);
        }
    }
    (clients.first().map_or(0, |(index, _)| *index), None)
}

/// Of logs in the order of time, the nearest within the window.
fn nearest(logs: &[(i64, usize)], at: i64) -> Option<usize> {
    let after = logs.partition_point(|(time, _)| *time < at);
    [after.checked_sub(1), Some(after)]
        .into_iter()
        .flatten()
        .filter_map(|place| logs.get(place))
        .filter(|(time, _)| time.abs_diff(at) <= WINDOW_MS)
        .min_by_key(|(time, _)| time.abs_diff(at))
        .map(|(_, index)| *index)
}
