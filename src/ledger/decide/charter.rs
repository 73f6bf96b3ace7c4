//! Founding a ledger and certifying its keys.

use super::Batch;
use crate::charter::CharterChange;
use crate::command::Role;
use crate::digest::{Digest, Hash};
use crate::event::Body;
use crate::note::VerifierKey;
use crate::rejection::Rejection;

/// Founds the ledger. One that was founded with the same hash stays as it is, whatever the dice say
/// now.
pub(super) fn found(batch: &mut Batch, hash: Hash, blinding: Digest) -> Result<(), Rejection> {
    batch.require(&[Role::System], "立账")?;
    let charter = batch.books.charter();
    if charter.is_founded() && charter.hash() == hash {
        return Ok(());
    }
    change(batch, CharterChange::Founded { hash, blinding })
}

/// Takes a key into use. The one in use stays as it is when it is certified once more by the very
/// same note.
pub(super) fn certify(
    batch: &mut Batch,
    root: &VerifierKey,
    certificate: &str,
) -> Result<(), Rejection> {
    batch.require(&[Role::System], "更换密钥")?;
    let last = batch.books.charter().certified().last();
    if last.is_some_and(|certified| certified.note == certificate) {
        return Ok(());
    }
    change(
        batch,
        CharterChange::Certified {
            root: root.to_string(),
            certificate: certificate.to_owned(),
        },
    )
}

fn change(batch: &mut Batch, change: CharterChange) -> Result<(), Rejection> {
    let seq = batch.books.records() + 1;
    let charter = batch.books.charter();
    if let Err(what) = charter.advance(seq, &change) {
        return Err(Rejection::CharterRefused { what });
    }
    batch.push(Body::Charter { change })
}
