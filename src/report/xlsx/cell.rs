//! Cells, and what keeps text from being taken for a formula.

use chrono::NaiveDate;
use domain::Fen;

/// One cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// Nothing.
    Blank,
    /// Text.
    Text(String),
    /// A count.
    Count(u64),
    /// Decimal text shown as a number.
    Score(String),
    /// Signed decimal text shown as a number.
    Change(String),
    /// An amount, shown in yuan.
    Yuan(Fen),
    /// A business date.
    Day(NaiveDate),
}

impl Cell {
    /// A text.
    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// A score; «—» when there is none.
    pub(crate) fn score(score: Option<&String>) -> Self {
        score.map_or(Self::text("—"), |score| Self::Score(score.clone()))
    }

    /// A signed change; «—» when there is none.
    pub(crate) fn change(change: Option<&String>) -> Self {
        change.map_or(Self::text("—"), |change| Self::Change(change.clone()))
    }

    /// How wide it shows, in narrow characters.
    pub(crate) fn width(&self) -> usize {
        match self {
            Self::Blank => 0,
            Self::Text(text) => shown_width(text),
            Self::Count(count) => count.to_string().len() * 4 / 3,
            Self::Score(text) | Self::Change(text) => text.len() + 1,
            Self::Yuan(amount) => amount.to_string().len(),
            Self::Day(_) => 10,
        }
    }
}

/// Width of text in narrow characters: everything beyond Latin counts double.
pub(crate) fn shown_width(text: &str) -> usize {
    text.chars()
        .map(|letter| if letter < '\u{1100}' { 1 } else { 2 })
        .sum()
}

/// The text with an apostrophe in front where a spreadsheet, now or after a save as CSV, could take
/// it for a formula. A plain signed quantity such as «+2 个» or «-1.5%» is left alone.
pub fn neutralised(text: &str) -> String {
    let body =
        text.trim_start_matches(|letter: char| letter.is_whitespace() || letter.is_control());
    let risky = body.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠'])
        || text.starts_with(['\t', '\r', '\n']);
    if risky && !is_quantity(text) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

/// A sign, digits, and at most a unit in ideographs.
fn is_quantity(text: &str) -> bool {
    let Some(rest) = text.strip_prefix(['+', '-']) else {
        return false;
    };
    let unit = rest
        .trim_start_matches(|letter: char| letter.is_ascii_digit() || matches!(letter, '.' | ','));
    rest.starts_with(|letter: char| letter.is_ascii_digit())
        && unit
            .chars()
            .all(|letter| matches!(letter, ' ' | '%' | '\u{4e00}'..='\u{9fff}'))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn t23_risky_text_is_quoted_and_quantities_are_not() {
        for (text, expected) in [
            ("=1+1", "'=1+1"),
            ("  =1+1", "'  =1+1"),
            ("＝１", "'＝１"),
            ("@a", "'@a"),
            ("\t=a", "'\t=a"),
            ("-2+3", "'-2+3"),
            ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
            ("+2 个", "+2 个"),
            ("-1.5%", "-1.5%"),
            ("+1.2 个百分点", "+1.2 个百分点"),
            ("-", "'-"),
            ("郑州市=", "郑州市="),
            ("", ""),
        ] {
            assert_eq!(neutralised(text), expected);
        }
    }

    proptest! {
        #[test]
        fn t23_nothing_that_starts_a_formula_survives(lead in "[ \t\r\n]{0,3}[=@＝＠]", rest in ".*") {
            let text = neutralised(&format!("{lead}{rest}"));
            prop_assert!(text.starts_with('\''));
        }

        #[test]
        fn ordinary_text_is_left_alone(text in "[a-z一-龥0-9（）：]{0,20}") {
            prop_assert_eq!(neutralised(&text), text);
        }
    }

    #[test]
    fn ideographs_are_twice_as_wide() {
        assert_eq!(shown_width("郑州A1"), 6);
    }
}
