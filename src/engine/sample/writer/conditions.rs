//! Conditions, choices and texts.

use super::super::Level;
use super::super::facts::TEXTS;
use super::{Piece, Writer};
use crate::schema::Type;

impl Writer<'_> {
    pub(super) fn condition(&mut self, room: usize) -> String {
        let Some(room) = room.checked_sub(1) else {
            return self.simple_condition();
        };
        match self.random.below(14) {
            0 | 1 => {
                let (a, b) = (self.condition(room), self.condition(room));
                format!("({a} AND {b})")
            }
            2 | 3 => {
                let (a, b) = (self.condition(room), self.condition(room));
                format!("({a} OR {b})")
            }
            4 => format!("(NOT {})", self.condition(room)),
            5 => {
                let (a, b) = (self.condition(room), self.condition(room));
                self.case(room, &a, &b)
            }
            6 => {
                let (a, b) = (self.condition(room), self.condition(room));
                format!("({a} = {b})")
            }
            7 | 8 => self.compared(room),
            9 => self.between(room),
            10 => self.one_of(room),
            11 | 12 => self.shown_present(),
            _ => self.simple_condition(),
        }
    }

    fn simple_condition(&mut self) -> String {
        if self.level == Level::Subject {
            return self.compared(0);
        }
        match self.random.below(10) {
            0 => "ok".into(),
            1 => "(NOT ok)".into(),
            2 => "default(checked, FALSE)".into(),
            3 => self.one_of(0),
            4 => self.shown_present(),
            5 => format!("is_workday({})", self.date(0)),
            6 => "TRUE".into(),
            _ => self.compared(0),
        }
    }

    fn operator(&mut self) -> &'static str {
        let all = ["=", "<>", "!=", "<", "<=", ">", ">="];
        self.random.pick(&all).copied().unwrap_or("=")
    }

    fn compared(&mut self, room: usize) -> String {
        match self.random.below(8) {
            0 => {
                let (a, b) = (self.words(room), self.words(room));
                let sign = self.random.pick(&["=", "<>"]).copied().unwrap_or("=");
                format!("({a} {sign} {b})")
            }
            1 | 2 => {
                let (a, b) = (self.date(room), self.date(room));
                format!("({a} {} {b})", self.operator())
            }
            _ => {
                let unit = self.unit();
                let (a, b) = (self.number(unit, room), self.number(unit, room));
                format!("({} {} {})", a.text, self.operator(), b.text)
            }
        }
    }

    fn between(&mut self, room: usize) -> String {
        let (value, low, high) = if self.random.chance(40) {
            (self.date(room), self.date(0), self.date(0))
        } else {
            let unit = self.unit();
            let mut part = |room| self.number(unit, room).text;
            (part(room), part(0), part(0))
        };
        let not = if self.random.chance(25) { " NOT" } else { "" };
        format!("({value}{not} BETWEEN {low} AND {high})")
    }

    fn one_of(&mut self, room: usize) -> String {
        let count = 1 + self.random.below(3);
        let kind = self.random.below(3);
        let value = match kind {
            0 => self.words(room),
            1 => self.date(room),
            _ => self.any_number(room).text,
        };
        let list: Vec<String> = (0..count)
            .map(|_| match kind {
                0 => self.word(),
                1 => self.day_literal(),
                _ => self.literal().text,
            })
            .collect();
        let not = if self.random.chance(30) { " NOT" } else { "" };
        format!("({value}{not} IN ({}))", list.join(", "))
    }

    /// A test for a value, alone or guarding its use.
    fn shown_present(&mut self) -> String {
        if self.level == Level::Subject {
            let unit = self.unit();
            let argument = self.in_rows(|writer| writer.plain(unit).text);
            let not = if self.random.chance(50) { " NOT" } else { "" };
            return format!("(MAX({argument}) IS{not} NULL)");
        }
        let is_number = |ty| matches!(ty, Type::Number { .. });
        let name = self
            .column(is_number, true)
            .map_or("seen", |(name, _)| name);
        match self.random.below(6) {
            0 => format!("({name} IS NULL)"),
            1 => format!("({name} IS NOT NULL AND {name} > 3)"),
            2 => format!("({name} IS NULL OR {name} BETWEEN 0 AND 5)"),
            3 => "(note IS NOT NULL AND note = code)".into(),
            4 => format!("(done IS NOT NULL AND done {} day)", self.operator()),
            _ => "(checked IS NULL OR checked)".into(),
        }
    }

    /// A CASE of two results.
    pub(super) fn case(&mut self, room: usize, a: &str, b: &str) -> String {
        match self.random.below(6) {
            0 => {
                let (operand, one, two) = (self.words(room), self.word(), self.word());
                format!("CASE {operand} WHEN {one} THEN {a} WHEN {two} THEN {b} ELSE {a} END")
            }
            1 => {
                let unit = self.unit();
                let operand = self.number(unit, room).text;
                let one = self.number(unit, 0).text;
                format!("CASE {operand} WHEN {one} THEN {a} ELSE {b} END")
            }
            2 => {
                let (one, two) = (self.condition(room), self.condition(0));
                format!("CASE WHEN {one} THEN {a} WHEN {two} THEN {b} ELSE {a} END")
            }
            _ => format!("CASE WHEN {} THEN {a} ELSE {b} END", self.condition(room)),
        }
    }

    fn word(&mut self) -> String {
        let text = self.random.pick(&TEXTS).copied().unwrap_or_default();
        format!("'{}'", text.replace('\'', "''"))
    }

    /// A text.
    pub(super) fn words(&mut self, room: usize) -> String {
        if let Some(room) = room.checked_sub(1) {
            match self.random.below(6) {
                0 => {
                    let (a, b) = (self.words(room), self.words(room));
                    return self.case(room, &a, &b);
                }
                1 => {
                    let Piece { text, .. } = self.any_number(room);
                    return format!("t_label({text}, {})", self.condition(room));
                }
                _ => {}
            }
        }
        if self.level == Level::Subject {
            return self.word();
        }
        match self.random.below(6) {
            0 => self.word(),
            1 => format!("default(note, {})", self.word()),
            2 => "other".into(),
            _ => "code".into(),
        }
    }
}
