//! From decimal text to a place on the page. Floats live here and in the charts only: they place
//! marks, they decide nothing.

/// The number that a decimal text stands for, to place a mark; `None` when it is not a number.
pub(crate) fn mark(text: &str) -> Option<f64> {
    text.trim()
        .parse::<f64>()
        .ok()
        .filter(|value| value.is_finite())
}

/// The nearest whole pixel, within the range of a page.
#[expect(
    clippy::cast_possible_truncation,
    reason = "clamped to a range that i32 holds"
)]
pub(crate) fn px(value: f64) -> i32 {
    value.clamp(-1e6, 1e6).round() as i32
}

/// A count as a pixel number; counts beyond any page saturate.
pub(crate) fn count(value: usize) -> i32 {
    i32::try_from(value).unwrap_or(1_000_000)
}

/// A weight or an amount as a length; loses digits that no page can show.
#[expect(
    clippy::cast_precision_loss,
    reason = "a mark needs no more than 53 bits"
)]
pub(crate) fn length(value: u64) -> f64 {
    value as f64
}

/// A scale from values to pixels.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scale {
    low: f64,
    high: f64,
    start: i32,
    end: i32,
}

impl Scale {
    /// Maps `low..=high` to `start..=end` (either may run backwards).
    pub(crate) fn new((low, high): (f64, f64), (start, end): (i32, i32)) -> Self {
        let high = if high > low { high } else { low + 1.0 };
        Self {
            low,
            high,
            start,
            end,
        }
    }

    /// The pixel of a value; values beyond the scale stop at its ends.
    pub(crate) fn at(self, value: f64) -> i32 {
        let share = ((value - self.low) / (self.high - self.low)).clamp(0.0, 1.0);
        self.start + px(share * f64::from(self.end - self.start))
    }
}

/// Round numbers that span `low..=high` in at most about `steps` steps, for the grid of an axis.
pub(crate) fn ticks(low: f64, high: f64, steps: f64) -> Vec<f64> {
    let span = (high - low).max(f64::EPSILON);
    let raw = span / steps.max(1.0);
    let power = 10f64.powf(raw.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|unit| unit * power)
        .find(|step| *step >= raw)
        .unwrap_or(power * 10.0);
    let first = (low / step).floor();
    let last = (high / step).ceil();
    (0..=px(last - first))
        .map(|index| (first + f64::from(index)) * step)
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use super::*;

    #[test]
    fn only_numbers_become_marks() {
        assert_eq!(mark(" 89.95 "), Some(89.95));
        for text in ["", "不适用", "NaN", "inf", "1,000"] {
            assert_eq!(mark(text), None, "{text}");
        }
    }

    #[test]
    fn ticks_are_round_and_cover_the_range() {
        assert_eq!(ticks(0.0, 100.0, 5.0), [0.0, 20.0, 40.0, 60.0, 80.0, 100.0]);
        let found = ticks(71.3, 88.9, 6.0);
        assert!(*found.first().unwrap() <= 71.3 && *found.last().unwrap() >= 88.9);
        assert!(found.len() <= 8, "{found:?}");
    }

    #[test]
    fn a_scale_never_leaves_its_ends() {
        let scale = Scale::new((0.0, 100.0), (10, 110));
        assert_eq!(
            [scale.at(-5.0), scale.at(50.0), scale.at(1e9)],
            [10, 60, 110]
        );
        assert_eq!(Scale::new((3.0, 3.0), (0, 9)).at(3.0), 0);
    }
}
