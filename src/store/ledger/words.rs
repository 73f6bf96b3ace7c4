//! Free text beside the records: put behind a commitment on the way in, found again by it, erased.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use ledger::{Books, Command, Digest, Event, Hash, LedgerError, Opening, SALT_BYTES, Words};

use super::ExecuteError;
use super::schema::texts;
use crate::conn::AnyConn;
use crate::error::StoreError;
use crate::pool::Store;

/// Commitments that are looked up one by one; more than these are found by reading all texts.
const LOOKUPS_MAX: usize = 500;

/// The commands with what people wrote behind commitments. A text that the books have word for word
/// from the same asking keeps its salt.
pub(super) fn seal<'a>(
    conn: &mut AnyConn,
    books: &Books,
    commands: &'a [Command],
) -> Result<Cow<'a, [Command]>, ExecuteError> {
    let is_plain = |command: &Command| {
        let words = command.action.words();
        words.is_some_and(|words| !words.is_blank() && words.commitment().is_none())
    };
    if !commands.iter().any(is_plain) {
        return Ok(Cow::Borrowed(commands));
    }
    let mut sealed = commands.to_vec();
    for command in &mut sealed {
        let before = books.written_before(&command.action).cloned();
        let Some(words) = command.action.words_mut() else {
            continue;
        };
        let mut before = before.unwrap_or_default();
        open_words(conn, [&mut before])?;
        *words = if before.text() == words.text() {
            before
        } else {
            std::mem::take(words).sealed(books.hash(), salt()?)
        };
    }
    Ok(Cow::Owned(sealed))
}

fn salt() -> Result<[u8; SALT_BYTES], StoreError> {
    let mut salt = [0; SALT_BYTES];
    getrandom::fill(&mut salt).map_err(|_| StoreError::Randomness)?;
    Ok(salt)
}

/// Puts the texts into words, as far as they were not erased.
pub fn open_words<'a>(
    conn: &mut AnyConn,
    words: impl IntoIterator<Item = &'a mut Words>,
) -> Result<(), ExecuteError> {
    let closed = |words: &&'a mut Words| words.commitment().is_some() && words.opening().is_none();
    let mut words: Vec<&mut Words> = words.into_iter().filter(closed).collect();
    if words.is_empty() {
        return Ok(());
    }
    let wanted = words.iter().filter_map(|words| words.commitment());
    let openings = openings(conn, wanted.collect())?;
    for words in &mut words {
        words.open_with(|commitment| openings.get(commitment).cloned());
    }
    Ok(())
}

/// The same for what people wrote into events.
pub fn open_events(conn: &mut AnyConn, events: &mut [Event]) -> Result<(), ExecuteError> {
    // A look before the hand is put to it: few events have words at all.
    let written = events.iter_mut().filter(|event| {
        let words = event.body.words();
        words.is_some_and(|words| words.commitment().is_some())
    });
    open_words(conn, written.filter_map(|event| event.body.words_mut()))
}

/// The texts with their salts, each what its commitment stands for.
fn openings(
    conn: &mut AnyConn,
    wanted: Vec<Digest>,
) -> Result<BTreeMap<Digest, Arc<Opening>>, ExecuteError> {
    let all = texts::table.select((texts::commitment, texts::salt, texts::text));
    let rows: Vec<(Vec<u8>, Vec<u8>, String)> = if wanted.len() > LOOKUPS_MAX {
        all.load(conn)?
    } else {
        let cells: Vec<Vec<u8>> = wanted.iter().map(|own| own.as_bytes().to_vec()).collect();
        all.filter(texts::commitment.eq_any(cells)).load(conn)?
    };
    let found = rows.into_iter().map(|(commitment, salt, text)| {
        let opening = read(salt, text).zip(Digest::from_slice(&commitment));
        opening
            .filter(|(opening, commitment)| is_of(opening, commitment))
            .map(|(opening, commitment)| (commitment, Arc::new(opening)))
            .ok_or(ExecuteError::Damaged(LedgerError::Malformed {
                what: "文字与记录中的承诺不符 text of another commitment",
            }))
    });
    found.collect()
}

/// The opening of a row; `None` when the salt is none.
pub(super) fn read(salt: Vec<u8>, text: String) -> Option<Opening> {
    let salt = salt.try_into().ok()?;
    Some(Opening { salt, text })
}

/// Whether the text is the one of the commitment, under either hash.
pub(super) fn is_of(opening: &Opening, commitment: &Digest) -> bool {
    let mut hashes = [Hash::Sha256, Hash::Sm3].into_iter();
    hashes.any(|hash| opening.commitment(hash) == *commitment)
}

/// Has SQLite overwrite what this connection deletes from now on.
pub(super) fn leave_no_trace(conn: &mut AnyConn) -> Result<(), StoreError> {
    if let AnyConn::Sqlite(sqlite) = conn {
        sqlite.batch_execute("PRAGMA secure_delete = ON")?;
    }
    Ok(())
}

/// Rids the files of the database of what was erased: SQLite's log of changes, PostgreSQL's dead
/// rows. What backups hold is for those who keep them.
pub fn scrub(store: &Store) -> Result<(), StoreError> {
    store.upkeep(|conn| {
        match conn {
            // The answer is a row: whether it was in the way of others.
            AnyConn::Sqlite(sqlite) => {
                sqlite.batch_execute("PRAGMA wal_checkpoint(TRUNCATE)")?;
            }
            AnyConn::Pg(pg) => pg.batch_execute("VACUUM texts")?,
        }
        Ok(())
    })
}
