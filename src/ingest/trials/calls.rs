//! X-Road records.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::world::{World, dept, rejects};
use crate::{Exchange, FileKind, IngestError, Input, Reading, Rows, View, recognise};

/// Records of one day, with the sins of life.
pub(super) const MONTH: &str = include_str!("../fixtures/xroad-month.json");

pub(super) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn exchanges(reading: &Reading) -> &[Exchange] {
    match &reading.rows {
        Rows::Exchanges(rows) => rows,
        other => panic!("{other:?}"),
    }
}

/// A record of a call of `307/1` by department 2.
fn record(side: &str, id: &str, at: i64) -> String {
    format!(
        r#"{{"securityServerType":"{side}","requestInTs":{at},"clientXRoadInstance":"HN",
        "clientMemberClass":"GOV","clientMemberCode":"M2","serviceXRoadInstance":"HN",
        "serviceMemberClass":"GOV","serviceMemberCode":"M1","serviceCode":"query",
        "messageId":"{id}","requestSize":0,"responseSize":{at},"succeeded":true}}"#
    )
}

const NOON: i64 = 1_772_683_200_000;

#[test]
fn a_day_of_records() {
    let reading = World::new().read(MONTH);
    assert_eq!(reading.kind, FileKind::XRoad);
    let counts = reading.counts;
    assert_eq!((counts.read, counts.good, counts.orphans), (11, 2, 1));
    assert_eq!((counts.duplicates, counts.paired), (1, 1));
    assert_eq!((counts.metaservices, counts.self_calls), (1, 1));
    assert_eq!(
        rejects(&reading),
        [
            (9, "missing", "messageId"),
            (10, "number", "requestSize"),
            (11, "record", ""),
        ]
    );
    let listed: Vec<_> = reading
        .unattributed
        .iter()
        .map(|row| (row.line, row.what.as_str()))
        .collect();
    assert_eq!(listed, [(7, "HN/COM/X9"), (8, "HN/GOV/M2/OTHER/query")]);

    let [pair, orphan] = exchanges(&reading) else {
        panic!()
    };
    assert_eq!((pair.view, pair.source.line), (View::Both, 1));
    assert_eq!(pair.requested_at.to_string(), "2026-03-05 08:40:00.100");
    assert_eq!((pair.request_bytes, pair.response_bytes), (1989, 2003));
    assert_eq!(
        (pair.provider.as_str(), pair.consumer.as_str()),
        (&*dept(1), &*dept(2))
    );
    assert_eq!(pair.resource.as_str(), "307/1");
    assert!(pair.succeeded);
    // T25: seconds as text, sizes as text under their old names; the day is Shanghai's.
    assert_eq!(orphan.requested_at.to_string(), "2026-03-06 15:59:59");
    assert_eq!(orphan.day.to_string(), "2026-03-06");
    assert_eq!((orphan.request_bytes, orphan.response_bytes), (307, 1024));
    assert_eq!((orphan.view, orphan.succeeded), (View::Client, false));
}

#[test]
fn t1_two_logs_are_one_call_within_a_minute() {
    let world = World::new();
    for (producer_at, good, paired, reused) in [
        (NOON + 60_000, 1, 1, 0),
        (NOON - 60_000, 1, 1, 0),
        (NOON + 60_001, 1, 0, 1),
    ] {
        let text = format!(
            "[{},{}]",
            record("Producer", "m", producer_at),
            record("Client", "m", NOON)
        );
        let reading = world.read(&text);
        let counts = (
            reading.counts.good,
            reading.counts.paired,
            reading.counts.rejected,
        );
        assert_eq!(counts, (good, paired, reused), "{producer_at}");
        // The consumer's log is the one that counts.
        assert_eq!(exchanges(&reading)[0].source.line, 2);
    }
}

#[test]
fn t2_subsystems_of_one_department_do_not_share() {
    let text =
        record("Client", "s", NOON).replace("\"M2\"", "\"M1\",\"clientSubsystemCode\":\"B\"");
    let reading = World::new().read(&text);
    assert_eq!((reading.counts.self_calls, reading.counts.good), (1, 0));
}

#[test]
fn t3_metaservices_are_dropped_and_counted() {
    let world = World::new();
    for service in [
        "listMethods",
        "allowedMethods",
        "getWsdl",
        "getOpenAPI",
        "getopenapi",
    ] {
        let client = record("Client", "m", NOON).replace("query", service);
        let producer = record("Producer", "m", NOON).replace("query", service);
        let reading = world.read(&format!("[{client},{producer}]"));
        let counts = (
            reading.counts.metaservices,
            reading.counts.paired,
            reading.counts.good,
        );
        assert_eq!(counts, (1, 1, 0), "{service}");
    }
}

