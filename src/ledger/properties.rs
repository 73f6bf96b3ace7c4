//! Properties of any sequence of commands.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::collections::{BTreeMap, BTreeSet};

use domain::Fen;
use proptest::prelude::*;

use crate::account::{Account, Group};
use crate::books::Books;
use crate::checkpoint::Checkpoint;
use crate::digest::{Digest, Hash};
use crate::event::{Body, Event};
use crate::kind::Kind;
use crate::order::OrderStage;
use crate::run_state::Stage;
use crate::trial::random::{self, Small};
use crate::trial::{Trial, award, awards, department, period};
use crate::{CompactRange, Receipt, Signer, journal, leaf, statement};

/// Carries the steps out; what is accepted once does nothing when it is asked again.
fn play(steps: Vec<Small>) -> Trial {
    let mut trial = Trial::funded();
    // Half of the cases begin with something owed.
    if steps.len() % 2 == 1 {
        let lines = (0..6).map(|n| award(n % 3, n % 2, 100 * i64::from(n + 1), i64::from(n)));
        trial.approve(&awards("r9", lines.collect()));
    }
    for step in steps {
        let (actor, action) = random::command(&trial.books, step);
        if trial.run(&actor, action.clone()).is_ok() {
            assert_eq!(
                trial.run(&actor, action),
                Ok(0),
                "a repeated command does nothing"
            );
        }
    }
    trial
}

fn steps() -> impl Strategy<Value = Vec<Small>> {
    prop::collection::vec((any::<u8>(), any::<u8>(), 0..2_000_u16), 0..160)
}

