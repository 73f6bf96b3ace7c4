//! Texts of aggregates.

use super::{Piece, Writer, scaled, wider};
use crate::schema::Unit;

impl Writer<'_> {
    pub(super) fn filter(&mut self) -> String {
        if self.random.chance(60) {
            return String::new();
        }
        let condition = self.in_rows(|writer| writer.condition(1));
        format!(" FILTER (WHERE {condition})")
    }

    pub(super) fn aggregate(&mut self, unit: Unit) -> Piece {
        let filter = self.filter();
        if unit == Unit::Count && self.random.chance(50) {
            if self.random.chance(50) {
                return Piece::new(format!("COUNT(*){filter}"), Some(0));
            }
            let keys = self.in_rows(Self::keys);
            return Piece::new(format!("COUNT(DISTINCT {keys}){filter}"), Some(0));
        }
        let room = self.random.below(3);
        let (argument, fallback) = self.in_rows(|writer| {
            let argument = writer.typed(unit, room);
            (scaled(argument), writer.literal())
        });
        let one = &argument.text;
        match self.random.below(6) {
            0 => Piece::new(
                format!("default(AVG({one}){filter}, {})", fallback.text),
                None,
            ),
            1 => Piece::new(
                format!("default(MIN({one}){filter}, {})", fallback.text),
                wider(&argument, &fallback),
            ),
            2 => Piece::new(
                format!("default(MAX({one}){filter}, {})", fallback.text),
                wider(&argument, &fallback),
            ),
            _ => Piece::new(format!("SUM({one}){filter}"), argument.scale),
        }
    }

    /// What COUNT(DISTINCT …) counts.
    fn keys(&mut self) -> String {
        let key = |writer: &mut Self| match writer.random.below(4) {
            0 => scaled(writer.any_number(1)).text,
            1 => writer.date(1),
            2 => writer.condition(0),
            _ => writer.words(1),
        };
        let first = key(self);
        if self.random.chance(40) {
            return first;
        }
        format!("({first}, {})", key(self))
    }
}
