//! Texts of formulas by type and unit. Every piece is bracketed where it needs to be.

mod aggregates;
mod conditions;
mod days;
mod verbs;

use super::facts::COLUMNS;
use super::{Level, Random};
use crate::exact::{Exact, MAX_SCALE};
use crate::schema::{Type, Unit};

/// A number in the making.
#[derive(Clone, Debug)]
struct Piece {
    text: String,
    /// Its decimals; `None` for an exact fraction.
    scale: Option<u8>,
    /// Whether it is made of literals only and has no unit of its own.
    literal: bool,
}

impl Piece {
    fn new(text: impl Into<String>, scale: Option<u8>) -> Self {
        Self {
            text: text.into(),
            scale,
            literal: false,
        }
    }
}

/// Writes formulas. `room` is how deep a piece may still nest.
pub(super) struct Writer<'r> {
    random: &'r mut Random,
    level: Level,
    /// Whether the piece is compared with the group, so that it may not compare again.
    compared: bool,
}

impl<'r> Writer<'r> {
    pub(super) const fn new(random: &'r mut Random, level: Level) -> Self {
        Self {
            random,
            level,
            compared: false,
        }
    }

    /// A formula of a type that its level may give.
    pub(super) fn formula(&mut self, room: usize) -> String {
        match (self.level, self.random.below(100)) {
            (_, 0..=54) | (Level::Subject, 55..=74) => {
                let unit = self.unit();
                self.number(unit, room).text
            }
            (Level::Row, 55..=62) => self.date(room),
            (Level::Row, 63..=70) => self.words(room),
            _ => self.condition(room),
        }
    }

    fn unit(&mut self) -> Unit {
        self.random.pick(&Unit::ALL).copied().unwrap_or(Unit::None)
    }

    fn any_number(&mut self, room: usize) -> Piece {
        let unit = self.unit();
        self.number(unit, room)
    }

    /// Runs `body` inside an aggregate.
    fn in_rows<T>(&mut self, body: impl FnOnce(&mut Self) -> T) -> T {
        let level = std::mem::replace(&mut self.level, Level::Row);
        let result = body(self);
        self.level = level;
        result
    }

    /// A column of the type that rows have, or may lack.
    fn column(
        &mut self,
        fits: impl Fn(Type) -> bool,
        optional: bool,
    ) -> Option<(&'static str, u8)> {
        let fitting: Vec<_> = COLUMNS
            .iter()
            .filter(|(_, ty, lacks)| fits(*ty) && *lacks == optional)
            .collect();
        let (name, ty, _) = self.random.pick(&fitting)?;
        let scale = match ty {
            Type::Number { scale, .. } => *scale,
            _ => 0,
        };
        Some((name, scale))
    }

    fn number(&mut self, unit: Unit, room: usize) -> Piece {
        let Some(room) = room.checked_sub(1) else {
            return self.number_leaf(unit);
        };
        match self.random.below(16) {
            0..=2 => self.sum(unit, room),
            3 | 4 => self.product(unit, room),
            5 | 6 => self.rounded_quotient(unit, room),
            7 => self.extreme(unit, room),
            8 => {
                let piece = self.number(unit, room);
                let sign = self.random.pick(&["ABS", "-", "+"]).copied();
                let sign = sign.unwrap_or_default();
                let text = format!("({sign}({}))", piece.text);
                Piece { text, ..piece }
            }
            9 | 10 => self.rounded(unit, room),
            11..=13 => self.choice(unit, room),
            _ => self.particular(unit, room),
        }
    }

    fn sum(&mut self, unit: Unit, room: usize) -> Piece {
        let (a, b) = (self.number(unit, room), self.number(unit, room));
        let sign = self.random.pick(&["+", "-"]).copied().unwrap_or("+");
        Piece {
            text: format!("({} {sign} {})", a.text, b.text),
            scale: wider(&a, &b),
            literal: a.literal && b.literal,
        }
    }

