//! Money: whole fen, checked.

use std::fmt;
use std::iter::Sum;
use std::str::FromStr;

/// An amount of renminbi in fen (1/100 yuan). Never a float, never wraps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fen(i64);

/// What can go wrong with an amount.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// The text is not a decimal number of yuan with at most two decimals.
    #[error("“{text}”不是金额，应为最多两位小数的元数 (not an amount in yuan)")]
    NotAnAmount {
        /// The text as found.
        text: String,
    },
    /// The amount is beyond the bound of [`Fen::BOUND`].
    #[error("金额超出账簿上限 (amount out of range)")]
    OutOfRange,
}

impl Fen {
    /// No fen.
    pub const ZERO: Self = Self(0);
    /// Amounts stay within ±(2^53 − 1), so that every JSON and CSV consumer reads them exactly.
    pub const BOUND: i64 = (1 << 53) - 1;

    /// An amount of whole fen.
    pub const fn new(fen: i64) -> Self {
        Self(fen)
    }

    /// The number of fen.
    pub const fn get(self) -> i64 {
        self.0
    }

    /// An amount of whole yuan.
    pub fn from_yuan(yuan: i64) -> Option<Self> {
        yuan.checked_mul(100).map(Self)
    }

    /// Sum, `None` beyond [`Self::BOUND`].
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0
            .checked_add(other.0)
            .filter(|fen| fen.abs() <= Self::BOUND)
            .map(Self)
    }

    /// Difference, `None` beyond [`Self::BOUND`].
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.checked_add(Self(-other.0))
    }

    /// The opposite amount.
    #[must_use]
    pub const fn negated(self) -> Self {
        Self(-self.0)
    }

    /// Sum of many, `None` beyond [`Self::BOUND`].
    pub fn checked_sum(amounts: impl IntoIterator<Item = Self>) -> Option<Self> {
        let total: i128 = amounts.into_iter().map(|fen| i128::from(fen.0)).sum();
        i64::try_from(total)
            .ok()
            .filter(|fen| fen.abs() <= Self::BOUND)
            .map(Self)
    }

    /// «1234.56»: yuan with two decimals and no grouping, for files.
    pub fn to_plain(self) -> String {
        let sign = if self.0 < 0 { "-" } else { "" };
        let abs = self.0.unsigned_abs();
        format!("{sign}{}.{:02}", abs / 100, abs % 100)
    }
}

impl fmt::Display for Fen {
    /// «1,234.56»: yuan with grouping, for people.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = Self(self.0.saturating_abs()).to_plain();
        let (yuan, cents) = plain.split_once('.').unwrap_or((&plain, "00"));
        let mut text = String::new();
        for (index, digit) in yuan.chars().enumerate() {
            if index > 0 && (yuan.len() - index).is_multiple_of(3) {
                text.push(',');
            }
            text.push(digit);
        }
        let sign = if self.0 < 0 { "-" } else { "" };
        f.pad(&format!("{sign}{text}.{cents}"))
    }
}

impl FromStr for Fen {
    type Err = MoneyError;

    /// Reads yuan: an optional sign, digits (commas between groups allowed), at most two decimals.
    fn from_str(text: &str) -> Result<Self, MoneyError> {
        let fault = || MoneyError::NotAnAmount {
            text: text.to_owned(),
        };
        let body = text.trim();
        let (negative, body) = match body.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, body),
        };
        let (yuan, cents) = body.split_once('.').unwrap_or((body, ""));
        let yuan = yuan.replace(',', "");
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if yuan.is_empty() || !digits(&yuan) || !digits(cents) || cents.len() > 2 {
            return Err(fault());
        }
        let fen: i64 = format!("{yuan}{cents:0<2}")
            .parse()
            .map_err(|_| MoneyError::OutOfRange)?;
        if fen > Self::BOUND {
            return Err(MoneyError::OutOfRange);
        }
        Ok(Self(if negative { -fen } else { fen }))
    }
}

impl<'a> Sum<&'a Self> for Fen {
    /// For amounts whose total is known to be bounded; saturates rather than wraps.
    fn sum<I: Iterator<Item = &'a Self>>(iter: I) -> Self {
        Self(iter.fold(0, |total: i64, fen| total.saturating_add(fen.0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_writes_yuan() {
        for (text, fen, shown) in [
            ("0", 0, "0.00"),
            ("12", 1200, "12.00"),
            ("1,234,567.8", 123_456_780, "1,234,567.80"),
            ("-0.05", -5, "-0.05"),
        ] {
            let amount: Fen = text.parse().unwrap();
            assert_eq!((amount.get(), amount.to_string().as_str()), (fen, shown));
            assert_eq!(amount.to_plain().parse::<Fen>().unwrap(), amount);
        }
    }

    #[test]
    fn refuses_what_is_not_an_amount() {
        for text in [
            "",
            "-",
            "1.234",
            "1e3",
            "一百",
            "90071992547409.92",
            "99999999999999999999",
        ] {
            assert!(text.parse::<Fen>().is_err(), "{text}");
        }
    }
}
