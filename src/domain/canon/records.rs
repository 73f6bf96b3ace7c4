//! Canonical bytes of facts and what they are made of.

use super::{Canon, CanonError, Reader, Writer};
use crate::catalogue::{Resource, ResourceCheck, ShareType, UpdateCycle};
use crate::department::{Department, DepartmentGroup};
use crate::facts::{
    Appropriation, Batch, Claim, ClaimKind, Correction, Facts, Feedback, Incident, Judgement,
    Measure, Request, RequestOutcome, Safeguard, SafeguardKind, SourceLine, UsageDay,
};
use crate::jurisdiction::{Jurisdiction, Level};
use crate::period::DateRange;

macro_rules! canon_name {
    ($($kind:ty),*) => {$(
        impl Canon for $kind {
            fn write(&self, to: &mut Writer) {
                self.name().to_owned().write(to);
            }
            fn read(from: &mut Reader<'_>) -> Result<Self, CanonError> {
                let name = String::read(from)?;
                Self::from_name(&name).ok_or_else(|| from.not_a(stringify!($kind)))
            }
        }
    )*};
}
canon_name!(
    ShareType,
    UpdateCycle,
    DepartmentGroup,
    Level,
    RequestOutcome,
    SafeguardKind,
    ClaimKind
);

macro_rules! canon_struct {
    ($($name:ident { $($field:ident),* $(,)? })*) => {$(
        impl Canon for $name {
            fn write(&self, to: &mut Writer) {
                $(self.$field.write(to);)*
            }
            fn read(from: &mut Reader<'_>) -> Result<Self, CanonError> {
                Ok(Self { $($field: Canon::read(from)?),* })
            }
        }
    )*};
}
// The order of fields is the format. A change here is a new format: raise the version below.
canon_struct! {
    SourceLine { batch, line }
    Batch { sha256, file_name }
    DateRange { from, to }
    Department { id, name, jurisdiction, group, valid, successor }
    Resource {
        code, name, provider, class, format, share_type, share_condition, update_cycle, grade,
        item_count, mounted, published_on, source,
    }
    ResourceCheck { resource, period, updated_on, records_checked, records_passed, source }
    UsageDay { day, provider, resource, consumer, succeeded, failed, records, bytes, source }
    Request {
        id, resource, share_type, provider, consumer, received_on, extension_days,
        extension_consented_on, replied_on, outcome, delivered_on, source,
    }
    Correction { id, resource, provider, requester, received_on, completed_on, upheld, source }
    Incident { id, department, code, occurred_on, confirmed_on, summary, source }
    Feedback { id, department, received_on, channel, rating, answered_on, source }
    Safeguard { department, period, kind, required, met, source }
    Judgement { department, period, indicator, value, reason, assessor, signed_on, source }
    Measure { department, period, measure, achieved, population, source }
    Claim {
        id, department, period, kind, beneficiary, declared_fen, accepted_fen, decided_on, reason,
        source,
    }
    Appropriation {
        document, payer, budget_year, budget_line, programme, amount_fen, effective_on, source,
    }
}

