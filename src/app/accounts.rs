//! People: who they are, how they sign in, how long they stay signed in.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Duration, Utc};
use domain::DepartmentId;

use crate::App;
use crate::error::Error;
use crate::password;
use crate::role::{Role, User};

/// How long a session lasts.
const SESSION_HOURS: i64 = 8;
/// Failed sign-ins of one login that are let through within the window.
const FAILURES_MAX: usize = 5;
/// The window in which failures are counted.
const FAILURE_WINDOW_MINUTES: i64 = 15;
/// Logins whose failures are remembered; beyond it the oldest are forgotten, so that nobody can
/// fill the memory with names.
const LOGINS_REMEMBERED_MAX: usize = 10_000;

/// Recent failures by login.
#[derive(Default)]
pub struct Failures {
    by_login: Mutex<BTreeMap<String, Vec<DateTime<Utc>>>>,
}

impl Failures {
    /// Refuses a login that failed too often of late.
    fn check(&self, login: &str, now: DateTime<Utc>) -> Result<(), Error> {
        let since = now - Duration::minutes(FAILURE_WINDOW_MINUTES);
        let mut by_login = self.by_login.lock().unwrap_or_else(PoisonError::into_inner);
        by_login.retain(|_, times| times.iter().any(|time| *time > since));
        let recent = by_login.get(login).map_or(0, |times| {
            times.iter().filter(|time| **time > since).count()
        });
        if recent >= FAILURES_MAX {
            return Err(Error::TooManyAttempts {
                minutes: FAILURE_WINDOW_MINUTES,
            });
        }
        Ok(())
    }

    fn record(&self, login: &str, now: DateTime<Utc>) {
        let mut by_login = self.by_login.lock().unwrap_or_else(PoisonError::into_inner);
        if by_login.len() >= LOGINS_REMEMBERED_MAX {
            by_login.pop_first();
        }
        by_login.entry(login.to_owned()).or_default().push(now);
    }

    fn forget(&self, login: &str) {
        self.by_login
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(login);
    }
}

/// A new session.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// The secret for the cookie.
    pub token: String,
    /// The secret for forms.
    pub csrf: String,
    /// When the session ends.
    pub expires_at: DateTime<Utc>,
    /// Who signed in.
    pub user: User,
}

/// A running session.
#[derive(Clone, Debug)]
pub struct Session {
    /// Who it is.
    pub user: User,
    /// The secret for forms.
    pub csrf: String,
}

impl App {
    /// Adds a person.
    pub fn add_user(
        &self,
        login: &str,
        display_name: &str,
        role: Role,
        department: Option<&DepartmentId>,
        password: &str,
    ) -> Result<User, Error> {
        check_login(login)?;
        match (role, department) {
            (Role::Department, None) => {
                let reason = "联络员必须指明部门代码 (a liaison needs a department)".to_owned();
                return Err(Error::BadInput {
                    what: "部门",
                    reason,
                });
            }
            (Role::Department, Some(id)) => {
                let registry = self.store().read(store::registry::registry)?;
                if registry.get(id).is_none() {
                    return Err(Error::NotFound {
                        what: "部门",
                        key: id.to_string(),
                    });
                }
            }
            (_, Some(_)) => {
                let reason = "只有联络员属于某一部门 (only liaisons have one)".to_owned();
                return Err(Error::BadInput {
                    what: "部门",
                    reason,
                });
            }
            (_, None) => {}
        }
        let user = User {
            login: login.to_owned(),
            display_name: display_name.to_owned(),
            role,
            department: department.cloned(),
        };
        let hash = password::hash(password)?;
        let profile = store::users::Profile {
            login: user.login.clone(),
            display_name: user.display_name.clone(),
            role: role.name().to_owned(),
            department: user.department.clone(),
            password_hash: hash,
        };
        self.store().write(|conn| {
            store::users::add(conn, &profile)?;
            Ok::<_, Error>(())
        })?;
        Ok(user)
    }

    /// The person of a login; disabled ones are not found.
    pub fn user(&self, login: &str) -> Result<User, Error> {
        let found = self
            .store()
            .read(|conn| store::users::find(conn, login).map_err(Error::from))?;
        found
            .filter(|row| row.disabled_at.is_none())
            .and_then(|row| user_of(&row))
            .ok_or_else(|| Error::NotFound {
                what: "用户",
                key: login.to_owned(),
            })
    }

    /// Signs in. Wrong login and wrong password look and take the same.
    pub fn sign_in(&self, login: &str, password: &str) -> Result<SignedIn, Error> {
        let now = self.clock().now();
        let login = login.trim();
        self.inner.sign_in_failures.check(login, now)?;
        let found = self
            .store()
            .read(|conn| store::users::find(conn, login).map_err(Error::from))?;
        let active = found.filter(|row| row.disabled_at.is_none());
        let hash = active
            .as_ref()
            .map(|row| row.profile.password_hash.as_str());
        if !password::verify(password, hash) {
            self.inner.sign_in_failures.record(login, now);
            return Err(Error::SignInFailed);
        }
        let row = active.ok_or(Error::SignInFailed)?;
        let user = user_of(&row).ok_or(Error::SignInFailed)?;
        self.inner.sign_in_failures.forget(login);
        let token = password::token()?;
        let csrf = password::token()?;
        let expires_at = now + Duration::hours(SESSION_HOURS);
        let session = store::sessions::Session {
            token_hash: password::token_hash(&token),
            user: row.id,
            created_at: now.naive_utc(),
            expires_at: expires_at.naive_utc(),
            csrf: csrf.clone(),
        };
        self.store().write(|conn| {
            store::sessions::remove_expired(conn, now.naive_utc())?;
            store::sessions::open(conn, &session)?;
            Ok::<_, Error>(())
        })?;
        Ok(SignedIn {
            token,
            csrf,
            expires_at,
            user,
        })
    }

    /// The session of a token, while it lasts and the person is not disabled.
    pub fn session(&self, token: &str) -> Result<Option<Session>, Error> {
        let now = self.clock().now().naive_utc();
        let hash = password::token_hash(token);
        let found = self
            .store()
            .read(|conn| store::sessions::find(conn, &hash, now).map_err(Error::from))?;
        Ok(found.and_then(|(session, row)| {
            let user = user_of(&row).filter(|_| row.disabled_at.is_none())?;
            Some(Session {
                user,
                csrf: session.csrf,
            })
        }))
    }

    /// Ends a session; one that is over already is no error.
    pub fn sign_out(&self, token: &str) -> Result<(), Error> {
        let hash = password::token_hash(token);
        self.store()
            .write(|conn| store::sessions::close(conn, &hash).map_err(Error::from))
    }
}

fn user_of(row: &store::users::User) -> Option<User> {
    let profile = &row.profile;
    Some(User {
        login: profile.login.clone(),
        display_name: profile.display_name.clone(),
        role: Role::from_name(&profile.role)?,
        department: profile.department.clone(),
    })
}

fn check_login(login: &str) -> Result<(), Error> {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_.".contains(c);
    if (2..=64).contains(&login.len()) && login.chars().all(fits) {
        return Ok(());
    }
    let reason = format!("“{login}”应为 2 至 64 个小写字母、数字或 - _ . (2–64 of a-z 0-9 - _ .)");
    Err(Error::BadInput {
        what: "登录名",
        reason,
    })
}
