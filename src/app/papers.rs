//! Papers 书面材料: what a department states in words, and the files that prove it.
//!
//! Words and files are kept under their digests, and the ledger records the digests: neither can be
//! exchanged afterwards. What may be attached is decided by content, never by name alone.

use domain::canon::{Canon, CanonError, Reader, Writer, decode, sha256_hex};
use ledger::{Action, Digest};
use store::AnyConn;

use crate::error::Error;
use crate::orders::office;
use crate::role::User;
use crate::{App, compress};

/// Most files of one filing.
pub const FILES_MAX: usize = 10;
/// Largest file, bytes.
pub const FILE_BYTES_MAX: usize = 10 * 1024 * 1024;
/// Largest sum of the files of one filing, bytes.
pub const FILING_BYTES_MAX: usize = 30 * 1024 * 1024;
/// Longest statement, in characters.
pub const STATEMENT_MAX: usize = 2_000;
/// Longest file name that is kept, in characters.
const NAME_MAX: usize = 100;

/// A file as it arrives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload {
    /// Name as the sender gave it, possibly with a path.
    pub name: String,
    /// Content.
    pub bytes: Vec<u8>,
}

/// A file that is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// Name without path or anything that a file system or a page could stumble over.
    pub name: String,
    /// Media type, by its content.
    pub media_type: String,
    /// Size.
    pub size_bytes: u64,
    /// SHA-256, lower-case hex.
    pub sha256: String,
}

impl Canon for Attachment {
    fn write(&self, to: &mut Writer) {
        self.name.write(to);
        self.media_type.write(to);
        self.size_bytes.write(to);
        self.sha256.write(to);
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, CanonError> {
        Ok(Self {
            name: Canon::read(from)?,
            media_type: Canon::read(from)?,
            size_bytes: Canon::read(from)?,
            sha256: Canon::read(from)?,
        })
    }
}

/// How a content is recognised.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Content {
    /// By its first bytes.
    Begins(&'static [u8]),
    /// As text: no control characters but tabs and line ends.
    Text,
}

/// Ending, media type and content of what may be attached.
const TYPES: [(&str, &str, Content); 10] = [
    ("pdf", "application/pdf", Content::Begins(b"%PDF-")),
    ("ofd", "application/ofd", Content::Begins(b"PK\x03\x04")),
    ("png", "image/png", Content::Begins(b"\x89PNG\r\n\x1a\n")),
    ("jpg", "image/jpeg", Content::Begins(b"\xff\xd8\xff")),
    ("jpeg", "image/jpeg", Content::Begins(b"\xff\xd8\xff")),
    (
        "xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        Content::Begins(b"PK\x03\x04"),
    ),
    (
        "docx",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        Content::Begins(b"PK\x03\x04"),
    ),
    ("csv", "text/csv", Content::Text),
    ("txt", "text/plain", Content::Text),
    ("md", "text/plain", Content::Text),
];

/// The endings of what may be attached, for the page of a form.
pub fn endings() -> Vec<&'static str> {
    TYPES.iter().map(|(ending, _, _)| *ending).collect()
}

impl Content {
    fn fits(self, bytes: &[u8]) -> bool {
        match self {
            Self::Begins(start) => bytes.starts_with(start),
            Self::Text => !bytes
                .iter()
                .any(|byte| matches!(byte, 0..=8 | 11 | 12 | 14..=31 | 127)),
        }
    }
}

/// Files that passed, in the order given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Attached {
    files: Vec<(Attachment, Vec<u8>)>,
}

impl Attached {
    /// Checks files: number, size, content, name; none twice.
    pub(crate) fn accept(uploads: &[Upload]) -> Result<Self, Error> {
        if uploads.len() > FILES_MAX {
            return Err(fault(format!(
                "最多 {FILES_MAX} 个文件，收到 {} 个 (too many files)",
                uploads.len()
            )));
        }
        let total: usize = uploads.iter().map(|upload| upload.bytes.len()).sum();
        if total > FILING_BYTES_MAX {
            let most = FILING_BYTES_MAX >> 20;
            return Err(fault(format!(
                "附件合计超过 {most} MB (attachments are too large together)"
            )));
        }
        let mut attached = Self::default();
        for upload in uploads {
            let attachment = examine(upload)?;
            let twin = attached
                .files
                .iter()
                .find(|(other, _)| other.sha256 == attachment.sha256);
            if let Some((other, _)) = twin {
                return Err(fault(format!(
                    "“{}”与“{}”内容相同，请只上传一次 (the same file twice)",
                    attachment.name, other.name
                )));
            }
            attached.files.push((attachment, upload.bytes.clone()));
        }
        Ok(attached)
    }