    fn product(&mut self, unit: Unit, room: usize) -> Piece {
        let factors: &[Unit] = match unit {
            Unit::None => &[Unit::None],
            Unit::Ratio => &[Unit::None, Unit::Ratio],
            _ => &[Unit::None, Unit::Ratio, Unit::Count],
        };
        let factor = self.random.pick(factors).copied().unwrap_or(Unit::None);
        let (mut a, mut b) = (self.number(factor, room), self.number(unit, room));
        if !a.literal && b.literal {
            b = self.typed(unit, 0); // a plain product would take the unit of the factor
        }
        let fits = |a: &Piece, b: &Piece| match (a.scale, b.scale) {
            (Some(a), Some(b)) => a + b <= MAX_SCALE,
            _ => true,
        };
        if !fits(&a, &b) {
            (a, b) = (round_to(a, 4), round_to(b, 4));
        }
        Piece {
            text: format!("({} * {})", a.text, b.text),
            scale: a.scale.zip(b.scale).map(|(a, b)| a + b),
            literal: a.literal && b.literal,
        }
    }

    /// `a / b` with the unit wanted: dividend and divisor.
    fn operands(&mut self, unit: Unit, room: usize) -> (Piece, Piece) {
        let divisors: &[Unit] = match unit {
            Unit::None => &[Unit::Ratio, Unit::Count],
            Unit::Count => &[Unit::None, Unit::Ratio],
            _ => &[Unit::None, Unit::Ratio, Unit::Count],
        };
        if unit == Unit::Ratio && self.random.chance(60) {
            let same = self.unit();
            return (self.typed(same, room), self.divisor(same, room));
        }
        let by = self.random.pick(divisors).copied().unwrap_or(Unit::Ratio);
        let by = if unit == Unit::Ratio && by == Unit::Ratio {
            Unit::None
        } else {
            by
        };
        (self.typed(unit, room), self.divisor(by, room))
    }

    /// A number that is rarely zero.
    fn divisor(&mut self, unit: Unit, room: usize) -> Piece {
        match self.random.below(10) {
            0..=4 => parameter(unit),
            5..=7 => {
                let piece = self.typed(unit, room);
                let text = format!("GREATEST({}, 1)", piece.text);
                Piece { text, ..piece }
            }
            _ => self.typed(unit, room),
        }
    }

    fn rounded_quotient(&mut self, unit: Unit, room: usize) -> Piece {
        let (a, b) = self.operands(unit, room);
        let scale = self.decimals();
        match self.random.below(8) {
            0 => Piece::new(format!("FLOOR({} / {})", a.text, b.text), Some(0)),
            1 => Piece::new(format!("CEIL({} / {})", a.text, b.text), Some(0)),
            _ => Piece::new(
                format!("round({} / {}, {scale})", a.text, b.text),
                Some(scale),
            ),
        }
    }

    fn decimals(&mut self) -> u8 {
        u8::try_from(self.random.below(7)).unwrap_or(0)
    }

    fn rounded(&mut self, unit: Unit, room: usize) -> Piece {
        let piece = self.number(unit, room);
        let scale = self.decimals();
        match self.random.below(6) {
            0 => Piece {
                text: format!("FLOOR({})", piece.text),
                scale: Some(0),
                ..piece
            },
            1 => Piece {
                text: format!("CEIL({})", piece.text),
                scale: Some(0),
                ..piece
            },
            2 => Piece {
                text: format!("ROUND({})", piece.text),
                scale: Some(0),
                ..piece
            },
            _ => round_to(piece, scale),
        }
    }

    fn extreme(&mut self, unit: Unit, room: usize) -> Piece {
        let mut all = vec![self.number(unit, room)];
        for _ in 0..self.random.below(3) {
            all.push(self.number(unit, room));
        }
        let name = self.random.pick(&["LEAST", "GREATEST"]).copied();
        let texts: Vec<&str> = all.iter().map(|piece| piece.text.as_str()).collect();
        Piece {
            text: format!("{}({})", name.unwrap_or("LEAST"), texts.join(", ")),
            scale: all
                .iter()
                .try_fold(0, |most, piece| Some(piece.scale?.max(most))),
            literal: all.iter().all(|piece| piece.literal),
        }
    }

    /// CASE of numbers.
    fn choice(&mut self, unit: Unit, room: usize) -> Piece {
        let optional = |ty| matches!(ty, Type::Number { unit: own, .. } if own == unit);
        if self.level == Level::Row
            && self.random.chance(25)
            && let Some((name, scale)) = self.column(optional, true)
        {
            // What a test shows to be present may be used without a default.
            let (a, b) = (Piece::new(name, Some(scale)), self.number(unit, room));
            let text = if self.random.chance(50) {
                format!("CASE WHEN {name} IS NULL THEN {} ELSE {name} END", b.text)
            } else {
                format!(
                    "CASE WHEN {name} IS NOT NULL THEN {name} ELSE {} END",
                    b.text
                )
            };
            return Piece::new(text, wider(&a, &b));
        }
        let (a, b) = (self.number(unit, room), self.number(unit, room));
        let text = self.case(room, &a.text, &b.text);
        Piece {
            text,
            scale: wider(&a, &b),
            literal: a.literal && b.literal,
        }
    }