/// Adds up the legs of all events, without the help of the books.
fn fold(events: &[Event]) -> BTreeMap<Account, i128> {
    let mut balances: BTreeMap<Account, i128> = BTreeMap::new();
    for event in events {
        if let Body::Posted(posted) = &event.body {
            let mut groups: BTreeMap<Group, i128> = BTreeMap::new();
            for leg in &posted.transaction.legs {
                let amount = i128::from(leg.amount_fen.get());
                *groups.entry(leg.account.group()).or_default() += amount;
                *balances.entry(leg.account.clone()).or_default() += amount;
            }
            assert!(
                groups.values().all(|sum| *sum == 0),
                "a group is out of balance"
            );
        }
    }
    balances
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn balances_are_the_fold_and_no_line_is_overdrawn(steps in steps()) {
        let trial = play(steps);
        let folded = fold(&trial.events);
        for (account, at) in trial.books.accounts() {
            prop_assert_eq!(folded[account], i128::from(at.balance_fen.get()));
            prop_assert!(account.guard().allows(at.balance_fen.get()), "{}", account);
        }
        let lines: BTreeSet<&crate::Line> =
            trial.books.accounts().filter_map(|(account, _)| account.line()).collect();
        for line in lines {
            let of = |account: fn(crate::Line) -> Account| trial.fen(&account(line.clone()));
            let used = of(Account::Reserved) + of(Account::Encumbered) + of(Account::Expended);
            let free = of(Account::Available) + of(Account::Lapsed);
            prop_assert_eq!(-of(Account::Authority), free + used);
        }
    }

    #[test]
    fn accruals_add_up_to_what_is_owed_encumbered_and_paid(steps in steps()) {
        let trial = play(steps);
        let mut folded: BTreeMap<Account, i64> = BTreeMap::new();
        for (seq, accrual) in trial.books.accruals() {
            let id = accrual.department.clone();
            for account in [
                Account::Payable(id.clone()), Account::Withheld(id.clone()),
                Account::Disputed(id.clone()), Account::InTransit(id),
            ] {
                let held = accrual.held_on(&account).get();
                *folded.entry(account).or_default() -= held;
                *folded.entry(Account::Encumbered(accrual.line.clone())).or_default() += held;
            }
            prop_assert!(accrual.paid_fen.get() + accrual.owed_fen().get() <= accrual.amount_fen.get());
            prop_assert!(accrual.clawed_fen <= accrual.paid_fen);
            let transit = accrual.held_on(&Account::InTransit(accrual.department.clone()));
            prop_assert!(transit == Fen::ZERO || trial.books.live_batch(seq).is_some());
        }
        for (account, sum) in folded {
            prop_assert_eq!(sum, trial.fen(&account), "{}", account);
        }
    }

    #[test]
    fn an_order_moves_what_was_signed_for_and_never_by_one_hand(steps in steps()) {
        let trial = play(steps);
        for (id, state) in trial.books.orders() {
            let posted: i64 = trial.events.iter().filter_map(|event| match &event.body {
                Body::Posted(posted) => Some(&posted.transaction),
                _ => None,
            }).filter(|own| {
                let settles = matches!(own.kind, Kind::PayConfirm | Kind::PayFail);
                !settles && own.order_line().is_some_and(|(order, _)| order == id)
            }).map(|own| own.moved_fen().get()).sum();
            let signed = if state.stage == OrderStage::Approved { state.control.total_fen.get() } else { 0 };
            prop_assert_eq!(posted, signed, "{}", id);
            let approved = state.stage == OrderStage::Approved && state.order.kind.needs_approval();
            prop_assert_eq!(approved, state.approver.is_some());
            prop_assert!(state.approver.as_ref() != Some(&state.maker));
        }
    }

    #[test]
    fn a_claim_is_paid_by_one_run_that_stands(steps in steps()) {
        let trial = play(steps);
        let mut paying: BTreeMap<&domain::ClaimId, usize> = BTreeMap::new();
        for event in &trial.events {
            if let Body::Claim { claim, change: crate::ClaimChange::Included { run } } = &event.body {
                let stands = trial.books.run(&run.run)
                    .is_some_and(|own| own.attempt == run.attempt && own.stage.is_live());
                *paying.entry(claim).or_default() += usize::from(stands);
            }
        }
        prop_assert!(paying.values().all(|runs| *runs <= 1), "{:?}", paying);
    }

    #[test]
    fn an_event_left_out_or_signed_by_the_maker_does_not_follow(steps in steps(), at in any::<u16>()) {
        let trial = play(steps);
        let at = usize::from(at) % trial.events.len();
        let mut forged = trial.events.clone();
        let event = &mut forged[at];
        if let Body::Order { order, change: crate::OrderChange::Approved { .. }, .. } = &event.body {
            event.actor.id.clone_from(&trial.books.order(order).unwrap().maker);
        } else if let Body::Posted(posted) = &mut event.body {
            posted.marks[0].balance_after_fen = Fen::new(posted.marks[0].balance_after_fen.get() + 1);
        } else if at + 1 < forged.len() {
            forged.remove(at);
        } else {
            return Ok(());
        }
        prop_assert!(Books::replay(&forged).is_err(), "{:?}", trial.events[at]);
    }

    #[test]
    fn the_accruals_of_an_approved_run_sum_to_what_was_signed_for(steps in steps()) {
        let trial = play(steps);
        for (id, run) in trial.books.runs().filter(|(_, run)| run.stage == Stage::Approved) {
            let accrued: i128 = trial.events.iter().filter_map(|event| match &event.body {
                Body::Posted(posted) if posted.transaction.kind == Kind::Accrue => Some(posted),
                _ => None,
            }).filter(|posted| {
                let of = posted.transaction.run.as_ref().unwrap();
                of.run == *id && of.attempt == run.attempt
            }).flat_map(|posted| &posted.transaction.legs)
            .filter(|leg| matches!(leg.account, Account::Payable(_)))
            .map(|leg| -i128::from(leg.amount_fen.get()))
            .sum();
            prop_assert_eq!(accrued, i128::from(run.control.total_fen.get()));
        }
    }

    #[test]
    fn replay_and_the_round_trip_of_bytes_give_the_same_books(steps in steps()) {
        let trial = play(steps);
        let read: Vec<Event> = trial.events.iter()
            .map(|event| leaf::read_event(&leaf::event_bytes(event)).unwrap())
            .collect();
        prop_assert_eq!(&read, &trial.events);
        prop_assert_eq!(Books::replay(&read).unwrap(), trial.books);
    }

    #[test]
    fn a_statement_adds_up_and_ends_where_the_books_do(steps in steps()) {
        let trial = play(steps);
        for which in 0..4 {
            let (first, last) = (period("2026-03"), period("2027-01"));
            let own = statement(&department(which), &trial.events, first, last);
            for account in &own.accounts {
                let lines: Fen = account.lines.iter().map(|line| &line.amount_fen).sum();
                prop_assert_eq!(account.opening_fen, Fen::ZERO);
                prop_assert_eq!(account.closing_fen, lines);
                prop_assert_eq!(account.closing_fen.get(), trial.fen(&account.account));
                for (place, line) in (1_u64..).zip(&account.lines) {
                    prop_assert_eq!(line.mark.account_seq, place);
                    prop_assert_eq!(line.mark.balance_after_fen, line.balance_fen);
                }
            }
        }
    }

    #[test]
    fn a_receipt_holds_and_no_flipped_bit_of_it_does(steps in steps(), pick in any::<u16>(), flip in any::<(u16, u8)>()) {
        let trial = play(steps);
        let leaves: Vec<Digest> = trial.events.iter().map(|event| leaf::event_hash(Hash::Sha256, event)).collect();
        let signer = Signer::new("hengxiang.example/ledger", &[3; 32]).unwrap();
        let log = CompactRange::of(Hash::Sha256, leaves.iter().copied());
        let signed = Checkpoint { origin: signer.name().into(), size: log.size(), root: log.root(), hash: Hash::Sha256 }.sign(&signer);
        let event = &trial.events[usize::from(pick) % trial.events.len()];
        let text = Receipt::new(event, &leaves, &signed).unwrap().to_text();
        let key = signer.verifier_key();
        let proven = Receipt::parse(&text).unwrap().verify(&key).unwrap();
        prop_assert_eq!(&proven.event, event);
        let mut bytes = text.clone().into_bytes();
        let at = usize::from(flip.0) % bytes.len();
        bytes[at] ^= 1 << (flip.1 % 8);
        let verdict = String::from_utf8(bytes).ok().and_then(|text| {
            Receipt::parse(&text).ok()?.verify(&key).ok()
        });
        prop_assert!(verdict.is_none(), "bit {} of byte {}", flip.1 % 8, at);
    }

    #[test]
    fn damaged_records_are_refused_without_a_panic(steps in steps(), cut in any::<u16>(), byte in any::<u8>()) {
        let trial = play(steps);
        let bytes = leaf::event_bytes(trial.events.last().unwrap());
        let at = usize::from(cut) % bytes.len();
        prop_assert!(leaf::read_event(&bytes[..at]).is_err());
        let mut damaged = bytes.clone();
        damaged[at] ^= byte;
        // Damage may spell another event, but never the same one.
        if let Ok(event) = leaf::read_event(&damaged) {
            prop_assert!(byte == 0 || event != *trial.events.last().unwrap());
            prop_assert_eq!(leaf::event_bytes(&event), damaged);
        }
    }

    #[test]
    fn the_journal_asserts_what_adds_up(steps in steps()) {
        let trial = play(steps);
        let text = journal::journal(&trial.events);
        let mut balances: BTreeMap<&str, i128> = BTreeMap::new();
        let fen = |amount: &str| i128::from(amount.trim_end_matches(" CNY").parse::<Fen>().unwrap().get());
        let lines = text.lines().filter_map(|line| line.strip_prefix("    "));
        for posting in lines.filter(|line| !line.starts_with(';')) {
            let (account, rest) = posting.split_once("  ").unwrap();
            let (amount, asserted) = rest.split_once(" = ").unwrap();
            let balance = balances.entry(account).or_default();
            *balance += fen(amount);
            prop_assert_eq!(*balance, fen(asserted));
        }
        for (account, at) in trial.books.accounts() {
            prop_assert_eq!(balances[account.code().as_str()], i128::from(at.balance_fen.get()));
        }
        let own = journal::department_journal(&department(1), &trial.events);
        prop_assert!(!own.contains("D2") && !own.contains("B:"));
    }
}

