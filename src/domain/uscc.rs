//! The check of unified social credit codes (GB 32100-2015).

/// The 31 characters of the code, in the order of their values: no I, O, S, V, Z.
pub const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

/// What the check of a code finds. A wrong check character is a warning only: codes that were
/// registered with one exist, and refusing them would refuse a real department.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UsccCheck {
    /// Well formed and the check character agrees.
    Valid,
    /// Well formed, but the check character should be the one given.
    WrongCheckCharacter {
        /// What GB 32100 asks for in place 18.
        expected: char,
    },
    /// Not eighteen characters of the alphabet.
    Malformed,
}

/// The check character of the first seventeen characters, if they are of the alphabet.
pub fn check_character(first_17: &str) -> Option<char> {
    if first_17.len() != 17 {
        return None;
    }
    let mut sum = 0_usize;
    let mut weight = 1_usize;
    for byte in first_17.bytes() {
        let value = ALPHABET.iter().position(|letter| *letter == byte)?;
        sum += value * weight;
        weight = weight * 3 % 31;
    }
    ALPHABET
        .get((31 - sum % 31) % 31)
        .map(|byte| char::from(*byte))
}

/// Checks a code; lower-case letters must be folded by the caller before.
pub fn check(code: &str) -> UsccCheck {
    if code.len() != 18 || !code.bytes().all(|byte| ALPHABET.contains(&byte)) {
        return UsccCheck::Malformed;
    }
    let (first_17, last) = code.split_at(17);
    match check_character(first_17) {
        Some(expected) if last.starts_with(expected) => UsccCheck::Valid,
        Some(expected) => UsccCheck::WrongCheckCharacter { expected },
        None => UsccCheck::Malformed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t24_published_codes() {
        assert_eq!(check("11441700007280420Y"), UsccCheck::Valid);
        assert_eq!(check("52100000500000784G"), UsccCheck::Valid);
        let expected = UsccCheck::WrongCheckCharacter { expected: '2' };
        assert_eq!(check("91110108MA01YBNX6A"), expected);
        assert_eq!(check("91350213M0001Q7Q47"), expected);
        assert_eq!(check("1144170000728042"), UsccCheck::Malformed);
        assert_eq!(check("11441700007280420y"), UsccCheck::Malformed);
    }
}
