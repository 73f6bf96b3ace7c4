//! Free text: written behind a commitment, erased by a decision, asked for twice.

use super::*;
use crate::books::Told;
use crate::trial::{approve_order, pay, told};
use crate::words::Words;

fn erase(commitment: Digest) -> Action {
    Action::EraseWords {
        commitment,
        document: "郑数删〔2026〕1号".into(),
    }
}

/// Books with a withholding whose reason a person wrote.
fn withheld() -> (Trial, Digest) {
    let mut trial = Trial::funded();
    let run = awards("r1", vec![award(1, 0, 3_000, 0)]);
    trial.approve(&run);
    let order = order("w1", vec![withhold(trial.accruals(&run)[0], 100)]);
    trial.order(&order).unwrap();
    (trial, order.reason.commitment().unwrap())
}

#[test]
fn the_books_keep_commitments_and_no_text() {
    let (trial, commitment) = withheld();
    assert_eq!(trial.books.told(&commitment), Some(Told::Standing));
    let order = trial.books.order(&"w1".into()).unwrap();
    assert_eq!(order.order.reason.text(), None);
    let mut transactions = trial.books.transactions();
    let (_, posted) = transactions.find(|(_, own)| !own.memo.is_blank()).unwrap();
    assert_eq!(posted.memo.commitment(), Some(commitment));
    assert_eq!(posted.memo.text(), None);
}

#[test]
fn a_text_is_erased_once_by_a_decision() {
    let (mut trial, commitment) = withheld();
    let refused = |trial: &mut Trial, actor: &Actor, action| trial.run(actor, action).unwrap_err();
    assert!(matches!(
        refused(&mut trial, &robot(), erase(commitment)),
        Rejection::RoleForbidden { .. }
    ));
    let unknown = Digest::of(b"never written");
    assert_eq!(
        refused(&mut trial, &assessor(), erase(unknown)),
        Rejection::WordsUnknown {
            commitment: unknown
        }
    );
    let nameless = Action::EraseWords {
        commitment,
        document: " ".into(),
    };
    assert!(matches!(
        refused(&mut trial, &assessor(), nameless),
        Rejection::Missing { .. }
    ));
    let before = trial.books.transactions().count();
    assert_eq!(trial.run(&assessor(), erase(commitment)), Ok(1));
    assert_eq!(trial.run(&finance(), erase(commitment)), Ok(0));
    assert_eq!(trial.books.told(&commitment), Some(Told::Erased));
    assert_eq!(trial.books.transactions().count(), before);
}

#[test]
fn what_rests_on_an_erased_text_goes_on() {
    let mut trial = Trial::funded();
    let run = awards("r1", vec![award(1, 0, 3_000, 0)]);
    trial.approve(&run);
    let order = order("p1", vec![pay(trial.accruals(&run)[0], 100)]);
    trial.run(&finance(), propose(&order)).unwrap();
    let commitment = order.reason.commitment().unwrap();
    trial.run(&assessor(), erase(commitment)).unwrap();
    assert_eq!(trial.run(&finance(), propose(&order)), Ok(0));
    let checker = crate::trial::checker();
    assert_eq!(trial.run(&checker, approve_order(&order)), Ok(2));
}

#[test]
fn asked_again_word_for_word_it_is_the_same_text() {
    let (trial, commitment) = withheld();
    let known = trial
        .books
        .written_before(&propose(&order("w1", Vec::new())));
    assert_eq!(known.and_then(Words::commitment), Some(commitment));
    assert_eq!(trial.books.written_before(&erase(commitment)), None);
    assert_eq!(told("考核结果运用"), *known.unwrap());
}
