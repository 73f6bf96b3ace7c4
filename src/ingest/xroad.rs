//! X-Road operational-monitoring records: an envelope, an array or JSON lines, in; calls out.
//!
//! Each call is logged twice, by the consumer's and by the provider's security server. The two
//! logs are paired, repeats and X-Road's own services dropped, and what is left is attributed to
//! departments and resources by the member map.

mod attribution;
mod json;
mod pairing;
mod record;

use crate::context::Context;
use crate::error::IngestError;
use crate::limits::Limits;
use crate::reading::{Exchange, Progress, Tally, View};
use attribution::{Attribution, Verdict};
use pairing::Call;
use record::{Collected, Collector};

/// Services of X-Road itself (T3): they share no data between departments.
const METASERVICES: [&str; 7] = [
    "listMethods",
    "allowedMethods",
    "getWsdl",
    "getOpenAPI",
    "getSecurityServerMetrics",
    "getSecurityServerOperationalData",
    "getSecurityServerHealthData",
];

/// Whether the beginning of a JSON text looks like monitoring records.
pub(crate) fn looks_like_records(text: &str) -> bool {
    let keys = [
        "\"records\"",
        "\"messageId\"",
        "\"requestInTs\"",
        "\"securityServerType\"",
    ];
    keys.iter().any(|key| text.contains(key))
}

/// Reads all records and makes calls of them.
pub(crate) fn read(
    text: &str,
    context: &Context<'_>,
    (tally, limits): (&mut Tally, &Limits),
    progress: &mut dyn FnMut(Progress),
) -> Result<Vec<Exchange>, IngestError> {
    let mut collector = Collector::new(context.today, tally, limits, progress);
    json::read(text, &mut collector)?;
    let Collected { records, parties } = collector.finish()?;
    let mut attribution = Attribution::new(context, &parties);
    let mut exchanges = Vec::new();
    for call in pairing::pair(records, tally) {
        take_in(call, &mut attribution, tally, &mut exchanges);
    }
    exchanges.sort_by_key(|exchange: &Exchange| exchange.source.line);
    Ok(exchanges)
}

/// Counts a call where it belongs and keeps it if somebody is to be credited.
fn take_in(
    call: Call,
    attribution: &mut Attribution<'_>,
    tally: &mut Tally,
    exchanges: &mut Vec<Exchange>,
) {
    if call.view == View::Both {
        tally.counts.paired += 1;
    }
    let service = attribution.service_code(&call);
    if METASERVICES
        .iter()
        .any(|own| own.eq_ignore_ascii_case(service))
    {
        tally.counts.metaservices += 1;
        return;
    }
    match attribution.attribute(call) {
        Verdict::SelfCall => tally.counts.self_calls += 1,
        Verdict::Unattributed(row) => tally.unattributed(row),
        Verdict::Credited(exchange) => {
            if exchange.view != View::Both {
                tally.counts.orphans += 1;
            }
            exchanges.push(exchange);
        }
    }
}
