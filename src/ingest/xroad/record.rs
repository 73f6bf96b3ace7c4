//! Records out of fields: checked, and with their parties interned.

use std::collections::HashMap;

use chrono::NaiveDate;

use super::json::{Field, Fields, Scalar};
use crate::error::IngestError;
use crate::limits::Limits;
use crate::reading::{Progress, Tally};
use crate::reject::{Reject, excerpt};
use crate::value;

/// Which security server wrote a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Side {
    Client,
    Producer,
}

/// Instance, class, code and subsystem of a member, and a service code; empty where absent.
pub(super) type Party = [String; 5];

/// One log of a call. Equal records are the same log exported twice; the order is that of
/// pairing: by message, then time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Record {
    pub(super) message_id: Box<str>,
    /// Milliseconds of requestInTs.
    pub(super) at: i64,
    pub(super) side: Side,
    /// Places of the parties in [`Collected::parties`].
    pub(super) client: usize,
    pub(super) service: usize,
    pub(super) succeeded: bool,
    pub(super) request_bytes: u64,
    pub(super) response_bytes: u64,
    /// Other time stamps and the request id: they only tell records apart.
    stamps: [Option<i64>; 3],
    request_id: Option<Box<str>>,
}

/// The good records of a file.
pub(super) struct Collected {
    /// Records with their places in the file.
    pub(super) records: Vec<(u32, Record)>,
    /// The parties they refer to.
    pub(super) parties: Vec<Party>,
}

/// Takes records in as they are parsed.
pub(super) struct Collector<'c> {
    today: NaiveDate,
    tally: &'c mut Tally,
    limits: &'c Limits,
    progress: &'c mut dyn FnMut(Progress),
    records: Vec<(u32, Record)>,
    parties: HashMap<Party, usize>,
    /// Whether an envelope, or one true record, was met.
    known: bool,
    stopped: Option<IngestError>,
}

impl<'c> Collector<'c> {
    pub(super) fn new(
        today: NaiveDate,
        tally: &'c mut Tally,
        limits: &'c Limits,
        progress: &'c mut dyn FnMut(Progress),
    ) -> Self {
        Self {
            today,
            tally,
            limits,
            progress,
            records: Vec::new(),
            parties: HashMap::new(),
            known: false,
            stopped: None,
        }
    }

    pub(super) fn file(&self) -> &str {
        &self.tally.file
    }

    /// Notes `{"records": …}`: even an empty one is a file of records.
    pub(super) fn saw_envelope(&mut self) {
        self.known |= self.tally.counts.read == 0;
    }

    /// Why reading stopped, if it was not the JSON's fault.
    pub(super) fn stopped_by(&mut self) -> Option<IngestError> {
        self.stopped.take()
    }

    /// Takes one element; the error stops the parser.
    pub(super) fn take(&mut self, fields: Option<&Fields>) -> Result<(), &'static str> {
        self.tally.counts.read += 1;
        let done_rows = self.tally.counts.read;
        if done_rows > self.limits.rows {
            let file = self.file().to_owned();
            let limit = self.limits.rows;
            self.stopped = Some(crate::container::too_large(&file, "记录数 records", limit));
            return Err("too many records");
        }
        if done_rows.is_multiple_of(4096) {
            (self.progress)(Progress {
                done_rows,
                total_hint: None,
            });
        }
        let line = u32::try_from(done_rows).unwrap_or(u32::MAX);
        self.known |= fields.is_some_and(Fields::is_record);
        let record = match fields {
            Some(fields) => self.record(line, fields),
            None => Err(Reject {
                line,
                column: String::new(),
                value: String::new(),
                code: "record",
                reason: format!("第 {line} 条不是记录 (not an object)"),
                remedy: "请从安全服务器重新导出".to_owned(),
            }),
        };
        match record {
            Ok(record) => self.records.push((line, record)),
            Err(reject) => self.tally.reject(reject),
        }
        Ok(())
    }

    /// The records and the parties they refer to.
    pub(super) fn finish(self) -> Result<Collected, IngestError> {
        if !self.known {
            return Err(IngestError::NotXRoad {
                file: self.tally.file.clone(),
            });
        }
        let total = self.tally.counts.read;
        (self.progress)(Progress {
            done_rows: total,
            total_hint: Some(total),
        });
        let mut parties: Vec<(usize, Party)> = self
            .parties
            .into_iter()
            .map(|(party, place)| (place, party))
            .collect();
        parties.sort_unstable_by_key(|(place, _)| *place);
        let parties = parties.into_iter().map(|(_, party)| party).collect();
        Ok(Collected {
            records: self.records,
            parties,
        })
    }

    fn record(&mut self, line: u32, fields: &Fields) -> Result<Record, Reject> {
        use Field::{
            ClientClass, ClientCode, ClientInstance, ClientSubsystem, MessageId, RequestId,
            RequestIn, RequestOut, RequestSize, ResponseIn, ResponseOut, ResponseSize, Service,
            ServiceClass, ServiceCode, ServiceInstance, ServiceSubsystem,
        };
        let row = Row { line, fields };
        let message_id = row.message_id(MessageId)?;
        let side = row.side()?;
        let at = row.instant(RequestIn, self.today)?;
        let succeeded = row.succeeded()?;
        let request_bytes = row.size(RequestSize)?;
        let response_bytes = row.size(ResponseSize)?;
        let client = [ClientInstance, ClientClass, ClientCode, ClientSubsystem];
        let [instance, class, code, subsystem] = client.map(|field| row.text(field));
        let client = self.intern([instance, class, code, subsystem, String::new()]);
        let service = [
            ServiceInstance,
            ServiceClass,
            ServiceCode,
            ServiceSubsystem,
            Service,
        ];
        let service = self.intern(service.map(|field| row.text(field)));
        Ok(Record {
            message_id,
            at,
            side,
            client,
            service,
            succeeded,
            request_bytes,
            response_bytes,
            stamps: [RequestOut, ResponseIn, ResponseOut].map(|field| row.number(field)),
            request_id: Some(row.text(RequestId))
                .filter(|id| !id.is_empty())
                .map(String::into_boxed_str),
        })
    }

    fn intern(&mut self, party: Party) -> usize {
        let next = self.parties.len();
        *self.parties.entry(party).or_insert(next)
    }
}

