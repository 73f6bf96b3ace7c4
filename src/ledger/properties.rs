//! Properties of any sequence of commands.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::collections::BTreeMap;

use domain::Fen;
use proptest::prelude::*;

use crate::account::{Account, Group};
use crate::books::Books;
use crate::checkpoint::Checkpoint;
use crate::command::{Action, Actor, Grant, Role};
use crate::digest::Digest;
use crate::event::{Body, Event};
use crate::kind::Kind;
use crate::run_state::Stage;
use crate::trial::{
    Trial, approve, assessor, award, awards, calculate, day, department, finance, line, period,
    reject, robot, submit, transfer, void,
};
use crate::{CompactRange, Receipt, Signer, journal, leaf, statement};

/// A command out of three small numbers; the domain is small so that commands meet.
fn command((what, a, b): (u8, u8, u16)) -> (Actor, Action) {
    let run = awards(
        &format!("r{}", a % 3),
        (0..a % 4)
            .map(|n| award(n, n % 2, i64::from(b) + i64::from(n), i64::from(n)))
            .collect(),
    );
    let accrual = u64::from(b % 40);
    let order = || transfer(accrual, i64::from(a) * 7, &format!("k{a}"));
    let grant = Grant {
        line: line(a % 2),
        amount_fen: Fen::new(i64::from(b) - 300),
        document: format!("文{a}"),
        effective_on: day(7),
    };
    match what % 12 {
        0 => (finance(), Action::Appropriate(grant)),
        1 => (finance(), Action::Amend(grant)),
        2..4 => (robot(), calculate(&run)),
        4 => (assessor(), submit(&run)),
        5 | 6 => (finance(), approve(&run)),
        7 => (finance(), reject(&run)),
        8 => (finance(), void(&run)),
        9 => (finance(), Action::Withhold(order())),
        10 => (finance(), Action::Forfeit(order())),
        _ => (Actor::new("chen", Role::Liaison), Action::Dispute(order())),
    }
}

/// A pending run is moved on now and then, so that approvals are common and not a rarity.
fn play(steps: Vec<(u8, u8, u16)>) -> Trial {
    let mut trial = Trial::funded();
    for step in steps {
        let (actor, action) = command(step);
        if trial.run(&actor, action.clone()).is_ok() {
            assert_eq!(
                trial.run(&actor, action),
                Ok(0),
                "a repeated command does nothing"
            );
        }
        if step.1 > 200 {
            let runs = trial.books.runs();
            let pending = runs.filter(|(_, run)| run.stage.is_pending());
            let pending = pending.map(|(id, run)| (id.clone(), run.clone())).next();
            if let Some((run, state)) = pending {
                let digest = state.digest;
                let submit = Action::SubmitRun {
                    run: run.clone(),
                    digest,
                };
                trial.run(&assessor(), submit).unwrap();
                let approve = Action::ApproveRun {
                    run,
                    digest,
                    control: state.control,
                    effective_on: day(31),
                };
                trial.run(&finance(), approve).unwrap();
            }
        }
    }
    trial
}

fn steps() -> impl Strategy<Value = Vec<(u8, u8, u16)>> {
    prop::collection::vec((any::<u8>(), any::<u8>(), 0..2_000_u16), 0..60)
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
        for which in 0..2 {
            let of = |account: fn(crate::Line) -> Account| trial.fen(&account(line(which)));
            let used = of(Account::Reserved) + of(Account::Encumbered) + of(Account::Expended);
            prop_assert_eq!(-of(Account::Authority), of(Account::Available) + used);
        }
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
            let march = period("2026-03");
            let own = statement(&department(which), &trial.events, march, march);
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
        let leaves: Vec<Digest> = trial.events.iter().map(leaf::event_hash).collect();
        let signer = Signer::new("hengxiang.example/ledger", &[3; 32]).unwrap();
        let log = CompactRange::of(leaves.iter().copied());
        let signed = Checkpoint { origin: signer.name().into(), size: log.size(), root: log.root() }.sign(&signer);
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
        for posting in text.lines().filter_map(|line| line.strip_prefix("    ")) {
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
    let leaves: Vec<Digest> = trial.events.iter().map(leaf::event_hash).collect();
    let signer = Signer::new("hengxiang.example/ledger", &[3; 32]).unwrap();
    let log = CompactRange::of(leaves.iter().copied());
    let checkpoint = Checkpoint {
        origin: signer.name().into(),
        size: log.size(),
        root: log.root(),
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
