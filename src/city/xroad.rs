//! One day of X-Road operational monitoring, and the maps that name its members and services.

use std::io::Write as _;

use chrono::{Days, NaiveDate};
use domain::ShareType;
use flate2::{Compression, GzBuilder};
use ingest::FileKind;
use ingest::layout::{members, services};
use serde_json::{Map, Value, json};

use crate::catalogue::Entry;
use crate::error::CityError;
use crate::plan::Expected;
use crate::scene::{Scene, midnight_ms};
use crate::sheet::{Planted, Row, Sheet};
use crate::stream::Stream;

const INSTANCE: &str = "HA";
const CLASS: &str = "GOV";

/// How many departments of a city are on X-Road.
const MEMBERS: usize = 16;

/// What kind of call is logged.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Call {
    /// Logged by both sides.
    Pair,
    /// Logged by the consumer's side alone.
    ClientOnly,
    /// Logged by the provider's side alone.
    ProducerOnly,
    /// One of X-Road's own services.
    Metaservice,
    /// Between subsystems of one member.
    Own,
    /// By a member that is in no map.
    Stranger,
}

/// The records of a day.
pub(crate) struct DayFile {
    records: Vec<Value>,
    /// What a reader makes of them.
    pub(crate) expected: Expected,
    /// Sins planted.
    pub(crate) sins: Vec<Planted>,
}

/// The departments on X-Road and the resources each serves there.
pub(crate) struct Exchange {
    /// Places of departments with the places of their resources.
    served: Vec<(usize, Vec<usize>)>,
}

impl Exchange {
    /// The exchange of a city: its first departments that share by interface.
    pub(crate) fn new(scene: &Scene<'_>) -> Self {
        let cast = scene.unit.cast;
        let own = |provider: usize| {
            let places = scene.catalogue.of(provider).iter().copied();
            let open = places.filter(|place| {
                scene
                    .catalogue
                    .get(*place)
                    .is_some_and(|entry| entry.mounted && entry.share_type != ShareType::None)
            });
            open.take(6).collect::<Vec<_>>()
        };
        let served = scene
            .unit
            .home
            .iter()
            .filter(|place| **place != cast.merged && scene.unit.callers.contains(place))
            .map(|place| (*place, own(*place)))
            .filter(|(_, places)| !places.is_empty())
            .take(MEMBERS)
            .collect();
        Self { served }
    }

    /// The map from members to departments.
    pub(crate) fn members(&self, scene: &Scene<'_>) -> Sheet {
        let mut sheet = Sheet::new(FileKind::Members);
        for (place, _) in &self.served {
            let row = Row::new(FileKind::Members)
                .with(members::INSTANCE, INSTANCE)
                .with(members::CLASS, CLASS)
                .with(members::CODE, member_code(scene, *place))
                .with(members::DEPARTMENT, scene.id(*place));
            sheet.push(row);
        }
        sheet
    }

    /// The map from services to resources.
    pub(crate) fn services(&self, scene: &Scene<'_>) -> Sheet {
        let mut sheet = Sheet::new(FileKind::Services);
        for (place, resources) in &self.served {
            for entry in resources
                .iter()
                .filter_map(|place| scene.catalogue.get(*place))
            {
                let row = Row::new(FileKind::Services)
                    .with(services::INSTANCE, INSTANCE)
                    .with(services::CLASS, CLASS)
                    .with(services::CODE, member_code(scene, *place))
                    .with(services::SUBSYSTEM, "share")
                    .with(services::SERVICE, service_code(entry))
                    .with(services::RESOURCE, &entry.code);
                sheet.push(row);
            }
        }
        sheet
    }

    /// The records of a day.
    pub(crate) fn day(&self, scene: &Scene<'_>, day: NaiveDate) -> DayFile {
        let text = day.to_string();
        let mut stream = Stream::new(scene.seed, &[scene.unit.city.code, "xroad", &text]);
        let mut file = DayFile {
            records: Vec::new(),
            expected: Expected::default(),
            sins: Vec::new(),
        };
        for number in 0..scene.scale.exchanges {
            let call = match number % 50 {
                7 => Call::Metaservice,
                17 => Call::ClientOnly,
                27 => Call::ProducerOnly,
                37 => Call::Own,
                47 => Call::Stranger,
                _ => Call::Pair,
            };
            if let Some(base) = self.base(scene, call, day, number, &mut stream) {
                file.log(call, base, &mut stream);
            }
        }
        file.repeat(&mut stream);
        file
    }

    /// What both logs of a call have in common.
    fn base(
        &self,
        scene: &Scene<'_>,
        call: Call,
        day: NaiveDate,
        number: u32,
        stream: &mut Stream,
    ) -> Option<Map<String, Value>> {
        let (provider, resources) = stream.pick(&self.served)?;
        let entry = scene.catalogue.get(*stream.pick(resources)?)?;
        let client = match call {
            Call::Stranger => "UNMAPPED-1".to_owned(),
            Call::Own => member_code(scene, *provider),
            _ => {
                let others = self.served.iter().filter(|row| row.0 != *provider);
                let others: Vec<usize> = others.map(|row| row.0).collect();
                member_code(scene, *stream.pick(&others)?)
            }
        };
        let service = if call == Call::Metaservice {
            stream.word(&["listMethods", "getWsdl", "getSecurityServerHealthData"])
        } else {
            service_code(entry)
        };
        let second = stream.below(86_400_000 - 120_000);
        let sent = midnight_ms(day) + i64::try_from(second).unwrap_or(0);
        let record = json!({
            "clientXRoadInstance": INSTANCE,
            "clientMemberClass": CLASS,
            "clientMemberCode": client,
            "clientSubsystemCode": "business",
            "serviceXRoadInstance": INSTANCE,
            "serviceMemberClass": CLASS,
            "serviceMemberCode": member_code(scene, *provider),
            "serviceSubsystemCode": "share",
            "serviceCode": service,
            "serviceType": "REST",
            "messageId": format!("{day}-{number:06}-{:016x}", stream.next()),
            "messageProtocolVersion": "1",
            "requestInTs": sent,
            "requestSize": stream.between(300, 4000),
            "responseSize": stream.between(500, 60_000),
            "succeeded": !stream.chance(20),
        });
        match record {
            Value::Object(fields) => Some(fields),
            _ => None,
        }
    }
}