    /// What is kept of them.
    pub(crate) fn attachments(&self) -> Vec<Attachment> {
        self.files.iter().map(|(file, _)| file.clone()).collect()
    }

    /// Whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.files.is_empty()
    }
}

/// One file: what it is, or what is wrong with it and what to do.
fn examine(upload: &Upload) -> Result<Attachment, Error> {
    let name = safe_name(&upload.name);
    let size = upload.bytes.len();
    if size == 0 {
        return Err(fault(format!("“{name}”是空文件 (the file is empty)")));
    }
    if size > FILE_BYTES_MAX {
        let most = FILE_BYTES_MAX >> 20;
        return Err(fault(format!(
            "“{name}”有 {size} 字节，超过 {most} MB，请压缩图片或分成几份 (the file is too large)"
        )));
    }
    let ending = name
        .rsplit_once('.')
        .map(|(_, ending)| ending.to_lowercase())
        .unwrap_or_default();
    let known = TYPES.iter().find(|(own, _, _)| *own == ending);
    let Some((_, media_type, content)) = known else {
        return Err(fault(format!(
            "“{name}”不是可接受的类型，可接受 {} (file type not accepted)",
            endings().join("、")
        )));
    };
    if !content.fits(&upload.bytes) {
        return Err(fault(format!(
            "“{name}”的内容不是 {ending} 文件，请核对后重新导出 (content and ending disagree)"
        )));
    }
    Ok(Attachment {
        name,
        media_type: (*media_type).to_owned(),
        size_bytes: u64::try_from(size).unwrap_or(u64::MAX),
        sha256: sha256_hex(&upload.bytes),
    })
}

/// The name without its path, without what is invisible, reversed or reserved, and not too long; its
/// ending stays.
fn safe_name(given: &str) -> String {
    let last = given.rsplit(['/', '\\']).next().unwrap_or_default();
    let shown = |c: &char| {
        let hidden = matches!(*c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}');
        !c.is_control() && !hidden
    };
    let plain: String = last
        .chars()
        .filter(shown)
        .map(|c| if "<>:\"|?*".contains(c) { '_' } else { c })
        .collect();
    let plain = plain.trim().trim_start_matches('.').trim_end_matches('.');
    let (stem, ending) = plain.rsplit_once('.').unwrap_or((plain, ""));
    let stem: String = stem.trim().chars().take(NAME_MAX).collect();
    let stem = if stem.is_empty() {
        "附件".to_owned()
    } else {
        stem
    };
    match ending {
        "" => stem,
        ending => format!("{stem}.{}", ending.chars().take(8).collect::<String>()),
    }
}

/// A statement in words: there is one, not too long, without control characters.
pub(crate) fn statement(what: &'static str, text: &str) -> Result<String, Error> {
    let text: String = text
        .replace("\r\n", "\n")
        .chars()
        .filter(|c| !c.is_control() || *c == '\n')
        .collect();
    let text = text.trim();
    let reason = if text.is_empty() {
        "请填写 (must not be empty)".to_owned()
    } else if text.chars().count() > STATEMENT_MAX {
        format!("不能超过 {STATEMENT_MAX} 字 (at most {STATEMENT_MAX} characters)")
    } else {
        return Ok(text.to_owned());
    };
    Err(Error::BadInput { what, reason })
}

fn fault(reason: String) -> Error {
    Error::BadInput {
        what: "附件",
        reason,
    }
}

impl App {
    /// Has a person act on the ledger and keeps the papers with it: both, or neither.
    pub(crate) fn act_on_paper(
        &self,
        user: &User,
        action: Action,
        paper: &[u8],
        attached: &Attached,
    ) -> Result<(), Error> {
        let mut kept = vec![(sha256_hex(paper), compress(paper)?)];
        for (attachment, bytes) in &attached.files {
            kept.push((attachment.sha256.clone(), compress(bytes)?));
        }
        self.post_with(&office(user)?, vec![action], |conn, _| {
            for (sha256, bytes) in &kept {
                store::blobs::put(conn, sha256, bytes)?;
            }
            Ok(())
        })
    }

