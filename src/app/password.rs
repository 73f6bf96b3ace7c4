//! Passwords and tokens.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::canon::sha256_hex;

use crate::error::Error;

/// Shortest password accepted, in characters.
pub const LENGTH_MIN: usize = 10;

/// The Argon2id hash of a password, in PHC form.
pub fn hash(password: &str) -> Result<String, Error> {
    if password.chars().count() < LENGTH_MIN {
        let reason = format!("密码至少 {LENGTH_MIN} 个字符 (too short)");
        return Err(Error::BadInput {
            what: "密码",
            reason,
        });
    }
    Argon2::default()
        .hash_password(password.as_bytes())
        .map(|hash| hash.to_string())
        .map_err(|_| Error::Randomness)
}

/// Whether the password is the one of the hash. For an unknown login pass `None`: the work is done
/// all the same, so that the time tells nobody which logins exist.
pub fn verify(password: &str, hash: Option<&str>) -> bool {
    /// A hash of nothing anybody knows.
    const DECOY: &str = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA\
                         $Zm9yIHRpbWluZyBvbmx5LCBtYXRjaGVzIG5vdGhpbmc";
    let Ok(parsed) = PasswordHash::new(hash.unwrap_or(DECOY)) else {
        return false;
    };
    Argon2::default()
        .verify_password(password.as_bytes(), &parsed)
        .is_ok()
        && hash.is_some()
}

/// A new secret of 256 bits, for sessions and forms.
pub fn token() -> Result<String, Error> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes).map_err(|_| Error::Randomness)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// What the database keeps of a token: enough to recognise it, not to use it.
pub fn token_hash(token: &str) -> String {
    sha256_hex(token.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_verify_and_the_decoy_never_does() {
        let hash = hash("郑州市考核员2026").unwrap();
        assert!(verify("郑州市考核员2026", Some(&hash)));
        assert!(!verify("郑州市考核员2027", Some(&hash)));
        assert!(!verify("", None));
        assert!(super::hash("short").is_err());
        assert_ne!(token().unwrap(), token().unwrap());
    }
}
