//! Text out of bytes: UTF-8 with or without BOM, UTF-16 with BOM, else GB18030 (which holds GBK).

use std::borrow::Cow;

use encoding_rs::{GB18030, UTF_16BE, UTF_16LE};

/// Decoded text.
#[derive(Debug)]
pub(crate) struct Decoded<'a> {
    /// The text without its BOM; undecodable bytes are U+FFFD.
    pub(crate) text: Cow<'a, str>,
    /// Name of the encoding.
    pub(crate) encoding: &'static str,
    /// Whether any byte was undecodable.
    pub(crate) damaged: bool,
}

/// Decodes a file, or its beginning when not `complete`. Never fails: rows with undecodable
/// bytes are refused one by one.
pub(crate) fn decode(bytes: &[u8], complete: bool) -> Decoded<'_> {
    if let Some(rest) = bytes.strip_prefix(b"\xef\xbb\xbf") {
        return utf8(rest, "UTF-8 BOM");
    }
    for (bom, encoding) in [(b"\xff\xfe", UTF_16LE), (b"\xfe\xff", UTF_16BE)] {
        if let Some(rest) = bytes.strip_prefix(bom) {
            let (text, damaged) = encoding.decode_without_bom_handling(rest);
            return Decoded {
                text,
                encoding: "UTF-16",
                damaged,
            };
        }
    }
    if is_utf8(bytes, complete) {
        return utf8(bytes, "UTF-8");
    }
    let (text, damaged) = GB18030.decode_without_bom_handling(bytes);
    Decoded {
        text,
        encoding: "GB18030",
        damaged,
    }
}

/// Whether the bytes are meant as UTF-8. A first line that is UTF-8 beyond ASCII decides: one bad
/// byte further down must not turn the whole file into gibberish.
fn is_utf8(bytes: &[u8], complete: bool) -> bool {
    match std::str::from_utf8(bytes) {
        Ok(_) => true,
        Err(fault) if !complete && fault.error_len().is_none() => true,
        Err(fault) => {
            let start = bytes.trim_ascii_start();
            let end = start.iter().position(|byte| *byte == b'\n');
            let line = start.get(..end.unwrap_or(start.len())).unwrap_or(start);
            // A first line that is itself cut or damaged proves nothing.
            end.is_some()
                && fault.valid_up_to() > 0
                && std::str::from_utf8(line).is_ok_and(|line| !line.is_ascii())
        }
    }
}

fn utf8<'a>(bytes: &'a [u8], encoding: &'static str) -> Decoded<'a> {
    let text = String::from_utf8_lossy(bytes);
    // U+FFFD written in the file itself is damage done by whoever exported it.
    let damaged = text.contains('\u{fffd}');
    Decoded {
        text,
        encoding,
        damaged,
    }
}

/// Whether the beginning of a text shows that the file is no text at all.
pub(crate) fn looks_binary(text: &str) -> bool {
    let (mut all, mut strange) = (0_usize, 0_usize);
    for c in text.chars().take(4096) {
        all += 1;
        match c {
            '\0' => return true,
            '\t' | '\n' | '\r' | '\u{1a}' => {}
            '\u{fffd}' => strange += 1,
            _ if c.is_control() => strange += 1,
            _ => {}
        }
    }
    // A few damaged characters are the rows' matter.
    strange > 4 && strange * 20 > all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t23_each_encoding_is_told_apart() {
        let header = "日期,提供方代码\n";
        let gbk = encoding_rs::GBK.encode(header).0.into_owned();
        let bom = [b"\xef\xbb\xbf", header.as_bytes()].concat();
        let wide: Vec<u8> = std::iter::once(0xfeff)
            .chain(header.encode_utf16())
            .flat_map(u16::to_le_bytes)
            .collect();
        for (bytes, encoding) in [
            (header.as_bytes(), "UTF-8"),
            (gbk.as_slice(), "GB18030"),
            (bom.as_slice(), "UTF-8 BOM"),
            (wide.as_slice(), "UTF-16"),
        ] {
            let decoded = decode(bytes, true);
            assert_eq!((decoded.encoding, decoded.damaged), (encoding, false));
            assert_eq!(decoded.text, header);
        }
    }

    #[test]
    fn one_bad_byte_does_not_change_the_encoding() {
        let bytes = ["日期,提供方代码\n甲".as_bytes(), b"\xff\n", "乙".as_bytes()].concat();
        let decoded = decode(&bytes, true);
        assert_eq!((decoded.encoding, decoded.damaged), ("UTF-8", true));
        assert!(decoded.text.ends_with("乙"));
    }

    #[test]
    fn a_cut_character_at_the_end_of_a_beginning_is_no_damage_to_the_choice() {
        let bytes = "日期,提".as_bytes();
        assert_eq!(decode(&bytes[..8], false).encoding, "UTF-8");
    }
}
