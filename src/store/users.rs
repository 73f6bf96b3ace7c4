//! Users: who may sign in, and as what.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use domain::DepartmentId;

use crate::cells;
use crate::conn::AnyConn;
use crate::error::StoreError;
use crate::schema::users;

/// The number of a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UserId(i64);

impl UserId {
    /// The number.
    pub const fn get(self) -> i64 {
        self.0
    }

    pub(crate) const fn read(cell: i64) -> Self {
        Self(cell)
    }
}

/// What is known of a user besides the number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// Login, unique.
    pub login: String,
    /// Name shown.
    pub display_name: String,
    /// Role, by the stable English name that the use cases give it.
    pub role: String,
    /// The department a liaison speaks for.
    pub department: Option<DepartmentId>,
    /// Password hash in PHC form; never the password.
    pub password_hash: String,
}

/// A user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Number.
    pub id: UserId,
    /// What is known.
    pub profile: Profile,
    /// Since when the user may not sign in, UTC.
    pub disabled_at: Option<NaiveDateTime>,
}

#[derive(Insertable, Queryable, Selectable, AsChangeset)]
#[diesel(table_name = users, treat_none_as_default_value = false, treat_none_as_null = true)]
struct UserRow {
    login: String,
    display_name: String,
    role: String,
    department_id: Option<String>,
    password_hash: String,
    disabled_at: Option<NaiveDateTime>,
}

impl UserRow {
    fn of(profile: &Profile, disabled_at: Option<NaiveDateTime>) -> Self {
        Self {
            login: cells::text(&profile.login),
            display_name: cells::text(&profile.display_name),
            role: profile.role.clone(),
            department_id: profile.department.as_ref().map(ToString::to_string),
            password_hash: profile.password_hash.clone(),
            disabled_at: disabled_at.map(cells::instant),
        }
    }

    fn read(self, id: i64) -> User {
        User {
            id: UserId::read(id),
            profile: Profile {
                login: self.login,
                display_name: self.display_name,
                role: self.role,
                department: self.department_id.as_deref().map(DepartmentId::from),
                password_hash: self.password_hash,
            },
            disabled_at: self.disabled_at,
        }
    }
}

/// Adds a user; a [`StoreError::Conflict`] when the login is taken.
pub fn add(conn: &mut AnyConn, profile: &Profile) -> Result<UserId, StoreError> {
    let id: i64 = diesel::insert_into(users::table)
        .values(UserRow::of(profile, None))
        .returning(users::id)
        .get_result(conn)?;
    Ok(UserId::read(id))
}

/// Replaces what is stored of a user.
pub fn update(conn: &mut AnyConn, user: &User) -> Result<(), StoreError> {
    let touched = diesel::update(users::table.find(user.id.get()))
        .set(UserRow::of(&user.profile, user.disabled_at))
        .execute(conn)?;
    if touched == 1 {
        Ok(())
    } else {
        Err(StoreError::NotFound {
            what: "用户",
            key: user.profile.login.clone(),
        })
    }
}

/// The user of a login, disabled or not.
pub fn find(conn: &mut AnyConn, login: &str) -> Result<Option<User>, StoreError> {
    let found: Option<(i64, UserRow)> = users::table
        .filter(users::login.eq(login))
        .select((users::id, UserRow::as_select()))
        .first(conn)
        .optional()?;
    Ok(found.map(|(id, row)| row.read(id)))
}

/// All users by login.
pub fn list(conn: &mut AnyConn) -> Result<Vec<User>, StoreError> {
    let rows: Vec<(i64, UserRow)> = users::table
        .order(users::login)
        .select((users::id, UserRow::as_select()))
        .load(conn)?;
    Ok(rows.into_iter().map(|(id, row)| row.read(id)).collect())
}

/// The user of a number, unless disabled.
pub(crate) fn enabled(conn: &mut AnyConn, id: i64) -> Result<Option<User>, StoreError> {
    let found: Option<UserRow> = users::table
        .find(id)
        .filter(users::disabled_at.is_null())
        .select(UserRow::as_select())
        .first(conn)
        .optional()?;
    Ok(found.map(|row| row.read(id)))
}
