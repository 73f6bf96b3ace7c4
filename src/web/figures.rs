//! Numbers as pages show them: parts of a whole for bars and shades, signed changes, sizes. Decimal
//! text stays text; whole-number arithmetic only.

use app::model::{RankRow, SheetAxis, SheetIndicator};

use crate::words::Words;

/// Decimals that arithmetic on shown numbers keeps.
const SCALE: usize = 4;

/// The decimal text in units of 10^−4; `None` for what is not a number or is too long.
fn units(text: &str) -> Option<i64> {
    let (negative, body) = match text.strip_prefix(['-', '−']) {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, fraction) = body.split_once('.').unwrap_or((body, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || whole.len() > 12 || !digits(whole) || !digits(fraction) {
        return None;
    }
    let kept: String = fraction.chars().chain("0000".chars()).take(SCALE).collect();
    let number: i64 = format!("{whole}{kept}").parse().ok()?;
    Some(if negative { -number } else { number })
}

/// How much of the whole, 0–100, for the length of a bar.
pub fn percent(part: &str, whole: &str) -> u8 {
    let (Some(part), Some(whole)) = (units(part), units(whole)) else {
        return 0;
    };
    if whole <= 0 {
        return 0;
    }
    u8::try_from((i128::from(part) * 100 / i128::from(whole)).clamp(0, 100)).unwrap_or(0)
}

/// One of five shades, 1 (least) to 5, for a score of so many points.
pub fn shade(part: &str, whole: &str) -> u8 {
    match percent(part, whole) {
        0..60 => 1,
        60..70 => 2,
        70..80 => 3,
        80..90 => 4,
        _ => 5,
    }
}

/// A change: what to show, its class, and what a screen reader says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Text with an arrow or sign.
    pub text: String,
    /// Style class: `up`, `down` or `same`.
    pub class: &'static str,
    /// Word for those who do not see the arrow; empty when the text says it.
    pub spoken: &'static str,
}

impl Change {
    fn none() -> Self {
        Self {
            text: "—".to_owned(),
            class: "same",
            spoken: "",
        }
    }

    /// A change of places: positive is better.
    pub fn of_rank(places: Option<i32>, t: &Words) -> Self {
        match places {
            None | Some(0) => Self::none(),
            Some(won) if won > 0 => Self {
                text: format!("▲{won}"),
                class: "up",
                spoken: t.places_won,
            },
            Some(lost) => Self {
                text: format!("▼{}", lost.unsigned_abs()),
                class: "down",
                spoken: t.places_lost,
            },
        }
    }

    /// A signed change of a score.
    pub fn of_score(text: Option<&str>) -> Self {
        let Some(text) = text else {
            return Self::none();
        };
        let class = match units(text) {
            Some(0) | None => "same",
            Some(number) if number > 0 => "up",
            Some(_) => "down",
        };
        Self {
            text: text.to_owned(),
            class,
            spoken: "",
        }
    }
}

/// What a template asks of a place in a ranking.
pub trait RankView {
    /// Length of the score's bar; the total is out of 100 points.
    fn bar(&self) -> u8;
    /// Places won or lost.
    fn moved(&self, t: &Words) -> Change;
    /// Points won or lost.
    fn gained(&self) -> Change;
}

impl RankView for RankRow {
    fn bar(&self) -> u8 {
        percent(&self.total, "100")
    }

    fn moved(&self, t: &Words) -> Change {
        Change::of_rank(self.change_rank, t)
    }

    fn gained(&self) -> Change {
        Change::of_score(self.change_total.as_deref())
    }
}

/// What a template asks of an axis.
pub trait AxisView {
    /// Length of the score's bar.
    fn bar(&self) -> u8;
    /// Place of the group's average on the bar, when there is one.
    fn average_at(&self) -> Option<u8>;
}

impl AxisView for SheetAxis {
    fn bar(&self) -> u8 {
        self.score
            .as_deref()
            .map_or(0, |score| percent(score, &self.points))
    }

    fn average_at(&self) -> Option<u8> {
        self.group_average
            .as_deref()
            .map(|average| percent(average, &self.points).min(98))
    }
}

/// What a template asks of an indicator.
pub trait IndicatorView {
    /// Length of the score's bar.
    fn bar(&self) -> u8;
}

impl IndicatorView for SheetIndicator {
    fn bar(&self) -> u8 {
        self.score
            .as_deref()
            .map_or(0, |score| percent(score, &self.points_max))
    }
}

/// For bars that carry no mark.
pub const fn no_mark() -> Option<u8> {
    None
}

/// The size of a file, for people: KB of 1,024 bytes, rounded up.
pub fn size(bytes: u64) -> String {
    const KIB: u64 = 1024;
    match bytes {
        0..KIB => format!("{bytes} B"),
        KIB..1_048_576 => format!("{} KB", bytes.div_ceil(KIB)),
        _ => {
            let tenths = bytes.saturating_mul(10).div_ceil(KIB * KIB);
            format!("{}.{} MB", tenths / 10, tenths % 10)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_stay_in_their_frame() {
        for (part, whole, shown) in [
            ("27.40", "30", 91),
            ("0", "30", 0),
            ("-2", "30", 0),
            ("31", "30", 100),
            ("1", "0", 0),
            ("不适用", "30", 0),
            ("99999999999999999999", "1", 0),
            ("", "", 0),
        ] {
            assert_eq!(percent(part, whole), shown, "{part}/{whole}");
        }
    }

    #[test]
    fn shades_follow_the_grades() {
        assert_eq!(
            [59, 60, 79, 89, 90].map(|n| shade(&n.to_string(), "100")),
            [1, 2, 3, 4, 5]
        );
    }

    #[test]
    fn changes_name_their_direction() {
        assert_eq!(Change::of_score(Some("-0.80")).class, "down");
        assert_eq!(Change::of_score(Some("+1.2")).class, "up");
        assert_eq!(Change::of_score(Some("0.00")).class, "same");
        let t = Words::of(crate::lang::Lang::Zh);
        assert_eq!(Change::of_rank(Some(-3), t).text, "▼3");
        assert_eq!(Change::of_rank(None, t).text, "—");
    }

    #[test]
    fn sizes_round_up() {
        assert_eq!(size(1023), "1023 B");
        assert_eq!(size(1025), "2 KB");
        assert_eq!(size(2_621_440), "2.5 MB");
    }
}
