//! Texts in the books: which commitments there are, and what was erased. The texts themselves are
//! never here.

use super::Books;
use crate::command::Action;
use crate::digest::Digest;
use crate::event::Body;
use crate::words::Words;

/// What became of a text that a record has a commitment to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// It stands beside the records.
    Standing,
    /// It was erased by a decision.
    Erased,
}

impl Books {
    /// What became of a text; `None` when no record has a commitment to it.
    pub fn told(&self, commitment: &Digest) -> Option<Told> {
        self.told.get(commitment).copied()
    }

    /// All texts that records have a commitment to, in order of the commitments.
    pub fn texts(&self) -> impl Iterator<Item = (&Digest, Told)> {
        self.told
            .iter()
            .map(|(commitment, told)| (commitment, *told))
    }

    /// What was written the first time the same was asked: a text that is repeated word for word is
    /// given no other salt, so that asking twice is asking once.
    pub fn written_before(&self, action: &Action) -> Option<&Words> {
        match action {
            Action::ProposeOrder { order, .. } => Some(&self.order(&order.id)?.order.reason),
            Action::DecideClaim { claim, .. } => Some(&self.claim(claim)?.reason),
            Action::EndAppeal { appeal, .. } => Some(&self.appeal(appeal)?.ruling.as_ref()?.reason),
            _ => None,
        }
    }

    /// Notes the text of a record that was taken.
    pub(super) fn note_words(&mut self, body: &Body) {
        if let Some(commitment) = body.words().and_then(Words::commitment) {
            self.told.entry(commitment).or_insert(Told::Standing);
        }
    }

    pub(super) fn apply_erased(&mut self, commitment: Digest) -> Result<(), &'static str> {
        if self.told(&commitment) != Some(Told::Standing) {
            return Err("删除的文字 erased text");
        }
        self.told.insert(commitment, Told::Erased);
        Ok(())
    }
}
