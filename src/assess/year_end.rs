//! The end of a budget year 年终: what of each line lapses, what goes on, what stays due.
//!
//! Money that is owed goes on into the next year always. A balance that nothing claims goes on as
//! many times as the pack says, the oldest money counted as used first, and lapses afterwards
//! (预算法第四十二条: what is carried is used before, and surplus after two years unused).

use domain::{DepartmentId, Fen};
use engine::pack::{Compensation, Unfunded};

use crate::awards::PotLine;
use crate::explanation::cite_text;

/// Money of a line that came from an earlier year.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CarriedIn {
    /// The year it was appropriated for.
    pub origin_year: i32,
    /// Amount.
    pub amount_fen: Fen,
}

/// A line when its year is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineBalance {
    /// The line.
    pub line: PotLine,
    /// All that it was given, money from earlier years included.
    pub authority_fen: Fen,
    /// What of that came from earlier years.
    pub carried_in: Vec<CarriedIn>,
    /// What is neither reserved, owed nor spent.
    pub available_fen: Fen,
    /// What runs hold that nobody has decided on.
    pub reserved_fen: Fen,
}

/// Something owed at the end of the year.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owed {
    /// Record number of the accrual.
    pub accrual: u64,
    /// The line that owes it.
    pub line: PotLine,
    /// What is owed of it still.
    pub amount_fen: Fen,
}

/// What a department was due and not paid, as the books have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnfundedBalance {
    /// The department.
    pub department: DepartmentId,
    /// Of this year.
    pub unfunded_fen: Fen,
    /// Of earlier years, carried before.
    pub carried_fen: Fen,
}

/// A balance that goes on into the line of the next year.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CarriedOn {
    /// The line of the year that ends.
    pub from: PotLine,
    /// The line of the next.
    pub to: PotLine,
    /// The year the money was appropriated for.
    pub origin_year: i32,
    /// Amount.
    pub amount_fen: Fen,
}

/// A balance that lapses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lapsed {
    /// The line.
    pub line: PotLine,
    /// The year the money was appropriated for.
    pub origin_year: i32,
    /// Amount.
    pub amount_fen: Fen,
}

/// What is to be done at the end of a year. Nothing of it is done by itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct YearEnd {
    /// Balances that lapse, by line, the oldest money first.
    pub lapses: Vec<Lapsed>,
    /// Balances that go on.
    pub carries: Vec<CarriedOn>,
    /// What is owed, carried into the next year.
    pub owed: Vec<Owed>,
    /// Unfunded entitlements that stay due, by department.
    pub unfunded_carried: Vec<(DepartmentId, Fen)>,
    /// Unfunded entitlements that end: department, amount of this year, amount carried before.
    pub unfunded_expired: Vec<(DepartmentId, Fen, Fen)>,
    /// Lines on which runs are pending still: they must be decided first.
    pub pending: Vec<PotLine>,
    /// Articles, `source:article`.
    pub cite: Vec<String>,
}

/// What the pack does with the lines and entitlements of a year that is over.
pub fn year_end(
    compensation: &Compensation,
    lines: &[LineBalance],
    owed: &[Owed],
    unfunded: &[UnfundedBalance],
) -> YearEnd {
    let own = &compensation.year_end.cite;
    let cites = if own.is_empty() {
        &compensation.cite
    } else {
        own
    };
    let mut end = YearEnd {
        owed: owed.to_vec(),
        cite: cites.iter().map(cite_text).collect(),
        ..YearEnd::default()
    };
    for line in lines {
        close(line, compensation.year_end.carry_years, &mut end);
    }
    for one in unfunded {
        let department = one.department.clone();
        if compensation.unfunded == Unfunded::Carry {
            if one.unfunded_fen > Fen::ZERO {
                end.unfunded_carried.push((department, one.unfunded_fen));
            }
        } else if one.unfunded_fen > Fen::ZERO || one.carried_fen > Fen::ZERO {
            let (fresh, carried) = (one.unfunded_fen, one.carried_fen);
            end.unfunded_expired.push((department, fresh, carried));
        }
    }
    end
}

