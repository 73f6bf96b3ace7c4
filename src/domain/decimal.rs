//! Exact decimals of four places: what people and platforms report as numbers.

use std::fmt;
use std::str::FromStr;

/// An exact number from zero up with at most four decimals, in ten-thousandths.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Decimal4(i64);

/// A text that is not such a number.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("“{text}”不是最多四位小数的非负数 (not a number from zero up with at most four decimals)")]
pub struct NotDecimal4 {
    /// The text as found.
    pub text: String,
}

impl Decimal4 {
    /// Places after the point.
    pub const SCALE: u8 = 4;
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// Numbers stay below it, so that every consumer of JSON and CSV reads them exactly.
    const BOUND: i64 = 1 << 53;

    /// So many ten-thousandths; `None` below zero and beyond what every consumer reads exactly.
    pub const fn from_units(units: i64) -> Option<Self> {
        if units >= 0 && units < Self::BOUND {
            Some(Self(units))
        } else {
            None
        }
    }

    /// A whole number.
    pub const fn whole(number: u32) -> Self {
        Self(number as i64 * 10_000)
    }

    /// The number of ten-thousandths.
    pub const fn units(self) -> i64 {
        self.0
    }
}

impl fmt::Display for Decimal4 {
    /// Without trailing zeros: `7.5`, `12`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, rest) = (self.0 / 10_000, self.0 % 10_000);
        if rest == 0 {
            return f.pad(&whole.to_string());
        }
        let decimals = format!("{rest:04}");
        f.pad(&format!("{whole}.{}", decimals.trim_end_matches('0')))
    }
}

impl FromStr for Decimal4 {
    type Err = NotDecimal4;

    /// Digits (commas between groups allowed), at most four decimals but for zeros.
    fn from_str(text: &str) -> Result<Self, NotDecimal4> {
        let fault = || NotDecimal4 {
            text: text.to_owned(),
        };
        let body = text.trim();
        let (whole, decimals) = body.split_once('.').unwrap_or((body, ""));
        let (whole, decimals) = (whole.replace(',', ""), decimals.trim_end_matches('0'));
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        let dangling = body.ends_with('.');
        if whole.is_empty()
            || dangling
            || !digits(&whole)
            || !digits(decimals)
            || decimals.len() > 4
        {
            return Err(fault());
        }
        let units = format!("{whole}{decimals:0<4}").parse().ok();
        units.and_then(Self::from_units).ok_or_else(fault)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_exactly_and_written_shortest() {
        for (text, shown) in [
            ("0", "0"),
            ("7.50", "7.5"),
            ("1,234.0001", "1234.0001"),
            ("0.10000", "0.1"),
            ("900719925474.0991", "900719925474.0991"),
        ] {
            let read: Decimal4 = text.parse().unwrap();
            assert_eq!(read.to_string(), shown);
            assert_eq!(read.to_string().parse(), Ok(read));
        }
        for text in [
            "",
            ".5",
            "5.",
            "-1",
            "+1",
            "1e3",
            "1.2.3",
            "0.00001",
            "９",
            "900719925474.0992",
        ] {
            assert!(text.parse::<Decimal4>().is_err(), "{text}");
        }
    }
}