/// The fields of one record with its place in the file.
struct Row<'f> {
    line: u32,
    fields: &'f Fields,
}

impl Row<'_> {
    fn reject(&self, field: Field, code: &'static str, (what, english): (&str, &str)) -> Reject {
        let value = match self.fields.get(field) {
            Scalar::Null => String::new(),
            Scalar::Bool(value) => value.to_string(),
            Scalar::Int(value) => value.to_string(),
            Scalar::Text(text) => excerpt(text),
            Scalar::Other => "…".to_owned(),
        };
        let (line, name) = (self.line, field.name());
        Reject {
            line,
            reason: format!("第 {line} 条记录的“{name}”{what} ({english})"),
            column: name.to_owned(),
            value,
            code,
            remedy: "请从安全服务器重新导出该时段的运行监控数据".to_owned(),
        }
    }

    /// A text, trimmed; empty for anything that is no text or number.
    fn text(&self, field: Field) -> String {
        match self.fields.get(field) {
            Scalar::Text(text) => text.trim().to_owned(),
            Scalar::Int(number) => number.to_string(),
            _ => String::new(),
        }
    }

    /// A whole number, written as such or as text (T25).
    fn number(&self, field: Field) -> Option<i64> {
        match self.fields.get(field) {
            Scalar::Int(number) => Some(*number),
            Scalar::Text(text) => text.trim().parse().ok(),
            _ => None,
        }
    }

    fn message_id(&self, field: Field) -> Result<Box<str>, Reject> {
        let id = self.text(field);
        if id.is_empty() || id.len() > 1024 {
            let what = ("缺失或过长，无法与另一端配对", "missing message id");
            return Err(self.reject(field, "missing", what));
        }
        Ok(id.into_boxed_str())
    }

    fn side(&self) -> Result<Side, Reject> {
        let name = self.text(Field::Side);
        if name.eq_ignore_ascii_case("client") {
            Ok(Side::Client)
        } else if name.eq_ignore_ascii_case("producer") {
            Ok(Side::Producer)
        } else {
            let what = ("不是 Client 或 Producer", "unknown security server type");
            Err(self.reject(Field::Side, "term", what))
        }
    }

    /// Milliseconds of an instant that lies in the past, from seconds or milliseconds (T25).
    fn instant(&self, field: Field, today: NaiveDate) -> Result<i64, Reject> {
        let instant = self.number(field).and_then(value::instant);
        let Some(instant) = instant else {
            let what = ("不是 Unix 时间（秒或毫秒）", "not a Unix time");
            return Err(self.reject(field, "date", what));
        };
        if value::shanghai_date(instant).is_none_or(|day| day > today) {
            let what = ("晚于导入日", "in the future");
            return Err(self.reject(field, "future", what));
        }
        Ok(instant.and_utc().timestamp_millis())
    }

    fn succeeded(&self) -> Result<bool, Reject> {
        match self.fields.get(Field::Succeeded) {
            Scalar::Bool(value) => Ok(*value),
            Scalar::Int(1) => Ok(true),
            Scalar::Int(0) => Ok(false),
            Scalar::Text(text) if text.trim().eq_ignore_ascii_case("true") => Ok(true),
            Scalar::Text(text) if text.trim().eq_ignore_ascii_case("false") => Ok(false),
            _ => {
                let what = ("缺失或不是真假值", "missing outcome");
                Err(self.reject(Field::Succeeded, "missing", what))
            }
        }
    }

    /// A size in bytes; zero when it was not logged.
    fn size(&self, field: Field) -> Result<u64, Reject> {
        if *self.fields.get(field) == Scalar::Null {
            return Ok(0);
        }
        let size = self.number(field).and_then(|size| u64::try_from(size).ok());
        size.ok_or_else(|| {
            let what = ("不是非负整数", "not a size");
            self.reject(field, "number", what)
        })
    }
}