/// A jurisdiction without its days: facts in which one is not valid always list these at their end.
impl Canon for Jurisdiction {
    fn write(&self, to: &mut Writer) {
        self.code.write(to);
        self.name.write(to);
        self.level.write(to);
        self.parent.write(to);
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, CanonError> {
        Ok(Self {
            code: Canon::read(from)?,
            name: Canon::read(from)?,
            level: Canon::read(from)?,
            parent: Canon::read(from)?,
            valid: Self::always(),
        })
    }
}

/// The form of facts without judgements and measures, which were not known then.
const FACTS_1: &str = "hengxiang-facts-1";
/// The form with them, at the end.
const FACTS_2: &str = "hengxiang-facts-2";
/// The form with the days of jurisdictions after these.
const FACTS_3: &str = "hengxiang-facts-3";

impl Canon for Facts {
    /// In the oldest form that holds them: what was frozen before a form existed keeps its bytes, and
    /// a run of then verifies for ever.
    fn write(&self, to: &mut Writer) {
        let reported = !self.judgements.is_empty() || !self.measures.is_empty();
        let always = Jurisdiction::always();
        let dated = self.jurisdictions.iter().any(|one| one.valid != always);
        let format = match (reported, dated) {
            (_, true) => FACTS_3,
            (true, false) => FACTS_2,
            (false, false) => FACTS_1,
        };
        format.to_owned().write(to);
        self.batches.write(to);
        self.jurisdictions.write(to);
        self.departments.write(to);
        self.resources.write(to);
        self.checks.write(to);
        self.usage.write(to);
        self.requests.write(to);
        self.corrections.write(to);
        self.incidents.write(to);
        self.feedback.write(to);
        self.safeguards.write(to);
        self.claims.write(to);
        self.appropriations.write(to);
        if reported || dated {
            self.judgements.write(to);
            self.measures.write(to);
        }
        if dated {
            let days = self.jurisdictions.iter().map(|one| one.valid);
            days.collect::<Vec<DateRange>>().write(to);
        }
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, CanonError> {
        let format = String::read(from)?;
        if ![FACTS_1, FACTS_2, FACTS_3].contains(&format.as_str()) {
            return Err(from.not_a(FACTS_3));
        }
        let mut facts = Self {
            batches: Canon::read(from)?,
            jurisdictions: Canon::read(from)?,
            departments: Canon::read(from)?,
            resources: Canon::read(from)?,
            checks: Canon::read(from)?,
            usage: Canon::read(from)?,
            requests: Canon::read(from)?,
            corrections: Canon::read(from)?,
            incidents: Canon::read(from)?,
            feedback: Canon::read(from)?,
            safeguards: Canon::read(from)?,
            claims: Canon::read(from)?,
            appropriations: Canon::read(from)?,
            ..Self::default()
        };
        // One value, one byte string: a form that was not needed is refused.
        if format != FACTS_1 {
            facts.judgements = Canon::read(from)?;
            facts.measures = Canon::read(from)?;
            let empty = facts.judgements.is_empty() && facts.measures.is_empty();
            if format == FACTS_2 && empty {
                return Err(from.not_a(FACTS_2));
            }
        }
        if format == FACTS_3 {
            let days: Vec<DateRange> = Canon::read(from)?;
            let always = Jurisdiction::always();
            let is_needed = days.iter().any(|one| *one != always);
            if days.len() != facts.jurisdictions.len() || !is_needed {
                return Err(from.not_a(FACTS_3));
            }
            for (jurisdiction, valid) in facts.jurisdictions.iter_mut().zip(days) {
                jurisdiction.valid = valid;
            }
        }
        Ok(facts)
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::super::{decode, encode};
    use super::*;

    #[test]
    fn facts_survive_the_round_trip_and_damage_is_found() {
        let facts = Facts {
            batches: vec![Batch {
                sha256: "00".into(),
                file_name: "目录.csv".into(),
            }],
            feedback: vec![Feedback {
                id: "F1".into(),
                department: "11410100005252034W".into(),
                received_on: NaiveDate::from_ymd_opt(2026, 3, 1).unwrap(),
                channel: "12345".into(),
                rating: 4,
                answered_on: None,
                source: SourceLine { batch: 0, line: 2 },
            }],
            ..Facts::default()
        };
        let bytes = encode(&facts);
        assert_eq!(decode::<Facts>(&bytes).unwrap(), facts);
        for cut in 0..bytes.len() {
            assert!(decode::<Facts>(&bytes[..cut]).is_err(), "cut at {cut}");
        }
        let mut longer = bytes;
        longer.push(0);
        assert!(matches!(
            decode::<Facts>(&longer),
            Err(CanonError::Trailing { .. })
        ));
    }

    #[test]
    fn facts_take_the_oldest_form_that_holds_them() {
        let judgement = Judgement {
            department: "11410100005252034W".into(),
            period: "2026-03".parse().unwrap(),
            indicator: "innovation".into(),
            value: "7.5".parse().unwrap(),
            reason: "材料齐全".into(),
            assessor: "张三".into(),
            signed_on: NaiveDate::from_ymd_opt(2026, 4, 2).unwrap(),
            source: SourceLine { batch: 0, line: 2 },
        };
        let plain = encode(&Facts::default());
        assert_eq!(plain.get(4..21), Some(FACTS_1.as_bytes()));
        let judged = Facts {
            judgements: vec![judgement],
            ..Facts::default()
        };
        let bytes = encode(&judged);
        assert_eq!(bytes.get(4..21), Some(FACTS_2.as_bytes()));
        assert_eq!(decode::<Facts>(&bytes).unwrap(), judged);
        for cut in 0..bytes.len() {
            assert!(decode::<Facts>(&bytes[..cut]).is_err(), "cut at {cut}");
        }
        // The newer form with nothing new in it is not canonical.
        let mut padded = plain;
        padded[20] = b'2';
        padded.extend([0; 8]);
        assert!(decode::<Facts>(&padded).is_err());
    }

    #[test]
    fn the_days_of_jurisdictions_are_written_where_one_is_not_valid_always() {
        let mut county = Jurisdiction {
            code: "410181".into(),
            name: "巩义市".into(),
            level: Level::District,
            parent: Some("410100".into()),
            valid: Jurisdiction::always(),
        };
        let facts = |jurisdiction: &Jurisdiction| Facts {
            jurisdictions: vec![jurisdiction.clone()],
            ..Facts::default()
        };
        assert_eq!(encode(&facts(&county)).get(4..21), Some(FACTS_1.as_bytes()));
        county.valid.to = NaiveDate::from_ymd_opt(2026, 3, 16);
        let bytes = encode(&facts(&county));
        assert_eq!(bytes.get(4..21), Some(FACTS_3.as_bytes()));
        assert_eq!(decode::<Facts>(&bytes).unwrap(), facts(&county));
        for cut in 0..bytes.len() {
            assert!(decode::<Facts>(&bytes[..cut]).is_err(), "cut at {cut}");
        }
    }

    #[test]
    fn a_corrupt_length_is_an_error_not_a_crash() {
        assert!(decode::<String>(&[0xff, 0xff, 0xff, 0xff, b'a']).is_err());
        assert!(decode::<Vec<u64>>(&[0xff, 0xff, 0xff, 0xff]).is_err());
    }
}
