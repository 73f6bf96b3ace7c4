#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
use domain::facts::SourceLine;
use domain::succession::{Share, Succession, SuccessionForm, heirs};
use proptest::prelude::*;

use super::*;
use crate::account::Account as A;
use crate::kind::Kind;
use crate::trial::*;

fn ends(which: u8, successor: u8, share: &str) -> Succession {
    Succession {
        department: department(which),
        successor: department(successor),
        share: share.parse().unwrap(),
        effective_on: day(20),
        form: SuccessionForm::Split,
        document: "郑编〔2026〕1号".into(),
        source: SourceLine::default(),
    }
}

/// Transfers all that there is; the lines.
fn carry_out(trial: &mut Trial, rows: &[Succession], id: &str) -> Vec<OrderLine> {
    let found = takeover(&trial.books, &heirs(rows).unwrap());
    assert_eq!(found.unsettled, []);
    if !found.lines.is_empty() {
        trial.order(&order(id, found.lines.clone())).unwrap();
    }
    found.lines
}

/// What stands to a department: owed, withheld, to be had back, unfunded.
fn standing(trial: &Trial, which: u8) -> [i64; 4] {
    let id = department(which);
    [
        -trial.fen(&A::Payable(id.clone())),
        -trial.fen(&A::Withheld(id.clone())),
        trial.fen(&A::Clawback(id.clone())),
        trial.fen(&A::Unfunded(id)),
    ]
}

/// Of department 1: 1,000 owed of which 101 withheld, 70 to be had back, 9 unfunded.
fn reorganised() -> Trial {
    let mut trial = Trial::funded();
    trial.approve(&awards(
        "r1",
        vec![award(1, 0, 1_000, 9), award(1, 1, 100, 0)],
    ));
    let accruals: Vec<u64> = trial.books.accruals().map(|(seq, _)| seq).collect();
    trial
        .order(&order("w1", vec![withhold(accruals[0], 101)]))
        .unwrap();
    let batch = order("p1", vec![pay(accruals[1], 100)]);
    trial.order(&batch).unwrap();
    let paid = crate::Action::ConfirmPayment(receipt(&batch, 0));
    trial.run(&finance(), paid).unwrap();
    let back = OrderLine::Clawback {
        accrual: accruals[1],
        amount_fen: Fen::new(70),
    };
    trial.order(&order("c1", vec![back])).unwrap();
    trial
}

#[test]
fn a_split_parts_every_balance_to_the_fen_and_leaves_nothing() {
    let mut trial = reorganised();
    assert_eq!(standing(&trial, 1), [899, 101, 70, 9]);
    carry_out(&mut trial, &[ends(1, 2, "1/3"), ends(1, 3, "2/3")], "s1");
    assert_eq!(standing(&trial, 1), [0; 4]);
    assert_eq!(standing(&trial, 2), [300, 34, 23, 3]);
    assert_eq!(standing(&trial, 3), [599, 67, 47, 6]);
    // What is transferred keeps the month it is about, its component and the line that pays it.
    let moved = trial
        .books
        .accruals()
        .filter(|(_, own)| own.origin.is_some());
    for (_, own) in moved {
        assert_eq!(own.for_period, period("2026-03"));
        assert_eq!(own.line, line(0));
        assert_eq!(trial.books.first_owner(own), &department(1));
    }
}

#[test]
fn what_was_transferred_is_paid_withheld_and_deducted_like_anything_owed() {
    let mut trial = reorganised();
    carry_out(&mut trial, &[ends(1, 2, "1")], "s1");
    let (seq, _) = trial
        .books
        .accruals()
        .find(|(_, own)| own.department == department(2) && own.payable_fen().get() == 899)
        .unwrap();
    let batch = order("p2", vec![pay(seq, 899)]);
    trial.order(&batch).unwrap();
    trial
        .run(
            &finance(),
            crate::Action::ConfirmPayment(receipt(&batch, 0)),
        )
        .unwrap();
    let deduct = OrderLine::Deduct {
        accrual: seq,
        amount_fen: Fen::new(99),
        fine: false,
    };
    trial.order(&order("d1", vec![deduct])).unwrap();
    assert_eq!(standing(&trial, 2), [0, 101, 70 + 99, 9]);
    let more = OrderLine::Deduct {
        accrual: seq,
        amount_fen: Fen::new(801),
        fine: false,
    };
    let refused = trial.order(&order("d2", vec![more])).unwrap_err();
    assert_eq!(refused.code(), "accrual_exceeded");
}

#[test]
fn what_is_in_transit_or_in_a_batch_is_settled_first() {
    let mut trial = Trial::funded();
    trial.approve(&awards("r1", vec![award(1, 0, 1_000, 0)]));
    let (seq, _) = trial.books.accruals().next().unwrap();
    let batch = order("p1", vec![pay(seq, 400)]);
    trial.run(&finance(), propose(&batch)).unwrap();
    let heirs = heirs(&[ends(1, 2, "1")]).unwrap();
    assert!(takeover(&trial.books, &heirs).unsettled[0].in_batch);
    trial.run(&checker(), approve_order(&batch)).unwrap();
    let found = takeover(&trial.books, &heirs);
    assert_eq!(found.unsettled[0].in_transit_fen.get(), 400);
    assert_eq!(found.lines, []);
}