    /// The content of an attachment, checked against its digest.
    pub(crate) fn attachment_bytes(&self, attachment: &Attachment) -> Result<Vec<u8>, Error> {
        self.store()
            .read(|conn| kept_bytes(conn, &attachment.sha256))
    }
}

/// A paper, checked against its digest.
pub(crate) fn paper<T: Canon>(conn: &mut AnyConn, digest: Digest) -> Result<T, Error> {
    let sha256 = digest.to_string();
    let bytes = kept_bytes(conn, &sha256)?;
    decode(&bytes).map_err(|fault| Error::Damaged {
        what: format!("材料 {sha256}：{fault}"),
    })
}

fn kept_bytes(conn: &mut AnyConn, sha256: &str) -> Result<Vec<u8>, Error> {
    let damaged = |what: String| Error::Damaged {
        what: format!("材料 {sha256}：{what}"),
    };
    let compressed = store::blobs::get(conn, sha256)?;
    let bytes =
        zstd::decode_all(compressed.as_slice()).map_err(|fault| damaged(fault.to_string()))?;
    if sha256_hex(&bytes) == sha256 {
        Ok(bytes)
    } else {
        Err(damaged("内容与台账记录的摘要不符".to_owned()))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use super::*;

    fn upload(name: &str, bytes: &[u8]) -> Upload {
        Upload {
            name: name.to_owned(),
            bytes: bytes.to_vec(),
        }
    }

    #[test]
    fn names_keep_what_people_read_and_lose_what_does_harm() {
        for (given, kept) in [
            ("C:\\桌面\\服务器发票.pdf", "服务器发票.pdf"),
            ("../../etc/passwd.txt", "passwd.txt"),
            ("..pdf", "pdf"),
            (".pdf", "pdf"),
            ("a\u{202e}fdp.exe", "afdp.exe"),
            ("x\r\ny\0.pdf", "xy.pdf"),
            ("a<b>|c?.pdf", "a_b__c_.pdf"),
            (" .csv", "csv"),
            ("/", "附件"),
            ("表.格.xlsx", "表.格.xlsx"),
        ] {
            assert_eq!(safe_name(given), kept, "{given:?}");
        }
        assert!(safe_name(&"长".repeat(500)).chars().count() <= NAME_MAX);
    }

    #[test]
    fn files_are_refused_by_size_content_and_repetition_each_with_its_name() {
        let large = [b"%PDF-".as_slice(), &vec![0; FILE_BYTES_MAX]].concat();
        for (files, told) in [
            (vec![upload("空.pdf", b"")], "“空.pdf”是空文件"),
            (vec![upload("大.pdf", &large)], "超过 10 MB"),
            (vec![upload("病毒.exe", b"MZ")], "不是可接受的类型"),
            (vec![upload("无扩展名", b"x")], "不是可接受的类型"),
            (vec![upload("假.pdf", b"<html>")], "内容不是 pdf 文件"),
            (vec![upload("假.csv", b"a\0b")], "内容不是 csv 文件"),
            (
                vec![upload("一.txt", b"same"), upload("二.txt", b"same")],
                "“二.txt”与“一.txt”内容相同",
            ),
            (
                (0..=FILES_MAX)
                    .map(|n| upload("a.txt", n.to_string().as_bytes()))
                    .collect(),
                "最多 10 个文件",
            ),
        ] {
            let error = Attached::accept(&files).unwrap_err().to_string();
            assert!(error.contains(told), "{error}");
        }
        let sound = [
            upload("发票.PDF", b"%PDF-1.7\n"),
            upload("清单.csv", "项目,元\n".as_bytes()),
        ];
        let kept = Attached::accept(&sound).unwrap().attachments();
        assert_eq!(kept[0].media_type, "application/pdf");
        assert_eq!(kept[1].sha256, sha256_hex("项目,元\n".as_bytes()));
    }

    #[test]
    fn statements_are_needed_bounded_and_plain() {
        assert!(statement("事由", " \n ").is_err());
        assert!(statement("事由", &"字".repeat(STATEMENT_MAX + 1)).is_err());
        assert_eq!(statement("事由", " 一\r\n二\u{7} ").unwrap(), "一\n二");
    }
}