/// Parts the balance of a line by the year its money comes from: what was used is the oldest.
fn close(balance: &LineBalance, carry_years: u32, end: &mut YearEnd) {
    if balance.reserved_fen > Fen::ZERO {
        end.pending.push(balance.line.clone());
    }
    let year = balance.line.budget_year;
    let mut tranches = balance.carried_in.clone();
    tranches.sort_by_key(|tranche| tranche.origin_year);
    let earlier: i64 = tranches.iter().map(|one| one.amount_fen.get()).sum();
    let fresh = (balance.authority_fen.get() - earlier).max(0);
    tranches.push(CarriedIn {
        origin_year: year,
        amount_fen: Fen::new(fresh),
    });
    // The balance is what is left of the newest money.
    let mut rest = balance.available_fen.get().max(0);
    let mut kept = Vec::with_capacity(tranches.len());
    for tranche in tranches.iter().rev() {
        let part = rest.min(tranche.amount_fen.get());
        rest -= part;
        if part > 0 {
            kept.push((tranche.origin_year, Fen::new(part)));
        }
    }
    for (origin_year, amount_fen) in kept.into_iter().rev() {
        let line = balance.line.clone();
        let times_carried = u32::try_from(year - origin_year).unwrap_or(0);
        if times_carried < carry_years {
            let to = PotLine {
                budget_year: year + 1,
                ..line.clone()
            };
            end.carries.push(CarriedOn {
                from: line,
                to,
                origin_year,
                amount_fen,
            });
        } else {
            end.lapses.push(Lapsed {
                line,
                origin_year,
                amount_fen,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use domain::Place;
    use engine::pack::{Cite, Exhaustion, WithoutPot, YearEnd as YearEndRules};
    use proptest::prelude::*;

    use super::*;

    fn rules(carry_years: u32, unfunded: Unfunded) -> Compensation {
        Compensation {
            payer: "lowest_common_superior".into(),
            exhaustion: Exhaustion::PriorityClasses,
            unfunded,
            without_pot: WithoutPot::Unfunded,
            components: Vec::new(),
            deductions: Vec::new(),
            year_end: YearEndRules {
                carry_years,
                cite: vec![Cite {
                    source: "budget-law".into(),
                    article: "42".into(),
                }],
            },
            cite: Vec::new(),
            place: Place::default(),
        }
    }

    fn line(year: i32) -> PotLine {
        PotLine {
            payer: "410100".into(),
            budget_year: year,
            budget_line: "2010301".into(),
            programme: "共享补偿".into(),
        }
    }

    fn balance(authority: i64, carried: &[(i32, i64)], available: i64) -> LineBalance {
        LineBalance {
            line: line(2026),
            authority_fen: Fen::new(authority),
            carried_in: carried
                .iter()
                .map(|(origin_year, fen)| CarriedIn {
                    origin_year: *origin_year,
                    amount_fen: Fen::new(*fen),
                })
                .collect(),
            available_fen: Fen::new(available),
            reserved_fen: Fen::ZERO,
        }
    }

    /// Year of origin, and fen.
    type Tranches = Vec<(i32, i64)>;

    /// What lapses, and what goes on.
    fn parted(end: &YearEnd) -> (Tranches, Tranches) {
        let lapses = end.lapses.iter();
        let carries = end.carries.iter();
        (
            lapses
                .map(|one| (one.origin_year, one.amount_fen.get()))
                .collect(),
            carries
                .map(|one| (one.origin_year, one.amount_fen.get()))
                .collect(),
        )
    }

    #[test]
    fn t20_a_balance_lapses_unless_the_pack_carries_it() {
        for (years, expected) in [
            (0, (vec![(2026, 300)], vec![])),
            (1, (vec![], vec![(2026, 300)])),
        ] {
            let rules = rules(years, Unfunded::Lapse);
            let end = year_end(&rules, &[balance(1000, &[], 300)], &[], &[]);
            assert_eq!(parted(&end), expected);
            assert_eq!(end.cite, ["budget-law:42"]);
            assert!(end.carries.iter().all(|one| one.to == line(2027)));
        }
    }

    #[test]
    fn t20_two_years_unused_is_surplus_and_what_was_carried_is_used_first() {
        let rules = rules(1, Unfunded::Lapse);
        let end = |used: i64| {
            let line = balance(1000, &[(2025, 400)], 1000 - used);
            parted(&year_end(&rules, &[line], &[], &[]))
        };
        // Less than the carried money was used: its rest lapses, this year's 600 goes on.
        assert_eq!(end(150), (vec![(2025, 250)], vec![(2026, 600)]));
        assert_eq!(end(400), (vec![], vec![(2026, 600)]));
        assert_eq!(end(700), (vec![], vec![(2026, 300)]));
        assert_eq!(end(1000), (vec![], vec![]));
    }

    #[test]
    fn t20_a_pack_may_carry_twice() {
        let rules = rules(2, Unfunded::Lapse);
        let line = balance(900, &[(2024, 100), (2025, 300)], 850);
        let end = year_end(&rules, &[line], &[], &[]);
        assert_eq!(
            parted(&end),
            (vec![(2024, 50)], vec![(2025, 300), (2026, 500)])
        );
    }

    #[test]
    fn what_is_owed_goes_on_and_pending_runs_are_named() {
        let owed = [Owed {
            accrual: 7,
            line: line(2026),
            amount_fen: Fen::new(80),
        }];
        let mut pending = balance(1000, &[], 0);
        pending.reserved_fen = Fen::new(1);
        let end = year_end(&rules(0, Unfunded::Lapse), &[pending], &owed, &[]);
        assert_eq!(end.owed, owed);
        assert_eq!(end.pending, [line(2026)]);
    }

    #[test]
    fn t20_unfunded_entitlements_expire_or_go_on_as_declared_and_never_vanish() {
        let unfunded = [UnfundedBalance {
            department: "A".into(),
            unfunded_fen: Fen::new(9),
            carried_fen: Fen::new(5),
        }];
        for policy in [Unfunded::Lapse, Unfunded::Year] {
            let end = year_end(&rules(0, policy), &[], &[], &unfunded);
            assert_eq!(
                end.unfunded_expired,
                [("A".into(), Fen::new(9), Fen::new(5))]
            );
            assert_eq!(end.unfunded_carried, []);
        }
        let end = year_end(&rules(0, Unfunded::Carry), &[], &[], &unfunded);
        assert_eq!(end.unfunded_carried, [("A".into(), Fen::new(9))]);
        assert_eq!(end.unfunded_expired, []);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        /// Whatever was used, what lapses and what goes on is the balance, to the fen.
        #[test]
        fn t20_every_fen_of_a_balance_lapses_or_goes_on(
            fresh in 0i64..100_000,
            carried in proptest::collection::vec((2020i32..2026, 1i64..50_000), 0..4),
            part in 0i64..=100,
            years in 0u32..4,
        ) {
            let authority = fresh + carried.iter().map(|(_, fen)| fen).sum::<i64>();
            let available = authority * part / 100;
            let rules = rules(years, Unfunded::Lapse);
            let end = year_end(&rules, &[balance(authority, &carried, available)], &[], &[]);
            let (lapses, carries) = parted(&end);
            let sum: i64 = lapses.iter().chain(&carries).map(|(_, fen)| fen).sum();
            prop_assert_eq!(sum, available);
            prop_assert!(lapses.iter().chain(&carries).all(|(_, fen)| *fen > 0));
            let years = i32::try_from(years).unwrap();
            prop_assert!(carries.iter().all(|(origin, _)| 2026 - origin < years));
        }
    }
}
