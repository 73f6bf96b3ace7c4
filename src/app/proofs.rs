//! What a department is handed to check the ledger alone: bundles of statements, certificates, and
//! checkpoints with the signatures of witnesses.

use domain::{DepartmentId, Period};
use ledger::{Books, Keyring, Trust, WitnessKey};
use store::ledger::BundleOrder;

use crate::App;
use crate::error::Error;

/// A checkpoint and who cosigned it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cosigned {
    /// How many records it holds.
    pub records: u64,
    /// The names of the witnesses.
    pub witnesses: Vec<String>,
}

impl App {
    /// The bundle of a department's statement, proved to extend the checkpoint `since`, a note, if
    /// there is one. Where witnesses cosigned a checkpoint that holds it all, it is proved under that.
    pub fn statement_bundle(
        &self,
        department: &DepartmentId,
        (from, to): (Period, Period),
        since: Option<&str>,
    ) -> Result<String, Error> {
        let books = self.books()?;
        let keyring = self.keyring(&books)?;
        let kept = since.map(|note| keyring.open(note)).transpose()?;
        let kept = kept.as_ref().map(|(_, signed)| signed);
        self.store().read(|conn| {
            let closed = store::ledger::close_of(conn, to)?;
            let kept_size = kept.map_or(0, |kept| kept.checkpoint().size);
            let wanted = closed.map(|seq| seq.max(kept_size));
            let cosigned = store::ledger::newest_cosigned(conn)?;
            let size = match (wanted, cosigned) {
                (Some(wanted), Some(cosigned)) if cosigned >= wanted => cosigned,
                _ => books.records(),
            };
            let note = store::ledger::cosigned_note(conn, size)?.unwrap_or_default();
            let order = BundleOrder {
                department,
                from,
                to,
                charter: books.charter(),
                signed: &keyring.open(&note)?.1,
                kept,
            };
            Ok(store::ledger::statement_bundle(conn, &order)?.to_text())
        })
    }

    /// The certificates of the ledger's keys, oldest first.
    pub fn certificates(&self) -> Result<Vec<String>, Error> {
        let books = self.books()?;
        let certified = books.charter().certified().iter();
        Ok(certified.map(|own| own.note.clone()).collect())
    }

    /// Keeps a witness's signature under one of our checkpoints; the checkpoint's size. `note` is the
    /// checkpoint as the witness sent it back.
    pub fn keep_cosignature(&self, note: &str, witness: &str) -> Result<u64, Error> {
        let witness: WitnessKey = witness.parse()?;
        let (_, signed) = self.keyring(&self.books()?)?.open(note)?;
        self.store().write(|conn| {
            store::ledger::keep_cosignature(conn, &signed, &witness).map_err(Error::from)
        })?;
        Ok(signed.checkpoint().size)
    }

    /// The newest checkpoint with the signatures of its witnesses; none while the ledger is empty.
    pub fn cosigned_checkpoint(&self) -> Result<Option<String>, Error> {
        self.store().read(|conn| {
            let size = store::ledger::record_count(conn)?;
            store::ledger::cosigned_note(conn, size).map_err(Error::from)
        })
    }

    /// Who cosigned the newest checkpoint that anybody cosigned; `None` while nobody has.
    pub fn cosigned(&self) -> Result<Option<Cosigned>, Error> {
        self.store().read(|conn| {
            let Some(records) = store::ledger::newest_cosigned(conn)? else {
                return Ok(None);
            };
            let witnesses = store::ledger::cosigners(conn, records)?;
            Ok(Some(Cosigned { records, witnesses }))
        })
    }

    /// The proof that a checkpoint, the newest by default, extends an older one.
    pub fn consistency(&self, since: &str) -> Result<String, Error> {
        let books = self.books()?;
        let (_, kept) = self.keyring(&books)?.open(since)?;
        let leaves = self
            .store()
            .read(|conn| store::ledger::leaf_hashes(conn).map_err(Error::from))?;
        let (old, new) = (kept.checkpoint().size, books.records());
        Ok(ledger::ConsistencyProof::new(books.hash(), &leaves, old, new)?.to_text())
    }

    /// The keys of our own checkpoints.
    fn keyring(&self, books: &Books) -> Result<Keyring, Error> {
        let charter = books.charter();
        let trust = match charter.root() {
            Some(root) => Trust::Root(root.clone()),
            None => Trust::Key(self.signer().verifier_key()),
        };
        Ok(trust.keyring(charter.certified().iter().map(|own| &own.note))?)
    }
}
