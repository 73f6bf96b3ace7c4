//! Dates and spans of days.

use chrono::NaiveDate;

use super::super::Level;
use super::super::facts::day;
use super::{Piece, Writer};
use crate::schema::Unit;

impl Writer<'_> {
    pub(super) fn day_literal(&mut self) -> String {
        let day = NaiveDate::from_num_days_from_ce_opt(day(self.random));
        let day = day.map_or_else(|| "2026-01-04".to_owned(), |day| day.to_string());
        format!("DATE '{day}'")
    }

    pub(super) fn date(&mut self, room: usize) -> String {
        let Some(room) = room.checked_sub(1) else {
            return self.date_leaf();
        };
        match self.random.below(10) {
            8 => {
                let (day, days) = (self.date(room), self.whole_days());
                let sign = self.random.pick(&["+", "-"]).copied().unwrap_or("+");
                format!("({day} {sign} {days})")
            }
            9 => {
                let (day, days) = (self.date(room), self.whole_days());
                if self.random.chance(30) {
                    return format!("({days} + {day})");
                }
                format!("add_workdays({day}, {days})")
            }
            0 => {
                let name = self.random.pick(&["LEAST", "GREATEST"]).copied();
                let (a, b) = (self.date(room), self.date(room));
                format!("{}({a}, {b})", name.unwrap_or("LEAST"))
            }
            1 => {
                let (a, b) = (self.date(room), self.date(room));
                self.case(room, &a, &b)
            }
            _ => self.date_leaf(),
        }
    }

    fn date_leaf(&mut self) -> String {
        match self.random.below(8) {
            0 => "period_start".into(),
            1 => "period_end".into(),
            2 => self.day_literal(),
            3 if self.level == Level::Row => format!("default(done, {})", self.day_literal()),
            _ if self.level == Level::Row => "day".into(),
            _ => {
                let name = self.random.pick(&["MIN", "MAX"]).copied();
                let filter = self.filter();
                let fallback = self.day_literal();
                format!(
                    "default({}(day){filter}, {fallback})",
                    name.unwrap_or("MIN")
                )
            }
        }
    }

    /// A whole number of days, mostly a few.
    fn whole_days(&mut self) -> String {
        match self.random.below(8) {
            0 => "p_days".into(),
            1 if self.level == Level::Row => "took".into(),
            2 if self.level == Level::Row => "default(late, 3)".into(),
            3 => format!("FLOOR({})", self.typed(Unit::Days, 1).text),
            _ => format!("({})", self.random.between(-40, 40)),
        }
    }

    /// Days or working days between two dates.
    pub(super) fn span(&mut self, room: usize) -> Piece {
        let (a, b) = (self.date(room), self.date(room));
        if self.random.chance(50) {
            return Piece::new(format!("({a} - {b})"), Some(0));
        }
        Piece::new(format!("workdays({a}, {b})"), Some(0))
    }
}
