//! Rounding of exact quotients: always with a named mode, never a library default.

/// How a quotient becomes a whole number of units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rounding {
    /// 四舍五入: to nearest, halves away from zero (PostgreSQL's `round(numeric)`).
    HalfUp,
    /// To nearest, halves to even (GB/T 8170).
    HalfEven,
    /// Toward zero.
    Down,
    /// Away from zero.
    Up,
    /// Toward negative infinity.
    Floor,
    /// Toward positive infinity.
    Ceil,
}

impl Rounding {
    /// All modes.
    pub const ALL: [Self; 6] = [
        Self::HalfUp,
        Self::HalfEven,
        Self::Down,
        Self::Up,
        Self::Floor,
        Self::Ceil,
    ];

    /// The mode by its name in a rule pack.
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "half_up" => Self::HalfUp,
            "half_even" => Self::HalfEven,
            "down" => Self::Down,
            "up" => Self::Up,
            "floor" => Self::Floor,
            "ceil" => Self::Ceil,
            _ => return None,
        })
    }

    /// Its name in a rule pack.
    pub const fn name(self) -> &'static str {
        match self {
            Self::HalfUp => "half_up",
            Self::HalfEven => "half_even",
            Self::Down => "down",
            Self::Up => "up",
            Self::Floor => "floor",
            Self::Ceil => "ceil",
        }
    }
}

/// `numerator / denominator` rounded to a whole number. `None` for a zero denominator or overflow.
#[inline]
pub fn div_round(numerator: i128, denominator: i128, mode: Rounding) -> Option<i128> {
    let quotient = numerator.checked_div(denominator)?;
    let remainder = numerator.checked_rem(denominator)?;
    if remainder == 0 {
        return Some(quotient);
    }
    let negative = (numerator < 0) != (denominator < 0);
    let away = if negative { -1 } else { 1 };
    // Compare |remainder| with |denominator| - |remainder|: the midpoint without doubling.
    let rest = remainder.unsigned_abs();
    let half = rest.cmp(&(denominator.unsigned_abs() - rest));
    let bump = match mode {
        Rounding::HalfUp => half.is_ge(),
        Rounding::HalfEven => half.is_gt() || (half.is_eq() && quotient % 2 != 0),
        Rounding::Down => false,
        Rounding::Up => true,
        Rounding::Floor => negative,
        Rounding::Ceil => !negative,
    };
    if bump {
        quotient.checked_add(away)
    } else {
        Some(quotient)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_by_the_named_mode() {
        use Rounding::{Ceil, Down, Floor, HalfEven, HalfUp, Up};
        for (n, d, expected) in [
            (5, 2, [3, 2, 2, 3, 2, 3]),
            (-5, 2, [-3, -2, -2, -3, -3, -2]),
            (7, 2, [4, 4, 3, 4, 3, 4]),
            (1, 3, [0, 0, 0, 1, 0, 1]),
            (-1, 3, [0, 0, 0, -1, -1, 0]),
            (6, 3, [2, 2, 2, 2, 2, 2]),
        ] {
            let got = [HalfUp, HalfEven, Down, Up, Floor, Ceil].map(|m| div_round(n, d, m));
            assert_eq!(got, expected.map(Some), "{n}/{d}");
        }
        assert_eq!(div_round(1, 0, HalfUp), None);
        assert_eq!(div_round(i128::MIN, -1, HalfUp), None);
    }
}
