//! Canonical bytes: one value, one byte string, on every machine and for ever.
//!
//! Numbers are big-endian and of fixed width, texts and lists are length-prefixed, so no value can
//! run into the next and no delimiter needs escaping. Hashes and signatures are over these bytes.

mod records;

use std::fmt::Write as _;
use std::sync::Arc;

use chrono::{Datelike, NaiveDate};
use sha2::{Digest, Sha256};

use crate::decimal::Decimal4;
use crate::ids::{AppealId, ClaimId, DepartmentId, JurisdictionCode, OrderId, ResourceCode, RunId};
use crate::money::Fen;
use crate::period::Period;

/// Bytes that are not the canonical form of the value asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CanonError {
    /// The bytes end inside a value.
    #[error("数据被截断 (truncated at byte {at})")]
    Truncated {
        /// Offset of the missing byte.
        at: usize,
    },
    /// Bytes remain after the value.
    #[error("数据末尾有多余字节 (trailing bytes from {at})")]
    Trailing {
        /// Offset of the first of them.
        at: usize,
    },
    /// The bytes do not spell a value of the type.
    #[error("数据损坏：不是 {what} (not a {what} at byte {at})")]
    NotA {
        /// The type.
        what: &'static str,
        /// Offset just after it.
        at: usize,
    },
}

/// Collects canonical bytes.
#[derive(Default)]
pub struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    /// The bytes so far.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// Appends bytes as they are.
    pub fn raw(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }
}

/// Reads canonical bytes back.
pub struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    /// A reader at the start of the bytes.
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// The next bytes.
    pub fn take(&mut self, count: usize) -> Result<&'a [u8], CanonError> {
        let end = self.at.checked_add(count);
        let taken = end.and_then(|end| self.bytes.get(self.at..end));
        let taken = taken.ok_or(CanonError::Truncated {
            at: self.bytes.len(),
        })?;
        self.at += count;
        Ok(taken)
    }

    /// All bytes that are left, which are not read by this.
    pub fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    /// Whether all bytes were read.
    pub const fn is_at_end(&self) -> bool {
        self.at == self.bytes.len()
    }

    /// Asserts that all bytes were read.
    pub const fn finish(self) -> Result<(), CanonError> {
        if self.at == self.bytes.len() {
            Ok(())
        } else {
            Err(CanonError::Trailing { at: self.at })
        }
    }

    /// The error of bytes that spell no such value, for types of other crates.
    pub const fn not_a(&self, what: &'static str) -> CanonError {
        CanonError::NotA { what, at: self.at }
    }
}

/// A value with canonical bytes.
pub trait Canon: Sized {
    /// Writes the value.
    fn write(&self, to: &mut Writer);
    /// Reads the value.
    fn read(from: &mut Reader<'_>) -> Result<Self, CanonError>;
}

/// The canonical bytes of a value.
pub fn encode<T: Canon>(value: &T) -> Vec<u8> {
    let mut writer = Writer::default();
    value.write(&mut writer);
    writer.into_bytes()
}

/// The value of canonical bytes; all of them must be used.
pub fn decode<T: Canon>(bytes: &[u8]) -> Result<T, CanonError> {
    let mut reader = Reader::new(bytes);
    let value = T::read(&mut reader)?;
    reader.finish()?;
    Ok(value)
}

/// SHA-256 in lower-case hex.
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Lower-case hex.
pub fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            // Writing to a String cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
}

macro_rules! canon_number {
    ($($number:ty),*) => {$(
        impl Canon for $number {
            fn write(&self, to: &mut Writer) {
                to.raw(&self.to_be_bytes());
            }
            fn read(from: &mut Reader<'_>) -> Result<Self, CanonError> {
                let bytes = from.take(size_of::<$number>())?;
                bytes
                    .try_into()
                    .map(<$number>::from_be_bytes)
                    .map_err(|_| from.not_a(stringify!($number)))
            }
        }
    )*};
}
canon_number!(u8, u32, u64, i32, i64, i128);

