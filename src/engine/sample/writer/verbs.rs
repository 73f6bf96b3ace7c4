//! What stands beside aggregates: comparisons with the group, values of the period before.

use super::{Piece, Writer, scaled, wider};
use crate::schema::Unit;

impl Writer<'_> {
    pub(super) fn beside_aggregates(&mut self, unit: Unit) -> Piece {
        match unit {
            Unit::Count if !self.compared => {
                let argument = self.argument();
                Piece::new(format!("rank({})", argument.text), Some(0))
            }
            Unit::Ratio if !self.compared && self.random.chance(70) => {
                let argument = self.argument();
                let fallback = self.literal().text;
                let text = match self.random.below(3) {
                    0 => format!("percentile({})", argument.text),
                    1 => format!("default(relative_to_best({}), {fallback})", argument.text),
                    _ => {
                        let argument = scaled(argument).text;
                        format!("default(share_of_total({argument}), {fallback})")
                    }
                };
                Piece::new(text, None)
            }
            Unit::Ratio => self.carry("share"),
            Unit::Cny => self.carry("amount"),
            Unit::Points => self.carry("total"),
            _ => self.guarded(unit),
        }
    }

    /// What is compared.
    fn argument(&mut self) -> Piece {
        self.compared = true;
        let argument = self.any_number(1);
        self.compared = false;
        argument
    }

    fn carry(&mut self, id: &str) -> Piece {
        let fallback = self.literal().text;
        let text = match self.random.below(3) {
            0 => format!("CASE WHEN carry('{id}') IS NULL THEN {fallback} ELSE carry('{id}') END"),
            _ => format!("default(carry('{id}'), {fallback})"),
        };
        Piece::new(text, None)
    }

    /// An aggregate that a test shows to be present.
    fn guarded(&mut self, unit: Unit) -> Piece {
        let argument = self.in_rows(|writer| scaled(writer.typed(unit, 1)));
        let name = self.random.pick(&["MIN", "MAX"]).copied().unwrap_or("MAX");
        let one = format!("{name}({}){}", argument.text, self.filter());
        let fallback = self.literal();
        let scale = wider(&argument, &fallback);
        let text = format!(
            "CASE WHEN {one} IS NOT NULL THEN {one} ELSE {} END",
            fallback.text
        );
        Piece::new(text, scale)
    }
}
