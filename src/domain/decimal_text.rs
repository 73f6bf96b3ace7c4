//! How exact decimals are written: digits, one point at most, a minus sign in front.

/// The parts of a written decimal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DecimalText<'a> {
    /// Whether a minus sign stands in front.
    pub negative: bool,
    /// The digits before the point; at least one.
    pub whole: &'a str,
    /// The digits after it; empty without a point.
    pub decimals: &'a str,
}

impl<'a> DecimalText<'a> {
    /// Splits `-12.50`; `None` for anything that is written otherwise: `.5`, `5.`, `+1`, `1e3`.
    pub fn split(text: &'a str) -> Option<Self> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, decimals) = digits.split_once('.').unwrap_or((digits, ""));
        let plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        let dangling = digits.contains('.') && decimals.is_empty();
        let sound = !whole.is_empty() && !dangling && plain(whole) && plain(decimals);
        sound.then_some(Self {
            negative,
            whole,
            decimals,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_decimals_are_split() {
        let parts = |text| {
            DecimalText::split(text).map(|found| (found.negative, found.whole, found.decimals))
        };
        assert_eq!(parts("-12.50"), Some((true, "12", "50")));
        assert_eq!(parts("7"), Some((false, "7", "")));
        for text in ["", "-", ".5", "5.", "+1", "1e3", "1.2.3", "--1", "１", " 1"] {
            assert_eq!(parts(text), None, "{text}");
        }
    }
}
