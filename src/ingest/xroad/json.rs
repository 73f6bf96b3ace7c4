//! The JSON around and inside records, read as a stream. A field of an unexpected type spoils its
//! record, never the file.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::record::Collector;
use crate::error::IngestError;

/// A value as far as records need it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Scalar {
    /// Absent or null.
    #[default]
    Null,
    /// A boolean.
    Bool(bool),
    /// A whole number that fits.
    Int(i64),
    /// A text.
    Text(String),
    /// A fraction, a number too large, a list or an object.
    Other,
}

/// Declares the fields that are read, under all their names of past and present.
macro_rules! fields {
    ($($field:ident: $($name:literal)|+;)+) => {
        /// A field of a record.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Field { $(#[doc = concat!($($name, " "),+)] $field,)+ }

        impl Field {
            const COUNT: usize = [$(Self::$field),+].len();

            fn from_name(name: &str) -> Option<Self> {
                match name { $($($name)|+ => Some(Self::$field),)+ _ => None }
            }

            /// Name of the field today.
            pub(super) const fn name(self) -> &'static str {
                match self { $(Self::$field => first(&[$($name),+]),)+ }
            }
        }
    };
}

const fn first(names: &[&'static str]) -> &'static str {
    match names {
        [first, ..] => first,
        [] => "",
    }
}

fields! {
    Side: "securityServerType";
    RequestIn: "requestInTs";
    RequestOut: "requestOutTs";
    ResponseIn: "responseInTs";
    ResponseOut: "responseOutTs";
    ClientInstance: "clientXRoadInstance";
    ClientClass: "clientMemberClass";
    ClientCode: "clientMemberCode";
    ClientSubsystem: "clientSubsystemCode";
    ServiceInstance: "serviceXRoadInstance";
    ServiceClass: "serviceMemberClass";
    ServiceCode: "serviceMemberCode";
    ServiceSubsystem: "serviceSubsystemCode";
    Service: "serviceCode";
    MessageId: "messageId";
    RequestSize: "requestSize" | "requestSoapSize" | "requestRestSize";
    ResponseSize: "responseSize" | "responseSoapSize" | "responseRestSize";
    Succeeded: "succeeded";
    RequestId: "xRequestId";
}

/// The fields of one record.
#[derive(Clone, Debug, Default)]
pub(super) struct Fields {
    values: [Scalar; Field::COUNT],
}

impl Fields {
    /// The value of a field.
    pub(super) fn get(&self, field: Field) -> &Scalar {
        self.values.get(field as usize).unwrap_or(&Scalar::Null)
    }

    /// Sets a field, unless an earlier name of it has a value.
    fn set(&mut self, field: Field, value: Scalar) {
        if let Some(place) = self.values.get_mut(field as usize)
            && *place == Scalar::Null
        {
            *place = value;
        }
    }

    /// Whether any field is there by which monitoring records are known.
    pub(super) fn is_record(&self) -> bool {
        [Field::Side, Field::RequestIn, Field::MessageId]
            .into_iter()
            .any(|field| *self.get(field) != Scalar::Null)
    }
}

/// Reads the text: one value, or one a line.
pub(super) fn read(text: &str, collector: &mut Collector<'_>) -> Result<(), IngestError> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    while deserializer.end().is_err() {
        let outcome = Document(collector).deserialize(&mut deserializer);
        if let Err(fault) = outcome {
            return Err(collector.stopped_by().unwrap_or_else(|| {
                let number = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
                IngestError::MalformedJson {
                    file: collector.file().to_owned(),
                    line: number(fault.line()),
                    column: number(fault.column()),
                    detail: fault.to_string(),
                }
            }));
        }
    }
    Ok(())
}

/// A list of records, an envelope around one, or a single record.
struct Document<'s, 'c>(&'s mut Collector<'c>);

impl<'de> DeserializeSeed<'de> for Document<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Document<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("records")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<(), A::Error> {
        read_list(self.0, seq)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut fields = Fields::default();
        let mut envelope = false;
        while let Some(key) = map.next_key_seed(Key)? {
            match key {
                Name::Records => {
                    map.next_value_seed(List(self.0))?;
                    self.0.saw_envelope();
                    envelope = true;
                }
                Name::Field(field) => fields.set(field, map.next_value_seed(Value)?),
                Name::Other => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        if envelope {
            return Ok(());
        }
        self.0.take(Some(&fields)).map_err(A::Error::custom)
    }
}

/// Hands every element of a list over.
fn read_list<'de, A: SeqAccess<'de>>(
    collector: &mut Collector<'_>,
    mut seq: A,
) -> Result<(), A::Error> {
    while let Some(fields) = seq.next_element_seed(Element)? {
        collector
            .take(fields.as_deref())
            .map_err(A::Error::custom)?;
    }
    Ok(())
}

/// The list inside an envelope.
struct List<'s, 'c>(&'s mut Collector<'c>);

impl<'de> DeserializeSeed<'de> for List<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for List<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of records")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<(), A::Error> {
        read_list(self.0, seq)
    }
}

/// Declares the methods of a visitor that takes anything but objects to `self.scalar`.
macro_rules! visit_scalars {
    () => {
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("any JSON value")
        }
        fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
            Ok(self.scalar(Scalar::Bool(value)))
        }
        fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
            Ok(self.scalar(Scalar::Int(value)))
        }
        fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
            Ok(self.scalar(i64::try_from(value).map_or(Scalar::Other, Scalar::Int)))
        }
        fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
            Ok(self.scalar(Scalar::Other))
        }
        fn visit_str<E>(self, value: &str) -> Result<Self::Value, E> {
            Ok(self.scalar(Scalar::Text(value.to_owned())))
        }
        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            Ok(self.scalar(Scalar::Null))
        }
        fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
            while seq.next_element::<IgnoredAny>()?.is_some() {}
            Ok(self.scalar(Scalar::Other))
        }
    };
}

/// One element of a list: its fields, or nothing when it is no object.
struct Element;

impl Element {
    #[expect(clippy::unused_self, reason = "called by the shared visitor methods")]
    fn scalar(self, _: Scalar) -> Option<Box<Fields>> {
        None
    }
}

impl<'de> DeserializeSeed<'de> for Element {
    type Value = Option<Box<Fields>>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Element {
    type Value = Option<Box<Fields>>;

    visit_scalars!();

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut fields = Box::<Fields>::default();
        while let Some(key) = map.next_key_seed(Key)? {
            match key {
                Name::Field(field) => fields.set(field, map.next_value_seed(Value)?),
                Name::Records | Name::Other => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(Some(fields))
    }
}

/// A value of a field.
struct Value;

impl Value {
    #[expect(clippy::unused_self, reason = "called by the shared visitor methods")]
    fn scalar(self, value: Scalar) -> Scalar {
        value
    }
}

impl<'de> DeserializeSeed<'de> for Value {
    type Value = Scalar;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Scalar, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Value {
    type Value = Scalar;

    visit_scalars!();

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Scalar, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Scalar::Other)
    }
}

/// What a key is.
enum Name {
    Records,
    Field(Field),
    Other,
}

/// Reads a key without keeping its text.
struct Key;

impl<'de> DeserializeSeed<'de> for Key {
    type Value = Name;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Name, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Key {
    type Value = Name;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E>(self, key: &str) -> Result<Name, E> {
        Ok(match Field::from_name(key) {
            Some(field) => Name::Field(field),
            None if key == "records" => Name::Records,
            None => Name::Other,
        })
    }
}