#[test]
fn t25_order_does_not_matter_and_a_message_counts_once() {
    let world = World::new();
    let mut records: Vec<_> = (0..6)
        .flat_map(|n| {
            let at = NOON + n * 1000;
            ["Client", "Producer"].map(|side| record(side, &format!("m{n}"), at))
        })
        .collect();
    // The same ids again a day later, and one from another party.
    records.push(record("Client", "m0", NOON + 86_400_000));
    records.push(record("Client", "m1", NOON).replace("\"M2\"", "\"M5\""));
    let forward = world.read(&format!("[{}]", records.join(",")));
    records.reverse();
    let backward = world.read(&format!("[{}]", records.join(",")));
    assert_eq!(forward.counts, backward.counts);
    assert_eq!((forward.counts.good, forward.counts.paired), (6, 6));
    assert_eq!(forward.counts.rejected, 2);
    assert!(
        forward
            .rejects
            .iter()
            .all(|reject| reject.code == "message_id")
    );
    let ids = |reading: &Reading| {
        let mut ids: Vec<_> = exchanges(reading)
            .iter()
            .map(|row| {
                (
                    row.message_id.clone(),
                    row.requested_at,
                    row.consumer.clone(),
                )
            })
            .collect();
        ids.sort();
        ids
    };
    assert_eq!(ids(&forward), ids(&backward));
}

#[test]
fn arrays_lines_envelopes_and_gzip_are_the_same() {
    let world = World::new();
    let lines: Vec<_> = (0..3)
        .map(|n| record("Client", &format!("m{n}"), NOON + n).replace('\n', " "))
        .collect();
    let array = format!("[{}]", lines.join(","));
    let expected = world.read(&array).rows;
    let envelope = format!("{{\"next\":1,\"records\":{array}}}");
    let split = format!(
        "{{\"records\":[{}]}}\n{{\"records\":[{},{}]}}\n",
        lines[0], lines[1], lines[2]
    );
    let bodies = [
        envelope,
        lines.join("\n"),
        split,
        format!("\u{feff}{array}"),
    ];
    for body in bodies {
        for bytes in [body.clone().into_bytes(), gzip(body.as_bytes())] {
            let input = Input {
                file_name: "a.json",
                bytes: &bytes,
            };
            assert_eq!(recognise(input), Ok(FileKind::XRoad), "{body}");
            assert_eq!(world.try_read(&bytes).unwrap().rows, expected, "{body}");
        }
    }
    // Exports of two servers put together stay readable.
    let mut both = gzip(lines[0].as_bytes());
    both.extend(gzip(format!("\n{}\n{}", lines[1], lines[2]).as_bytes()));
    assert_eq!(world.try_read(&both).unwrap().rows, expected);
}

#[test]
fn broken_and_foreign_json_say_why() {
    let world = World::new();
    let cut = &MONTH[..MONTH.len() / 2];
    let error = world.try_read(cut.as_bytes()).unwrap_err();
    assert!(
        matches!(error, IngestError::MalformedJson { line: 2.., .. }),
        "{error}"
    );
    for text in ["{\"a\":1}", "[]", "[1,2]", "{\"records\":[{\"a\":1}]}x"] {
        assert!(world.try_read(text.as_bytes()).is_err(), "{text}");
    }
    let gz = gzip(MONTH.as_bytes());
    let error = world.try_read(&gz[..gz.len() - 20]).unwrap_err();
    assert!(
        matches!(error, IngestError::TruncatedGzip { .. }),
        "{error}"
    );
    let empty = world.read("{\"records\":[]}");
    assert_eq!((empty.kind, empty.counts.read), (FileKind::XRoad, 0));
    // Nesting deeper than any record is refused, not followed.
    let deep = format!("[{}", "[".repeat(100_000));
    assert!(world.try_read(deep.as_bytes()).is_err());
}

#[test]
fn records_of_the_future_are_refused() {
    let reading = World::new().read(&record("Client", "m", NOON + 60 * 86_400_000));
    assert_eq!(rejects(&reading), [(1, "future", "requestInTs")]);
}

#[test]
fn a_call_of_an_ended_department_is_listed_with_its_successor() {
    let text = record("Client", "m", NOON).replace("\"M2\"", "\"M3\"");
    let reading = World::new().read(&text);
    assert_eq!(reading.counts.unattributed, 1);
    assert!(reading.unattributed[0].reason.contains(&dept(4)));
}
