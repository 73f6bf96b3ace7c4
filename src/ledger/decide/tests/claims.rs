//! Claims: declared, decided by another, paid by one run.

use super::*;
use crate::claim::{ClaimStage, Declaration};
use crate::command::RunAwards;
use crate::kind::Component;
use crate::trial::liaison;

fn declare(fen: i64) -> Action {
    let declaration = Declaration {
        department: department(1),
        period: period("2026-03"),
        component: Component::Loss,
        declared_fen: Fen::new(fen),
        evidence: vec![Digest::of(b"invoice")],
    };
    Action::DeclareClaim {
        claim: "c1".into(),
        declaration,
    }
}

fn decide(fen: i64, reason: &str) -> Action {
    Action::DecideClaim {
        claim: "c1".into(),
        accepted_fen: Fen::new(fen),
        reason: reason.into(),
    }
}

fn paying(run: &str) -> RunAwards {
    let mut awards = awards(run, vec![award(1, 0, 800, 0)]);
    awards.claims = vec!["c1".into(), "c1".into()];
    awards
}

#[test]
fn a_claim_is_accepted_reduced_or_refused_by_another_person() {
    for (accepted, reason, stage) in [
        (1_000, "", ClaimStage::Accepted),
        (800, "票据不全", ClaimStage::Reduced),
        (0, "与共享无关", ClaimStage::Refused),
    ] {
        let mut trial = Trial::funded();
        assert_eq!(trial.run(&liaison(), declare(1_000)), Ok(1));
        assert_eq!(trial.run(&liaison(), declare(1_000)), Ok(0));
        let changed = trial.run(&liaison(), declare(999)).unwrap_err();
        assert_eq!(changed.code(), "claim_conflict");
        assert_eq!(
            trial.run(&liaison(), decide(1_000, "")).unwrap_err().code(),
            "role_forbidden"
        );
        let same = Actor::new("chen", Role::Assessor);
        assert_eq!(
            trial.run(&same, decide(1_000, "")).unwrap_err().code(),
            "claim_invalid"
        );
        assert_eq!(
            trial
                .run(&assessor(), decide(1_001, ""))
                .unwrap_err()
                .code(),
            "claim_invalid"
        );
        assert_eq!(trial.run(&assessor(), decide(accepted, reason)), Ok(1));
        assert_eq!(trial.run(&assessor(), decide(accepted, reason)), Ok(0));
        let changed = trial.run(&assessor(), decide(accepted, "另")).unwrap_err();
        assert_eq!(changed.code(), "claim_conflict");
        assert_eq!(trial.books.claim(&"c1".into()).unwrap().stage(), stage);
    }
    let mut trial = Trial::funded();
    trial.run(&liaison(), declare(1_000)).unwrap();
    let bare = trial.run(&assessor(), decide(1, " ")).unwrap_err();
    assert_eq!(bare.code(), "text_missing");
    let unknown = Action::DecideClaim {
        claim: "c2".into(),
        accepted_fen: Fen::ZERO,
        reason: "x".into(),
    };
    assert_eq!(
        trial.run(&assessor(), unknown).unwrap_err().code(),
        "claim_unknown"
    );
}

#[test]
fn an_accepted_claim_enters_one_run_that_stands() {
    let mut trial = Trial::funded();
    trial.run(&liaison(), declare(1_000)).unwrap();
    let undecided = trial.run(&robot(), calculate(&paying("r1"))).unwrap_err();
    assert_eq!(undecided.code(), "claim_invalid");
    trial.run(&assessor(), decide(800, "票据不全")).unwrap();
    assert_eq!(trial.run(&robot(), calculate(&paying("r1"))), Ok(3));
    assert_eq!(
        trial.books.paying_run(&"c1".into()).unwrap().run,
        "r1".into()
    );
    // The run is superseded: the claim is free for the next one.
    trial.run(&robot(), calculate(&paying("r2"))).unwrap();
    assert_eq!(
        trial.books.paying_run(&"c1".into()).unwrap().run,
        "r2".into()
    );
    trial.run(&assessor(), submit(&paying("r2"))).unwrap();
    trial.run(&finance(), approve(&paying("r2"))).unwrap();
    trial.turn_to("2026-04");
    let mut april = paying("r3");
    april.period = period("2026-04");
    let twice = Action::CalculateRun {
        awards: april,
        effective_on: period("2026-04").first_day(),
    };
    assert_eq!(
        trial.run(&robot(), twice).unwrap_err().code(),
        "claim_taken"
    );
}

#[test]
fn a_refused_claim_is_never_paid_and_one_decided_elsewhere_only_once() {
    let mut trial = Trial::funded();
    trial.run(&liaison(), declare(1_000)).unwrap();
    trial.run(&assessor(), decide(0, "与共享无关")).unwrap();
    let refused = trial.run(&robot(), calculate(&paying("r1"))).unwrap_err();
    assert_eq!(refused.code(), "claim_invalid");
    // A claim that came in a file, decided, is known by its run alone.
    let mut trial = Trial::funded();
    trial.approve(&paying("r1"));
    assert_eq!(
        trial.books.claim(&"c1".into()).unwrap().stage(),
        ClaimStage::Accepted
    );
    let late = trial.run(&liaison(), declare(1_000)).unwrap_err();
    assert_eq!(late.code(), "claim_conflict");
}

#[test]
fn runs_without_claims_keep_the_digest_they_had() {
    let plain = awards("r1", vec![award(1, 0, 800, 0)]);
    let listed = paying("r1");
    assert_ne!(plain.sha256(), listed.sha256());
    assert_eq!(
        plain.sha256().unwrap().to_string(),
        "6724c4f9afc08e788623e2826e436e51410fce858c777b846f710f21754142cf"
    );
}