#[test]
fn a_receipt_for_a_department_is_of_its_own_record() {
    let mut trial = Trial::funded();
    trial.approve(&awards("r1", vec![award(1, 0, 300, 5), award(2, 0, 40, 0)]));
    let leaves: Vec<Digest> = trial
        .events
        .iter()
        .map(|event| leaf::event_hash(Hash::Sha256, event))
        .collect();
    let signer = Signer::new("hengxiang.example/ledger", &[3; 32]).unwrap();
    let log = CompactRange::of(Hash::Sha256, leaves.iter().copied());
    let checkpoint = Checkpoint {
        origin: signer.name().into(),
        size: log.size(),
        root: log.root(),
        hash: Hash::Sha256,
    };
    let signed = checkpoint.sign(&signer);
    let mut own = 0;
    for event in &trial.events {
        let receipt = Receipt::for_department(&department(1), event, &leaves, &signed);
        let is_own = matches!(&event.body, Body::Posted(posted)
            if posted.transaction.department == Some(department(1)));
        assert_eq!(receipt.is_ok(), is_own, "{}", event.seq);
        own += usize::from(is_own);
    }
    assert_eq!(own, 2);
}

/// How often each kind of transaction comes up, so that no property holds for want of cases.
#[test]
fn random_commands_lead_to_every_kind_of_transaction() {
    use proptest::strategy::ValueTree as _;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let mut seen: BTreeMap<Kind, usize> = BTreeMap::new();
    for _ in 0..400 {
        let trial = play(steps().new_tree(&mut runner).unwrap().current());
        for event in &trial.events {
            if let Body::Posted(posted) = &event.body {
                *seen.entry(posted.transaction.kind).or_default() += 1;
            }
        }
    }
    let missing: Vec<&str> = Kind::ALL
        .iter()
        .filter(|(kind, _, _)| !seen.contains_key(kind))
        .map(|(_, code, _)| *code)
        .collect();
    assert!(missing.is_empty(), "{missing:?} of {seen:?}");
}

/// Records written before there were orders, claims and appeals.
#[test]
fn records_of_the_first_format_read_and_write_the_same() {
    let text = include_str!("fixtures/records-1.hex");
    let bytes = |line: &str| -> Vec<u8> {
        let pairs = line.as_bytes().chunks(2);
        pairs
            .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
            .collect()
    };
    let records: Vec<Vec<u8>> = text.lines().map(bytes).collect();
    let events: Vec<Event> = records
        .iter()
        .map(|record| leaf::read_event(record).unwrap())
        .collect();
    let written: Vec<Vec<u8>> = events.iter().map(leaf::event_bytes).collect();
    assert_eq!(written, records);
    assert_eq!(Books::replay(&events).unwrap().records(), 20);
}
