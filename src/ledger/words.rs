//! Free text 附言: what a person wrote into a record. The record holds a salted commitment to it
//! and the text stands beside the records, so that it can be erased one day while every hash,
//! signature and receipt goes on holding.

use std::fmt;
use std::sync::Arc;

use domain::canon::{Canon, CanonError, Reader, Writer};

use crate::digest::{Digest, Hash};
use crate::note::{from_base64, to_base64};

/// Bytes of the salt: nobody finds an erased text by trying.
pub const SALT_BYTES: usize = 16;

/// What a commitment is written with in records and cells.
const MARK: &str = "commitment:";

/// A text with the salt that its commitment is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opening {
    /// Random bytes, drawn for this text alone.
    pub salt: [u8; SALT_BYTES],
    /// The text.
    pub text: String,
}

impl Opening {
    /// The commitment to the text.
    pub fn commitment(&self, hash: Hash) -> Digest {
        hash.of_parts(&[b"hengxiang-text-1", &self.salt, self.text.as_bytes()])
    }

    /// `salt text`, both in base64, as papers carry it.
    pub(crate) fn to_words(&self) -> String {
        let text = to_base64(self.text.as_bytes());
        format!("{} {text}", to_base64(&self.salt))
    }

    pub(crate) fn from_words(words: &str) -> Option<Self> {
        let (salt, text) = words.split_once(' ')?;
        Some(Self {
            salt: from_base64(salt)?.try_into().ok()?,
            text: String::from_utf8(from_base64(text)?).ok()?,
        })
    }
}

/// Free text of a command or a record. Two are equal when they stand for the same text, whether it
/// is known or erased.
#[derive(Clone, Debug, Default)]
pub struct Words(Form);

#[derive(Clone, Debug, Default)]
enum Form {
    /// Nothing was written.
    #[default]
    None,
    /// The text itself: of a command that is not carried out yet, of the system's own wording, and
    /// of records from before there were commitments.
    Plain(Arc<str>),
    /// What a record holds, with the text where it is known.
    Sealed {
        commitment: Digest,
        opening: Option<Arc<Opening>>,
    },
}

impl Words {
    /// Whether nothing was written.
    pub const fn is_blank(&self) -> bool {
        matches!(self.0, Form::None)
    }

    /// The text; empty where nothing was written, `None` where it was erased or is not at hand.
    pub fn text(&self) -> Option<&str> {
        match &self.0 {
            Form::None => Some(""),
            Form::Plain(text) => Some(text),
            Form::Sealed { opening, .. } => opening.as_ref().map(|opening| opening.text.as_str()),
        }
    }

    /// The commitment to the text, where it has one.
    pub const fn commitment(&self) -> Option<Digest> {
        match &self.0 {
            Form::Sealed { commitment, .. } => Some(*commitment),
            Form::None | Form::Plain(_) => None,
        }
    }

    /// The text with its salt, where it has a commitment and is at hand.
    pub fn opening(&self) -> Option<&Arc<Opening>> {
        match &self.0 {
            Form::Sealed { opening, .. } => opening.as_ref(),
            Form::None | Form::Plain(_) => None,
        }
    }

    /// The same behind a commitment; what has one already or says nothing stays as it is.
    #[must_use]
    pub fn sealed(self, hash: Hash, salt: [u8; SALT_BYTES]) -> Self {
        let Form::Plain(text) = &self.0 else {
            return self;
        };
        let text = text.to_string();
        let opening = Opening { salt, text };
        Self(Form::Sealed {
            commitment: opening.commitment(hash),
            opening: Some(Arc::new(opening)),
        })
    }

    /// Puts in the text of its commitment, or takes it out.
    pub fn open_with(&mut self, find: impl Fn(&Digest) -> Option<Arc<Opening>>) {
        if let Form::Sealed {
            commitment,
            opening,
        } = &mut self.0
        {
            *opening = find(commitment);
        }
    }

    /// The same without the text, for what lives longer than a text may.
    #[must_use]
    pub fn closed(mut self) -> Self {
        self.open_with(|_| None);
        self
    }

