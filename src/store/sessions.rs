//! Sessions of signed-in users. Only the hash of a token is stored: who reads the database cannot
//! sign in with what is found there.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use crate::cells;
use crate::conn::AnyConn;
use crate::error::StoreError;
use crate::schema::sessions;
use crate::users::{self, User, UserId};

/// A session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// SHA-256 of the token in the cookie, lower-case hex.
    pub token_hash: String,
    /// Whose it is.
    pub user: UserId,
    /// Since when, UTC.
    pub created_at: NaiveDateTime,
    /// Until when, UTC.
    pub expires_at: NaiveDateTime,
    /// The token that forms must carry.
    pub csrf: String,
}

/// Opens a session.
pub fn open(conn: &mut AnyConn, session: &Session) -> Result<(), StoreError> {
    diesel::insert_into(sessions::table)
        .values((
            sessions::token_hash.eq(session.token_hash.as_str()),
            sessions::user_id.eq(session.user.get()),
            sessions::created_at.eq(cells::instant(session.created_at)),
            sessions::expires_at.eq(cells::instant(session.expires_at)),
            sessions::csrf.eq(session.csrf.as_str()),
        ))
        .execute(conn)?;
    Ok(())
}

/// The session of a token hash and its user; `None` when it has expired, was closed, or the user
/// is disabled.
pub fn find(
    conn: &mut AnyConn,
    token_hash: &str,
    now: NaiveDateTime,
) -> Result<Option<(Session, User)>, StoreError> {
    let found: Option<(String, i64, NaiveDateTime, NaiveDateTime, String)> = sessions::table
        .find(token_hash)
        .filter(sessions::expires_at.gt(cells::instant(now)))
        .first(conn)
        .optional()?;
    let Some((token_hash, user_id, created_at, expires_at, csrf)) = found else {
        return Ok(None);
    };
    let Some(user) = users::enabled(conn, user_id)? else {
        return Ok(None);
    };
    let session = Session {
        token_hash,
        user: user.id,
        created_at,
        expires_at,
        csrf,
    };
    Ok(Some((session, user)))
}

/// Closes a session; closing one that is not there is no error.
pub fn close(conn: &mut AnyConn, token_hash: &str) -> Result<(), StoreError> {
    diesel::delete(sessions::table.find(token_hash)).execute(conn)?;
    Ok(())
}

/// Closes all sessions of a user, as after a change of password.
pub fn close_all(conn: &mut AnyConn, user: UserId) -> Result<usize, StoreError> {
    Ok(diesel::delete(sessions::table.filter(sessions::user_id.eq(user.get()))).execute(conn)?)
}

/// Removes sessions that have expired; how many.
pub fn remove_expired(conn: &mut AnyConn, now: NaiveDateTime) -> Result<usize, StoreError> {
    let expired = sessions::table.filter(sessions::expires_at.le(cells::instant(now)));
    Ok(diesel::delete(expired).execute(conn)?)
}
