//! What departments were granted, and whether they use it.

use std::collections::{BTreeMap, BTreeSet};

use domain::facts::RequestOutcome;

use super::world::{read_all, requests, usage};
use super::{calendar, day, small};
use crate::Plan;

/// Grants of each department known at the end of March, as (used in March, all).
fn grants(plan: &Plan<'_>) -> BTreeMap<String, (u32, u32)> {
    let (_, readings, _) = read_all(plan);
    let calls = usage(&readings);
    let used: BTreeSet<_> = calls
        .iter()
        .filter(|row| row.day >= day("2026-03-01") && row.succeeded > 0)
        .map(|row| (&row.consumer, &row.resource))
        .collect();
    let mut grants: BTreeMap<String, (u32, u32)> = BTreeMap::new();
    for request in requests(&readings) {
        let delivered = request
            .delivered_on
            .is_some_and(|on| on <= day("2026-03-31"));
        if delivered && request.outcome == RequestOutcome::Agreed {
            let (some, all) = grants.entry(request.consumer.to_string()).or_default();
            *some += u32::from(used.contains(&(&request.consumer, &request.resource)));
            *all += 1;
        }
    }
    grants
}

/// Most of what was granted is used and some is not, in the city and by the departments in it.
fn check(plan: &Plan<'_>) {
    let grants = grants(plan);
    let used: u32 = grants.values().map(|grant| grant.0).sum();
    let all: u32 = grants.values().map(|grant| grant.1).sum();
    assert!((65..=90).contains(&(used * 100 / all)), "{used} of {all}");
    let judged = || grants.values().filter(|grant| grant.1 >= 2);
    assert!(judged().count() > 30, "{grants:?}");
    let idle = judged().filter(|grant| grant.0 == 0).count();
    assert!(idle * 10 <= judged().count(), "{grants:?}");
    assert!(judged().any(|grant| grant.0 < grant.1));
}

#[test]
fn most_of_what_a_small_city_is_granted_is_used_and_some_is_not() {
    check(&small(&calendar()));
}

#[test]
fn most_of_what_a_full_city_is_granted_is_used_and_some_is_not() {
    check(&Plan {
        scale: None,
        months: 1,
        ..small(&calendar())
    });
}
