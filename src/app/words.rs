//! What people wrote into the ledger: shown where it stands, erased by a decision.

use ledger::{Action, Digest, Words};

use crate::App;
use crate::error::Error;
use crate::orders::office;
use crate::role::User;

impl App {
    /// Texts as people read them; of an erased one, that it is gone.
    pub(crate) fn told<'a>(
        &self,
        words: impl IntoIterator<Item = &'a Words>,
    ) -> Result<Vec<String>, Error> {
        let mut words: Vec<Words> = words.into_iter().cloned().collect();
        self.store()
            .read(|conn| store::ledger::open_words(conn, &mut words).map_err(Error::from))?;
        Ok(words.iter().map(Words::to_string).collect())
    }

    /// Erases what a person wrote into a record, by a decision whose number is given. The record, its
    /// hash and every receipt of it stay. Erased once, it stays erased; the answer is the commitment.
    pub fn erase_words(&self, user: &User, seq: u64, document: &str) -> Result<Digest, Error> {
        let event = self.store().read(|conn| store::ledger::event(conn, seq))?;
        let event = event.ok_or_else(|| Error::NotFound {
            what: "台账记录",
            key: seq.to_string(),
        })?;
        let words = event.body.words();
        let commitment = words.and_then(Words::commitment);
        let commitment = commitment.ok_or_else(|| Error::Conflict {
            reason: format!(
                "第 {seq} 号记录没有可删除的文字 (nothing was written into the record)"
            ),
        })?;
        let erase = Action::EraseWords {
            commitment,
            document: document.to_owned(),
        };
        self.post(office(user)?, vec![erase])?;
        store::ledger::scrub(self.store())?;
        Ok(commitment)
    }
}