    /// As records and cells hold it: nothing, the text itself, or the commitment with its mark.
    pub fn cell(&self) -> String {
        match &self.0 {
            Form::None => String::new(),
            Form::Plain(text) => text.to_string(),
            Form::Sealed { commitment, .. } => {
                format!("{MARK}{}", to_base64(commitment.as_bytes()))
            }
        }
    }

    /// Reads [`Words::cell`].
    pub fn from_cell(cell: String) -> Self {
        let bytes = cell.strip_prefix(MARK).and_then(from_base64);
        match bytes.and_then(|bytes| Digest::from_slice(&bytes)) {
            Some(commitment) => Self(Form::Sealed {
                commitment,
                opening: None,
            }),
            None if cell.is_empty() => Self::default(),
            None => Self(Form::Plain(cell.into())),
        }
    }
}

impl From<&str> for Words {
    /// What was written, without the space around it.
    fn from(text: &str) -> Self {
        match text.trim() {
            "" => Self::default(),
            text => Self(Form::Plain(text.into())),
        }
    }
}

impl From<String> for Words {
    fn from(text: String) -> Self {
        Self::from(text.as_str())
    }
}

impl PartialEq for Words {
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Form::None, Form::None) => true,
            (Form::Plain(own), Form::Plain(their)) => own == their,
            (
                Form::Sealed { commitment, .. },
                Form::Sealed {
                    commitment: their, ..
                },
            ) => commitment == their,
            _ => false,
        }
    }
}

impl Eq for Words {}

/// The text, or that it is gone.
impl fmt::Display for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.text().unwrap_or("〔文字已删除 text erased〕"))
    }
}

impl Canon for Words {
    fn write(&self, to: &mut Writer) {
        self.cell().write(to);
    }
    fn read(from: &mut Reader<'_>) -> Result<Self, CanonError> {
        String::read(from).map(Self::from_cell)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use super::*;
    use domain::canon::{decode, encode};

    #[test]
    fn a_record_holds_the_commitment_and_never_the_text() {
        for hash in [Hash::Sha256, Hash::Sm3] {
            let words = Words::from(" 张某某，电话 138 ").sealed(hash, [7; SALT_BYTES]);
            assert_eq!(words.text(), Some("张某某，电话 138"));
            let bytes = encode(&words);
            assert!(!String::from_utf8_lossy(&bytes).contains("张某某"));
            let read: Words = decode(&bytes).unwrap();
            assert_eq!((read.text(), &read), (None, &words));
            assert_eq!(
                read.commitment(),
                Some(words.opening().unwrap().commitment(hash))
            );
            let mut opened = read.clone();
            opened.open_with(|_| words.opening().cloned());
            assert_eq!(opened.text(), words.text());
            assert_eq!(opened.closed().to_string(), "〔文字已删除 text erased〕");
        }
    }

    #[test]
    fn the_same_text_looks_different_under_another_salt() {
        let text = || Words::from("资金不足");
        let (one, other) = (
            text().sealed(Hash::Sha256, [1; SALT_BYTES]),
            text().sealed(Hash::Sha256, [2; SALT_BYTES]),
        );
        assert_ne!(one, other);
        assert_eq!(one, one.clone().sealed(Hash::Sha256, [3; SALT_BYTES]));
    }

    #[test]
    fn old_records_keep_their_texts_and_blank_ones_have_none() {
        for text in ["", "账号有误", "commitment:", "commitment:zzz"] {
            let bytes = encode(&text.to_owned());
            let words: Words = decode(&bytes).unwrap();
            assert_eq!((words.text(), encode(&words)), (Some(text), bytes));
        }
        assert!(Words::from(" \n").is_blank());
        assert!(
            Words::default()
                .sealed(Hash::Sha256, [0; SALT_BYTES])
                .is_blank()
        );
    }

    #[test]
    fn an_opening_survives_its_text_form() {
        let opening = Opening {
            salt: [9; SALT_BYTES],
            text: "多行\n文字 text".into(),
        };
        assert_eq!(Opening::from_words(&opening.to_words()), Some(opening));
        assert_eq!(Opening::from_words("AA== AA=="), None);
    }
}
