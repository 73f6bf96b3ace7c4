//! Data on its way to a page template: plain nested values. Nothing is ever pasted into template
//! source, so no text can be read as markup.

use typst::foundations::{Array, Dict, Str, Value};

/// A value that a template reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Datum {
    /// Nothing.
    None,
    /// Yes or no.
    Bool(bool),
    /// A count, or a share in thousandths.
    Int(i64),
    /// Text to set as it is.
    Text(String),
    /// A drawing as SVG source.
    Svg(String),
    /// A list.
    List(Vec<Datum>),
    /// Named values.
    Record(Vec<(&'static str, Datum)>),
}

impl Datum {
    /// Text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// A list of what the items become.
    pub fn list<T>(items: impl IntoIterator<Item = T>, datum: impl FnMut(T) -> Self) -> Self {
        Self::List(items.into_iter().map(datum).collect())
    }

    /// Text, or nothing.
    pub fn optional(text: Option<impl Into<String>>) -> Self {
        text.map_or(Self::None, Self::text)
    }

    /// All drawings in it.
    pub(crate) fn drawings(&self) -> Vec<&str> {
        match self {
            Self::Svg(source) => vec![source],
            Self::List(items) => items.iter().flat_map(Self::drawings).collect(),
            Self::Record(fields) => fields
                .iter()
                .flat_map(|(_, value)| value.drawings())
                .collect(),
            _ => Vec::new(),
        }
    }

    /// The value as the typesetter takes it.
    pub(crate) fn value(&self) -> Value {
        match self {
            Self::None => Value::None,
            Self::Bool(yes) => Value::Bool(*yes),
            Self::Int(number) => Value::Int(*number),
            Self::Text(text) | Self::Svg(text) => Value::Str(Str::from(text.as_str())),
            Self::List(items) => Value::Array(items.iter().map(Self::value).collect::<Array>()),
            Self::Record(_) => Value::Dict(self.dict()),
        }
    }

    /// The named values of a record; of anything else, none.
    pub(crate) fn dict(&self) -> Dict {
        match self {
            Self::Record(fields) => fields
                .iter()
                .map(|(name, value)| (Str::from(*name), value.value()))
                .collect(),
            _ => Dict::new(),
        }
    }
}
