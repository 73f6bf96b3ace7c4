//! The office checked whole, and with each flaw.

use stateright::{Checker as _, HasDiscoveries, Model as _};

use super::*;

/// Some hundred thousand states in the nightly mode, some ten thousand elsewhere.
fn office(flaw: Flaw) -> Office {
    let nightly = oracle::is_nightly();
    Office {
        flaw,
        runs: Run::ALL.to_vec(),
        batches: vec![Batch::Whole, Batch::Part],
        crashes: if nightly { 2 } else { 1 },
        attempts_max: if nightly { 2 } else { 1 },
    }
}

#[test]
fn every_order_of_steps_keeps_every_promise() {
    let checker = office(Flaw::None).checker().threads(2).spawn_bfs().join();
    println!(
        "{} states, {} steps, {} deep",
        checker.unique_state_count(),
        checker.state_count(),
        checker.max_depth()
    );
    checker.assert_properties();
    assert!(checker.unique_state_count() > 10_000);
}

/// What the checker says about an office with a flaw: the promises that are broken.
fn broken(office: Office) -> Vec<&'static str> {
    let promises = office.properties().into_iter();
    let names: Vec<&'static str> = promises
        .filter(|promise| promise.expectation.discovery_is_failure())
        .map(|promise| promise.name)
        .collect();
    let checker = office
        .checker()
        .threads(2)
        .finish_when(HasDiscoveries::AnyFailures)
        .spawn_bfs()
        .join();
    let found = checker.discoveries();
    names
        .into_iter()
        .filter(|name| found.contains_key(name))
        .collect()
}

#[test]
fn each_seeded_flaw_is_found_by_the_promise_it_breaks() {
    for (flaw, promise) in [
        (Flaw::MakerApproves, "nobody approves what he made"),
        (Flaw::CapRaised, "the cap is held"),
        (Flaw::SilenceIsRefusal, "nothing is paid twice"),
        (
            Flaw::ReturnsLost,
            "what is approved ends paid, withheld or withdrawn",
        ),
    ] {
        assert_eq!(broken(office(flaw)), [promise], "{flaw:?}");
    }
}

#[test]
fn clients_that_ask_again_under_new_numbers_pay_nobody_twice() {
    let office = Office {
        runs: vec![Run::January],
        batches: vec![Batch::Whole, Batch::Rest(0)],
        ..office(Flaw::RetriesAreNew)
    };
    assert_eq!(broken(office), Vec::<&str>::new());
}
