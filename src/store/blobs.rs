//! Bytes by their digest: frozen facts and assessments, compressed by the caller.

use diesel::prelude::*;
use domain::canon::sha256_hex;

use crate::conn::AnyConn;
use crate::each_backend;
use crate::error::StoreError;
use crate::schema::blobs;

/// Keeps bytes under the digest of what they stand for (the content before compression, as the
/// caller hashed it). Bytes that are kept already stay as they are.
pub fn put(conn: &mut AnyConn, sha256: &str, bytes: &[u8]) -> Result<(), StoreError> {
    each_backend!(conn, |c| diesel::insert_into(blobs::table)
        .values((blobs::sha256.eq(sha256), blobs::bytes.eq(bytes)))
        .on_conflict(blobs::sha256)
        .do_nothing()
        .execute(c))?;
    Ok(())
}

/// Keeps bytes under their own digest, which is returned.
pub fn put_plain(conn: &mut AnyConn, bytes: &[u8]) -> Result<String, StoreError> {
    let sha256 = sha256_hex(bytes);
    put(conn, &sha256, bytes)?;
    Ok(sha256)
}

/// The bytes kept under a digest.
pub fn get(conn: &mut AnyConn, sha256: &str) -> Result<Vec<u8>, StoreError> {
    blobs::table
        .find(sha256)
        .select(blobs::bytes)
        .first(conn)
        .optional()?
        .ok_or_else(|| StoreError::NotFound {
            what: "冻结数据",
            key: sha256.to_owned(),
        })
}