#[test]
fn what_comes_up_afterwards_follows() {
    let mut trial = reorganised();
    let rows = [ends(1, 2, "1")];
    carry_out(&mut trial, &rows, "s1");
    assert_eq!(carry_out(&mut trial, &rows, "s2"), []);
    // Asked back of what the department had been paid.
    let (seq, _) = trial
        .books
        .accruals()
        .find(|(_, own)| own.reclaimable_fen().get() == 30)
        .unwrap();
    let back = OrderLine::Clawback {
        accrual: seq,
        amount_fen: Fen::new(30),
    };
    trial.order(&order("c2", vec![back])).unwrap();
    assert_eq!(standing(&trial, 1)[2], 30);
    carry_out(&mut trial, &rows, "s3");
    assert_eq!(standing(&trial, 1), [0; 4]);
    assert_eq!(standing(&trial, 2)[2], 100);
}

#[test]
fn a_transfer_is_not_undone_and_moves_no_more_than_there_is() {
    let mut trial = reorganised();
    let (seq, _) = trial.books.accruals().next().unwrap();
    let line = |amount| OrderLine::TransferOwed {
        accrual: seq,
        successor: department(2),
        withheld: false,
        amount_fen: Fen::new(amount),
    };
    let refused = trial.order(&order("s1", vec![line(900)])).unwrap_err();
    assert_eq!(refused.code(), "accrual_exceeded");
    trial.order(&order("s2", vec![line(899)])).unwrap();
    let (transfer, _) = trial
        .books
        .transactions()
        .find(|(_, own)| own.kind == Kind::Transfer)
        .unwrap();
    let undo = OrderLine::Reverse {
        transaction: transfer,
        amount_fen: Fen::new(899),
    };
    let refused = trial.order(&order("u1", vec![undo])).unwrap_err();
    assert_eq!(refused.code(), "not_reversible");
}

/// A tree of merges and splits among eight departments: each ends at most once, in favour of later
/// ones only.
fn tree() -> impl Strategy<Value = Vec<Vec<(u8, u64)>>> {
    let part = (1u8..8, 1u64..50);
    proptest::collection::vec(proptest::collection::vec(part, 0..4), 7)
}

fn rows_of(tree: &[Vec<(u8, u64)>]) -> Vec<Vec<Succession>> {
    let numbered = (0u8..).zip(tree);
    let ended = numbered.filter(|(_, parts)| !parts.is_empty());
    ended
        .map(|(which, parts)| {
            // Steps lead on from the department; the same successor twice has both parts.
            let mut merged: BTreeMap<u8, u64> = BTreeMap::new();
            for (step, weight) in parts {
                let successor = which + 1 + step % (7 - which).max(1);
                *merged.entry(successor.min(7)).or_default() += weight;
            }
            let total: u64 = merged.values().sum();
            merged
                .into_iter()
                .map(|(successor, weight)| {
                    let share: Share = format!("{weight}/{total}").parse().unwrap();
                    Succession {
                        share,
                        ..ends(which, successor, "1")
                    }
                })
                .collect()
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever merges and splits, all at once or one after another, sums stay and no department
    /// that has ended keeps anything.
    #[test]
    fn any_tree_of_merges_and_splits_keeps_the_sum_and_leaves_nothing_behind(
        tree in tree(),
        amounts in proptest::collection::vec((1i64..900, 0i64..90), 8),
        at_once in any::<bool>(),
    ) {
        let mut trial = Trial::funded();
        let lines = (0u8..).zip(&amounts);
        let lines = lines.map(|(which, (fen, unfunded))| award(which, which % 2, *fen, *unfunded));
        trial.approve(&awards("r1", lines.collect()));
        let sums = |trial: &Trial| {
            let all = (0u8..8).map(|which| standing(trial, which));
            all.fold([0; 4], |sum: [i64; 4], one| [0, 1, 2, 3].map(|n| sum[n] + one[n]))
        };
        let before = sums(&trial);
        let steps = rows_of(&tree);
        let ended: Vec<Succession> = steps.concat();
        if at_once {
            carry_out(&mut trial, &ended, "all");
        } else {
            let mut known = Vec::new();
            for (index, step) in steps.iter().enumerate() {
                known.extend(step.clone());
                carry_out(&mut trial, &known, &format!("step-{index}"));
            }
        }
        prop_assert_eq!(sums(&trial), before);
        for row in &ended {
            let id = row.department.clone();
            for account in [
                A::Payable(id.clone()), A::Withheld(id.clone()), A::Clawback(id.clone()),
                A::Unfunded(id.clone()), A::Carried(id.clone()), A::Entitlement(id.clone()),
            ] {
                prop_assert_eq!(trial.fen(&account), 0, "{}", account);
            }
        }
        prop_assert_eq!(takeover(&trial.books, &heirs(&ended).unwrap()), Takeover::default());
    }
}
