//! Database URLs: what `sqlite:PATH`, a plain path and `postgres://…` name.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::error::StoreError;

/// Where a database is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// A PostgreSQL server.
    Postgres {
        /// The URL as libpq reads it.
        url: String,
        /// The URL without its password, for messages.
        shown: String,
    },
    /// A SQLite file.
    Sqlite {
        /// Path of the file.
        path: PathBuf,
    },
}

impl Target {
    /// Reads a URL. A scheme that is not known is an error rather than a file of that name.
    pub(crate) fn parse(url: &str) -> Result<Self, StoreError> {
        let url = url.trim();
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Self::Postgres {
                url: url.to_owned(),
                shown: without_password(url),
            });
        }
        let path = match url.split_once(':') {
            Some(("sqlite", path)) => path.strip_prefix("//").unwrap_or(path),
            Some((scheme, _)) if is_scheme(scheme) => {
                return Err(StoreError::UnknownScheme {
                    scheme: scheme.to_owned(),
                });
            }
            _ => url,
        };
        if path.is_empty() {
            return Err(StoreError::EmptyUrl);
        }
        Ok(Self::Sqlite { path: path.into() })
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Postgres { shown, .. } => f.write_str(shown),
            Self::Sqlite { path } => path.display().fmt(f),
        }
    }
}

/// A letter followed by letters, digits, `+`, `-`, `.`; at least two, as `C:` is a drive.
fn is_scheme(text: &str) -> bool {
    text.len() > 1
        && text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || "+-.".contains(letter))
}

/// The URL with a password before `@`, and every parameter, left out.
fn without_password(url: &str) -> String {
    let url = url.split_once('?').map_or(url, |(before, _)| before);
    let Some((scheme, rest)) = url.split_once("://") else {
        return url.to_owned();
    };
    match rest.rsplit_once('@') {
        Some((user, host)) => {
            let name = user.split_once(':').map_or(user, |(name, _)| name);
            format!("{scheme}://{name}@{host}")
        }
        None => url.to_owned(),
    }
}

/// The SQLite URI that opens the file and never creates it: without `mode=rw`, SQLite would answer
/// a mistyped path with a new, empty database.
pub(crate) fn sqlite_uri(path: &Path) -> String {
    let path = path.to_string_lossy();
    let mut uri = String::from("file:");
    for letter in path.chars() {
        match letter {
            '%' => uri.push_str("%25"),
            '?' => uri.push_str("%3f"),
            '#' => uri.push_str("%23"),
            other => uri.push(other),
        }
    }
    uri.push_str("?mode=rw");
    uri
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use super::*;

    #[test]
    fn urls_are_read_by_scheme() {
        let file = |path: &str| Target::Sqlite { path: path.into() };
        for (url, target) in [
            ("sqlite:data/hx.db", file("data/hx.db")),
            ("sqlite:///srv/hx.db", file("/srv/hx.db")),
            ("data/hx.db", file("data/hx.db")),
            ("C:/hx.db", file("C:/hx.db")),
            (" /srv/数据.db ", file("/srv/数据.db")),
        ] {
            assert_eq!(Target::parse(url).unwrap(), target, "{url}");
        }
        assert!(matches!(
            Target::parse("mysql://localhost/hx"),
            Err(StoreError::UnknownScheme { scheme }) if scheme == "mysql"
        ));
        for url in ["", "sqlite:", "  "] {
            assert!(matches!(Target::parse(url), Err(StoreError::EmptyUrl)));
        }
    }

    #[test]
    fn a_password_is_never_shown() {
        let target = Target::parse("postgres://hx:s3cret@db:5432/hx?password=s3cret").unwrap();
        assert_eq!(target.to_string(), "postgres://hx@db:5432/hx");
    }

    #[test]
    fn odd_letters_of_a_path_survive_the_uri() {
        assert_eq!(
            sqlite_uri(Path::new("/a?b#c%d.db")),
            "file:/a%3fb%23c%25d.db?mode=rw"
        );
    }
}
