//! Percent escapes for the parts of an account code.

use std::fmt::Write as _;

/// Whether the character would be mistaken for syntax in a code or in a plain-text journal.
fn is_syntax(c: char) -> bool {
    c.is_control() || c.is_whitespace() || matches!(c, ':' | '%' | ';' | '"' | '=' | '@' | '|')
}

/// The text with every character of syntax as `%XX` of its UTF-8 bytes.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if is_syntax(c) {
            for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                // Writing to a String cannot fail.
                let _ = write!(escaped, "%{byte:02X}");
            }
        } else {
            escaped.push(c);
        }
    }
    escaped
}

/// The text before [`escape`]; `None` when an escape is cut short or spells no UTF-8.
pub(crate) fn unescape(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        if *first == b'%' {
            let pair = std::str::from_utf8(tail.get(..2)?).ok()?;
            bytes.push(u8::from_str_radix(pair, 16).ok()?);
            rest = tail.get(2..)?;
        } else {
            bytes.push(*first);
            rest = tail;
        }
    }
    String::from_utf8(bytes).ok()
}