impl DayFile {
    /// Number of records.
    pub(crate) fn rows(&self) -> u32 {
        u32::try_from(self.records.len()).unwrap_or(u32::MAX)
    }

    /// The bytes, packed, with no time of packing in them.
    pub(crate) fn gz(&self, name: &str) -> Result<Vec<u8>, CityError> {
        let fault = |source| CityError::Json {
            name: name.to_owned(),
            source,
        };
        let mut packer = GzBuilder::new()
            .mtime(0)
            .write(Vec::new(), Compression::new(6));
        let envelope = json!({ "records": self.records });
        packer
            .write_all(envelope.to_string().as_bytes())
            .and_then(|()| packer.finish())
            .map_err(fault)
    }

    /// Appends the logs of a call.
    fn log(&mut self, call: Call, base: Map<String, Value>, stream: &mut Stream) {
        let expected = &mut self.expected;
        let (sides, sin): (&[&str], _) = match call {
            Call::Pair => {
                expected.good += 1;
                expected.paired += 1;
                (&["Client", "Producer"], None)
            }
            Call::ClientOnly => {
                expected.good += 1;
                expected.orphans += 1;
                (&["Client"], Some(("orphan", "只有调用方一侧的记录")))
            }
            Call::ProducerOnly => {
                expected.good += 1;
                expected.orphans += 1;
                (
                    &["producer"],
                    Some(("orphan", "只有提供方一侧的记录，类型为小写")),
                )
            }
            Call::Metaservice => {
                expected.metaservices += 1;
                expected.paired += 1;
                (
                    &["Client", "Producer"],
                    Some(("metaservice", "X-Road 自身的服务")),
                )
            }
            Call::Own => {
                expected.self_calls += 1;
                expected.paired += 1;
                (
                    &["Client", "Producer"],
                    Some(("self_call", "同一部门的子系统互调")),
                )
            }
            Call::Stranger => {
                expected.unattributed += 1;
                expected.paired += 1;
                (
                    &["Client", "Producer"],
                    Some(("unknown_department", "成员不在对照表")),
                )
            }
        };
        for side in sides {
            let record = one_side(base.clone(), side, stream);
            self.records.push(Value::Object(record));
        }
        if let Some((code, text)) = sin {
            self.sins.push(Planted {
                line: self.rows(),
                code,
                text: text.to_owned(),
            });
        }
    }

    /// Appends exact copies of some records of pairs, as a collector does that asks twice.
    fn repeat(&mut self, stream: &mut Stream) {
        let copies = self.records.len() / 60;
        for _ in 0..copies {
            // The first fifth of every fifty calls are pairs, so early records are.
            let place = stream.index(self.records.len().min(14));
            if let Some(record) = self.records.get(place).cloned() {
                self.records.push(record);
                self.expected.duplicates += 1;
                self.sins.push(Planted {
                    line: self.rows(),
                    code: "duplicate_identical",
                    text: format!("与第 {} 条完全相同", place + 1),
                });
            }
        }
    }
}

/// The log of a call by one side: the provider's clock is a little later, and one security server
/// in ten is of an old version with other names and numbers as text.
fn one_side(mut record: Map<String, Value>, side: &str, stream: &mut Stream) -> Map<String, Value> {
    let sent = record
        .get("requestInTs")
        .and_then(Value::as_i64)
        .unwrap_or(0);
    let client = side == "Client";
    let start = if client {
        sent
    } else {
        sent + i64::try_from(stream.between(5, 900)).unwrap_or(5)
    };
    let end = start + i64::try_from(stream.between(20, 3000)).unwrap_or(20);
    record.insert("securityServerType".to_owned(), json!(side));
    record.insert("requestInTs".to_owned(), json!(start));
    record.insert("responseOutTs".to_owned(), json!(end));
    record.insert("monitoringDataTs".to_owned(), json!(end / 1000));
    if stream.chance(100) {
        for (new, old) in [
            ("requestSize", "requestSoapSize"),
            ("responseSize", "responseSoapSize"),
        ] {
            if let Some(size) = record.remove(new) {
                record.insert(old.to_owned(), Value::String(size.to_string()));
            }
        }
        record.insert("requestInTs".to_owned(), Value::String(start.to_string()));
    }
    record
}

/// Code of a member: its jurisdiction and the number of its kind.
fn member_code(scene: &Scene<'_>, place: usize) -> String {
    let member = scene.roster.members.get(place);
    member.map_or_else(String::new, |member| {
        format!("{}-{:02}", member.dept.jurisdiction, member.kind_no)
    })
}

fn service_code(entry: &Entry) -> String {
    format!("r{}", entry.code.rsplit('/').next().unwrap_or_default())
}

/// The day whose records are written: the tenth of a month.
pub(crate) fn day_of(first_day: NaiveDate) -> NaiveDate {
    first_day + Days::new(9)
}
