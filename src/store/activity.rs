//! The audit trail: who did what to which thing. Append-only, enforced by the database.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use crate::cells;
use crate::conn::AnyConn;
use crate::error::StoreError;
use crate::schema::activity;

/// One line of the trail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Activity {
    /// When, UTC.
    pub at: NaiveDateTime,
    /// Login of who did it, or the name of the scheduled task.
    pub actor: String,
    /// What was done, by stable English name.
    pub action: String,
    /// To what: a run, a file, a user.
    pub subject: String,
    /// More, for people.
    pub detail: String,
}

/// Adds a line; its number.
pub fn add(conn: &mut AnyConn, line: &Activity) -> Result<i64, StoreError> {
    Ok(diesel::insert_into(activity::table)
        .values((
            activity::at.eq(cells::instant(line.at)),
            activity::actor.eq(cells::text(&line.actor)),
            activity::action.eq(line.action.as_str()),
            activity::subject.eq(cells::text(&line.subject)),
            activity::detail.eq(cells::text(&line.detail)),
        ))
        .returning(activity::id)
        .get_result(conn)?)
}

/// The newest lines, the newest first; about one subject, or all.
pub fn list(
    conn: &mut AnyConn,
    subject: Option<&str>,
    limit: u32,
) -> Result<Vec<Activity>, StoreError> {
    let mut query = activity::table
        .select((
            activity::at,
            activity::actor,
            activity::action,
            activity::subject,
            activity::detail,
        ))
        .into_boxed::<crate::conn::MultiBackend>();
    if let Some(subject) = subject {
        query = query.filter(activity::subject.eq(subject));
    }
    let rows: Vec<(NaiveDateTime, String, String, String, String)> = query
        .order(activity::id.desc())
        .limit(i64::from(limit))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|(at, actor, action, subject, detail)| Activity {
            at,
            actor,
            action,
            subject,
            detail,
        })
        .collect())
}