    /// What only some units have: fractions, tables, spans of days.
    fn particular(&mut self, unit: Unit, room: usize) -> Piece {
        match unit {
            Unit::Ratio => {
                let same = self.unit();
                let (a, b) = (self.typed(same, room), self.divisor(same, room));
                Piece::new(format!("ratio({}, {})", a.text, b.text), None)
            }
            Unit::None => {
                let input = self.any_number(room).text;
                let text = if self.random.chance(50) {
                    format!("t_grade({input})")
                } else {
                    format!("band({input}, t_grade)")
                };
                Piece::new(text, Some(2))
            }
            Unit::Points => Piece::new(format!("t_violation({})", self.words(room)), Some(1)),
            Unit::Cny => {
                let (day, code) = (self.date(room), self.words(room));
                Piece::new(format!("t_season({day}, {code})"), Some(2))
            }
            Unit::Days => self.span(room),
            Unit::Count | Unit::Percent => self.number_leaf(unit),
        }
    }

    /// A number with a unit of its own.
    fn typed(&mut self, unit: Unit, room: usize) -> Piece {
        let piece = self.number(unit, room);
        if piece.literal {
            return parameter(unit);
        }
        piece
    }

    fn number_leaf(&mut self, unit: Unit) -> Piece {
        match self.random.below(10) {
            0 | 1 => self.literal(),
            2 => parameter(unit),
            3 | 4 if self.level == Level::Subject => self.beside_aggregates(unit),
            _ if self.level == Level::Subject => self.aggregate(unit),
            3 | 4 => self.defaulted(unit),
            _ => self.plain(unit),
        }
    }

    fn plain(&mut self, unit: Unit) -> Piece {
        let fits = |ty| matches!(ty, Type::Number { unit: own, .. } if own == unit);
        match self.column(fits, false) {
            Some((name, scale)) => Piece::new(name, Some(scale)),
            None => parameter(unit),
        }
    }

    fn defaulted(&mut self, unit: Unit) -> Piece {
        let fits = |ty| matches!(ty, Type::Number { unit: own, .. } if own == unit);
        let Some((name, scale)) = self.column(fits, true) else {
            return self.plain(unit);
        };
        let fallback = self.literal();
        let column = Piece::new(name, Some(scale));
        let text = format!("default({name}, {})", fallback.text);
        Piece::new(text, wider(&column, &fallback))
    }

    fn literal(&mut self) -> Piece {
        let scale = u8::try_from(self.random.below(4)).unwrap_or(0);
        let mantissa = match self.random.below(60) {
            0 => self.random.between(1, i64::MAX),
            1..=20 => self.random.between(0, 9),
            _ => self.random.between(0, 99_999),
        };
        let mantissa = i128::from(mantissa);
        let text = Exact { mantissa, scale }.to_string();
        let text = if self.random.chance(25) {
            format!("(-{text})")
        } else {
            text
        };
        Piece {
            text,
            scale: Some(scale),
            literal: true,
        }
    }
}

/// The larger of two scales; none when one is a fraction.
fn wider(a: &Piece, b: &Piece) -> Option<u8> {
    a.scale.zip(b.scale).map(|(a, b)| a.max(b))
}

fn round_to(piece: Piece, scale: u8) -> Piece {
    Piece {
        text: format!("ROUND({}, {scale})", piece.text),
        scale: Some(piece.scale.map_or(scale, |own| own.min(scale))),
        ..piece
    }
}

/// The number, rounded if it is a fraction.
fn scaled(piece: Piece) -> Piece {
    if piece.scale.is_none() {
        return round_to(piece, 4);
    }
    piece
}

fn parameter(unit: Unit) -> Piece {
    let scale = match unit {
        Unit::None | Unit::Cny => 2,
        Unit::Count | Unit::Days => 0,
        Unit::Points | Unit::Percent => 1,
        Unit::Ratio => 3,
    };
    Piece::new(format!("p_{}", unit.name()), Some(scale))
}
