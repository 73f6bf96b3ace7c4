//! What a file is wrapped in: gzip, a workbook, or nothing; and what is no table at all.

use std::borrow::Cow;
use std::io::{ErrorKind, Read};

use flate2::read::MultiGzDecoder;

use crate::error::IngestError;
use crate::limits::Limits;
use crate::reading::Input;

/// The payload of a file.
pub(crate) enum Payload<'a> {
    /// A workbook; its reader takes the bytes of the file.
    Workbook,
    /// Bytes of a text, unpacked.
    Text(Cow<'a, [u8]>),
}

/// First bytes of formats that are neither tables nor texts.
const FOREIGN: [(&[u8], &str); 9] = [
    (b"%PDF", "PDF"),
    (b"\x89PNG", "PNG 图片"),
    (b"\xff\xd8\xff", "JPEG 图片"),
    (b"7z\xbc\xaf", "7z 压缩包"),
    (b"Rar!", "RAR 压缩包"),
    (b"PAR1", "Parquet"),
    (b"\x7fELF", "可执行文件"),
    (b"SQLite format 3", "SQLite 数据库"),
    (b"\x28\xb5\x2f\xfd", "zstd 压缩包"),
];

/// Unpacks a file; of a text no more than `want` bytes, when only its beginning is needed.
pub(crate) fn open<'a>(
    input: Input<'a>,
    limits: &Limits,
    want: Option<usize>,
) -> Result<Payload<'a>, IngestError> {
    let file = || input.file_name.to_owned();
    let bytes = input.bytes;
    if length(bytes) > limits.file_bytes {
        return Err(too_large(
            input.file_name,
            "字节数 bytes",
            limits.file_bytes,
        ));
    }
    if bytes.trim_ascii().is_empty() {
        return Err(IngestError::Empty { file: file() });
    }
    if bytes.starts_with(b"PK\x03\x04") {
        return Ok(Payload::Workbook);
    }
    if bytes.starts_with(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") {
        return Err(if contains_wide(bytes, "EncryptedPackage") {
            IngestError::Encrypted { file: file() }
        } else {
            IngestError::OldWorkbook { file: file() }
        });
    }
    if bytes.starts_with(b"\x1f\x8b") {
        let text = gunzip(input, limits, want)?;
        return Ok(Payload::Text(Cow::Owned(text)));
    }
    if let Some((_, what)) = FOREIGN.iter().find(|(magic, _)| bytes.starts_with(magic)) {
        return Err(IngestError::Binary { file: file(), what });
    }
    let beginning = want.and_then(|want| bytes.get(..want)).unwrap_or(bytes);
    Ok(Payload::Text(Cow::Borrowed(beginning)))
}

/// The error for too much of something.
pub(crate) fn too_large(file: &str, what: &'static str, limit: u64) -> IngestError {
    IngestError::TooLarge {
        file: file.to_owned(),
        what,
        limit,
    }
}

fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

/// Whether the bytes hold the ASCII text as UTF-16LE, as the names in a compound file are.
fn contains_wide(bytes: &[u8], text: &str) -> bool {
    let wide: Vec<u8> = text.bytes().flat_map(|byte| [byte, 0]).collect();
    bytes.windows(wide.len()).any(|window| window == wide)
}

/// Decompresses, never beyond the limit: a few kilobytes may expand a thousandfold.
fn gunzip(input: Input<'_>, limits: &Limits, want: Option<usize>) -> Result<Vec<u8>, IngestError> {
    let cap = limits.inflated_bytes.saturating_add(1);
    let cap = want
        .and_then(|want| u64::try_from(want).ok())
        .map_or(cap, |want| want.min(cap));
    let mut text = Vec::new();
    let outcome = MultiGzDecoder::new(input.bytes)
        .take(cap)
        .read_to_end(&mut text);
    match outcome {
        Ok(_) => {}
        Err(fault) if fault.kind() == ErrorKind::UnexpectedEof => {
            return Err(IngestError::TruncatedGzip {
                file: input.file_name.to_owned(),
            });
        }
        Err(fault) => {
            return Err(IngestError::CorruptGzip {
                file: input.file_name.to_owned(),
                detail: fault.to_string(),
            });
        }
    }
    if length(&text) > limits.inflated_bytes {
        return Err(too_large(
            input.file_name,
            "解压后字节数 inflated bytes",
            limits.inflated_bytes,
        ));
    }
    if text.trim_ascii().is_empty() {
        return Err(IngestError::Empty {
            file: input.file_name.to_owned(),
        });
    }
    Ok(text)
}
