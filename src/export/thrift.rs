//! Thrift's compact protocol, as far as the metadata of Parquet need it: writing only.

/// A structure that is being written. Fields come in the order of their numbers.
pub(crate) struct Struct<'a> {
    out: &'a mut Vec<u8>,
    last: u8,
}

const I32: u8 = 5;
const I64: u8 = 6;
const BINARY: u8 = 8;
const LIST: u8 = 9;
const STRUCT: u8 = 12;

/// Writes a structure, with what stands at its end.
pub(crate) fn structure(out: &mut Vec<u8>, fields: impl FnOnce(&mut Struct<'_>)) {
    fields(&mut Struct {
        out: &mut *out,
        last: 0,
    });
    out.push(0);
}

/// Seven bits a byte, the lowest first.
pub(crate) fn varint(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    out.push(number.to_le_bytes()[0]);
}

/// Small numbers of either sign as small numbers without one.
fn zigzag(number: i64) -> u64 {
    ((number << 1) ^ (number >> 63)).cast_unsigned()
}

fn length(bytes: usize) -> u64 {
    u64::try_from(bytes).unwrap_or(u64::MAX)
}

fn binary(out: &mut Vec<u8>, bytes: &[u8]) {
    varint(out, length(bytes.len()));
    out.extend_from_slice(bytes);
}

impl Struct<'_> {
    fn head(&mut self, field: u8, kind: u8) {
        // All structures of Parquet that are written here have fewer than sixteen fields.
        self.out.push(((field - self.last) << 4) | kind);
        self.last = field;
    }

    pub(crate) fn int(&mut self, field: u8, number: i32) {
        self.head(field, I32);
        varint(self.out, zigzag(number.into()));
    }

    pub(crate) fn long(&mut self, field: u8, number: i64) {
        self.head(field, I64);
        varint(self.out, zigzag(number));
    }

    pub(crate) fn text(&mut self, field: u8, text: &str) {
        self.head(field, BINARY);
        binary(self.out, text.as_bytes());
    }

    pub(crate) fn structure(&mut self, field: u8, fields: impl FnOnce(&mut Struct<'_>)) {
        self.head(field, STRUCT);
        structure(self.out, fields);
    }

    fn list(&mut self, field: u8, kind: u8, count: usize) {
        self.head(field, LIST);
        match u8::try_from(count) {
            Ok(few) if few < 15 => self.out.push((few << 4) | kind),
            _ => {
                self.out.push(0xf0 | kind);
                varint(self.out, length(count));
            }
        }
    }

    pub(crate) fn ints(&mut self, field: u8, numbers: &[i32]) {
        self.list(field, I32, numbers.len());
        for number in numbers {
            varint(self.out, zigzag((*number).into()));
        }
    }

    pub(crate) fn texts(&mut self, field: u8, texts: &[&str]) {
        self.list(field, BINARY, texts.len());
        for text in texts {
            binary(self.out, text.as_bytes());
        }
    }

    pub(crate) fn structures<T>(
        &mut self,
        field: u8,
        items: &[T],
        mut fields: impl FnMut(&T, &mut Struct<'_>),
    ) {
        self.list(field, STRUCT, items.len());
        for item in items {
            structure(self.out, |one| fields(item, one));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_the_protocol_says() {
        for (number, bytes) in [
            (0, vec![0]),
            (127, vec![0x7f]),
            (128, vec![0x80, 1]),
            (300, vec![0xac, 2]),
        ] {
            let mut out = Vec::new();
            varint(&mut out, number);
            assert_eq!(out, bytes);
        }
        assert_eq!([0, -1, 1, -2, i64::MIN].map(zigzag), [0, 1, 2, 3, u64::MAX]);
        let mut out = Vec::new();
        structure(&mut out, |one| {
            one.int(1, -1);
            one.text(4, "分");
            one.ints(5, &[1; 15]);
        });
        let mut expected = vec![0x15, 1, 0x38, 3];
        expected.extend("分".as_bytes());
        expected.extend([0x19, 0xf5, 15]);
        expected.extend([2; 15]);
        expected.push(0);
        assert_eq!(out, expected);
    }
}