impl Canon for bool {
    fn write(&self, to: &mut Writer) {
        u8::from(*self).write(to);
    }
    fn read(from: &mut Reader<'_>) -> Result<Self, CanonError> {
        match u8::read(from)? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(from.not_a("bool")),
        }
    }
}

/// The length of what follows; texts and lists beyond four gigabytes are refused on reading back.
fn write_length(length: usize, to: &mut Writer) {
    u32::try_from(length).unwrap_or(u32::MAX).write(to);
}

impl Canon for String {
    fn write(&self, to: &mut Writer) {
        write_length(self.len(), to);
        to.raw(self.as_bytes());
    }
    fn read(from: &mut Reader<'_>) -> Result<Self, CanonError> {
        let length = u32::read(from)?;
        let bytes = from.take(usize::try_from(length).unwrap_or(usize::MAX))?;
        Self::from_utf8(bytes.to_vec()).map_err(|_| from.not_a("text"))
    }
}

impl<T: Canon> Canon for Vec<T> {
    fn write(&self, to: &mut Writer) {
        write_length(self.len(), to);
        for item in self {
            item.write(to);
        }
    }
    fn read(from: &mut Reader<'_>) -> Result<Self, CanonError> {
        let length = u32::read(from)?;
        // No capacity is taken on the word of the bytes: a corrupt length must not exhaust memory.
        (0..length).map(|_| T::read(from)).collect()
    }
}

impl<T: Canon> Canon for Arc<T> {
    fn write(&self, to: &mut Writer) {
        T::write(self, to);
    }
    fn read(from: &mut Reader<'_>) -> Result<Self, CanonError> {
        T::read(from).map(Self::new)
    }
}

impl<T: Canon> Canon for Option<T> {
    fn write(&self, to: &mut Writer) {
        self.is_some().write(to);
        if let Some(value) = self {
            value.write(to);
        }
    }
    fn read(from: &mut Reader<'_>) -> Result<Self, CanonError> {
        if bool::read(from)? {
            T::read(from).map(Some)
        } else {
            Ok(None)
        }
    }
}

impl Canon for NaiveDate {
    fn write(&self, to: &mut Writer) {
        self.num_days_from_ce().write(to);
    }
    fn read(from: &mut Reader<'_>) -> Result<Self, CanonError> {
        let days = i32::read(from)?;
        Self::from_num_days_from_ce_opt(days).ok_or_else(|| from.not_a("date"))
    }
}

impl Canon for Period {
    fn write(&self, to: &mut Writer) {
        self.first_day().write(to);
    }
    fn read(from: &mut Reader<'_>) -> Result<Self, CanonError> {
        let first = NaiveDate::read(from)?;
        Self::new(first.year(), first.month())
            .filter(|period| period.first_day() == first)
            .ok_or_else(|| from.not_a("period"))
    }
}

impl Canon for Fen {
    fn write(&self, to: &mut Writer) {
        self.get().write(to);
    }
    fn read(from: &mut Reader<'_>) -> Result<Self, CanonError> {
        i64::read(from).map(Self::new)
    }
}

impl Canon for Decimal4 {
    fn write(&self, to: &mut Writer) {
        self.units().write(to);
    }
    fn read(from: &mut Reader<'_>) -> Result<Self, CanonError> {
        Self::from_units(i64::read(from)?).ok_or_else(|| from.not_a("decimal"))
    }
}

macro_rules! canon_text {
    ($($id:ty),*) => {$(
        impl Canon for $id {
            fn write(&self, to: &mut Writer) {
                write_length(self.as_str().len(), to);
                to.raw(self.as_str().as_bytes());
            }
            fn read(from: &mut Reader<'_>) -> Result<Self, CanonError> {
                String::read(from).map(Self::new)
            }
        }
    )*};
}
canon_text!(
    DepartmentId,
    JurisdictionCode,
    ResourceCode,
    RunId,
    OrderId,
    ClaimId,
    AppealId
);
