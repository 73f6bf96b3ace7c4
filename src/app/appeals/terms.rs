//! Terms of appeals: how long each step may take, in working days.
//!
//! Art. 28 of 《政务数据共享条例》 gives the ladder (negotiation, coordination by the competent or the
//! common superior authority, decision of the government) and no time limits; those are the office's
//! own, set in `[appeals]` of the settings.

use chrono::NaiveDate;
use domain::{CalendarError, WorkdayCalendar};
use ledger::Step;

/// The article of the ladder.
pub const LADDER_ARTICLE: &str = "《政务数据共享条例》第二十八条";

/// Time limits, in working days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppealTerms {
    /// From publication to the appeal.
    pub open_days: u32,
    /// From the appeal to its first step.
    pub accept_days: u32,
    /// For negotiation 协商.
    pub negotiating_days: u32,
    /// For coordination 协调.
    pub coordinating_days: u32,
    /// For the government's decision.
    pub escalated_days: u32,
    /// How long before a limit the work list reminds of it.
    pub remind_days: u32,
    /// Where these limits are laid down.
    pub basis: String,
}

impl Default for AppealTerms {
    fn default() -> Self {
        Self {
            open_days: 15,
            accept_days: 5,
            negotiating_days: 10,
            coordinating_days: 15,
            escalated_days: 30,
            remind_days: 3,
            basis: "本级考核办法（条例第二十八条未定期限）".to_owned(),
        }
    }
}

impl AppealTerms {
    /// Longest limit that a setting may name: more than a year of working days is a slip.
    const DAYS_MAX: i64 = 250;

    /// The limit of a step.
    pub const fn days_of(&self, step: Step) -> u32 {
        match step {
            Step::Negotiating => self.negotiating_days,
            Step::Coordinating => self.coordinating_days,
            Step::Escalated => self.escalated_days,
        }
    }

    /// Takes a setting; `None` for one there is not.
    pub(crate) fn set(&mut self, key: &str, item: &toml_edit::Item) -> Option<Result<(), String>> {
        if key == "basis" {
            let text = item.as_str().map(str::trim).filter(|text| !text.is_empty());
            let taken = text.map(|text| text.clone_into(&mut self.basis));
            return Some(taken.ok_or_else(|| "appeals.basis 应为文本 (must be text)".to_owned()));
        }
        let days = match key {
            "open_days" => &mut self.open_days,
            "accept_days" => &mut self.accept_days,
            "negotiating_days" => &mut self.negotiating_days,
            "coordinating_days" => &mut self.coordinating_days,
            "escalated_days" => &mut self.escalated_days,
            "remind_days" => &mut self.remind_days,
            _ => return None,
        };
        let given = item
            .as_integer()
            .filter(|days| (1..=Self::DAYS_MAX).contains(days));
        let given = given.and_then(|days| u32::try_from(days).ok());
        let taken = given.map(|given| *days = given);
        let most = Self::DAYS_MAX;
        Some(taken.ok_or_else(|| {
            format!("appeals.{key} 应为 1 至 {most} 的整数，单位工作日 (1 to {most} working days)")
        }))
    }
}

/// How a limit stands today.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// It has passed, by so many working days.
    Late(u32),
    /// It is near, so many working days away.
    Soon(u32),
    /// There is time.
    Open,
}

impl Urgency {
    /// How the limit stands on a day.
    pub(crate) fn on(
        today: NaiveDate,
        due_on: NaiveDate,
        remind_days: u32,
        calendar: &WorkdayCalendar,
    ) -> Result<Self, CalendarError> {
        if today > due_on {
            // Past the limit, if only by days that nobody works.
            return Ok(Self::Late(calendar.workdays_between(due_on, today)?));
        }
        let left = calendar.workdays_between(today, due_on)?;
        Ok(if left <= remind_days {
            Self::Soon(left)
        } else {
            Self::Open
        })
    }

    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Late(_) => "late",
            Self::Soon(_) => "soon",
            Self::Open => "open",
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use domain::calendar::YearNotice;

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn limits_are_counted_in_working_days() {
        let mut calendar = WorkdayCalendar::new();
        let notice = YearNotice {
            days_off: [day("2026-05-01")].into(),
            ..YearNotice::default()
        };
        calendar.insert(2026, notice);
        let on = |today, due| Urgency::on(day(today), day(due), 3, &calendar).unwrap();
        // Thursday 30 April; Friday is off, then a weekend.
        assert_eq!(on("2026-04-30", "2026-05-06"), Urgency::Soon(3));
        assert_eq!(on("2026-04-30", "2026-05-07"), Urgency::Open);
        assert_eq!(on("2026-04-30", "2026-04-30"), Urgency::Soon(0));
        assert_eq!(on("2026-05-02", "2026-04-30"), Urgency::Late(0));
        assert_eq!(on("2026-05-05", "2026-04-30"), Urgency::Late(2));
        let unpublished = Urgency::on(day("2026-12-31"), day("2027-01-05"), 3, &calendar);
        assert!(unpublished.is_err());
    }
}
