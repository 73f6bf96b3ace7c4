#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
use domain::canon::{decode, encode};

use super::*;
use crate::charter::CharterChange;

fn charter(hash: Hash) -> Charter {
    let founded = CharterChange::Founded {
        hash,
        blinding: Digest::of(b"dice"),
    };
    Charter::default().advance(1, &founded).unwrap()
}

fn department(which: u8) -> DepartmentId {
    format!("{which:02}").as_str().into()
}

fn balance(fen: i64) -> Balance {
    Balance {
        balance_fen: Fen::new(fen),
        account_seq: 3,
    }
}

/// Departments 1, 3, 5 … of a number of them, two accounts each, and an account of nobody's.
fn sealed(hash: Hash, departments: u8) -> (Seal, BTreeMap<Account, Balance>) {
    let mut all = BTreeMap::from([(Account::Treasury, balance(7))]);
    for which in 0..departments {
        all.insert(Account::Payable(department(2 * which + 1)), balance(-5));
        all.insert(Account::Clawback(department(2 * which + 1)), balance(2));
    }
    let seal = Seal::new(&charter(hash), 9, all.iter().map(|(own, at)| (own, *at)));
    (seal.unwrap(), all)
}

#[test]
fn a_department_is_proved_to_have_what_it_has_and_to_have_nothing() {
    for hash in [Hash::Sha256, Hash::Sm3] {
        for departments in 0..6 {
            let (seal, all) = sealed(hash, departments);
            for which in 0..14 {
                let own = department(which);
                let proof = seal.proof(&own).unwrap();
                let read: BalanceProof = decode(&encode(&proof)).unwrap();
                let found = read.verify(hash, &seal.root(), &own).unwrap();
                let expected: Holdings = all
                    .iter()
                    .filter(|(account, _)| account.department() == Some(&own))
                    .map(|(account, at)| (account.clone(), *at))
                    .collect();
                assert_eq!(found, expected, "{which} of {departments}");
                // A proof is of one department, one root, one hash.
                for other in (0..14).filter(|other| *other != which) {
                    let taken = proof.verify(hash, &seal.root(), &department(other));
                    assert!(taken.is_err() || taken == Ok(Holdings::new()));
                    let had = all
                        .keys()
                        .any(|own| own.department() == Some(&department(other)));
                    assert!(!had || taken.is_err(), "{which} shown to {other}");
                }
                assert!(proof.verify(hash, &Digest::of(b"x"), &own).is_err());
            }
        }
    }
}

#[test]
fn nothing_can_be_left_out_of_or_changed_in_a_proof() {
    let (seal, _) = sealed(Hash::Sha256, 4);
    let (own, root) = (department(3), seal.root());
    let BalanceProof::Present {
        owners,
        index,
        blind,
        accounts,
        path,
    } = seal.proof(&own).unwrap()
    else {
        panic!("department 3 has accounts")
    };
    let refused = |owners, index, accounts: Vec<SealedBalance>| {
        let path = path.clone();
        let proof = BalanceProof::Present {
            owners,
            index,
            blind,
            accounts,
            path,
        };
        proof.verify(Hash::Sha256, &root, &own).is_err()
    };
    assert!(!refused(owners, index, accounts.clone()));
    assert!(refused(owners + 1, index, accounts.clone()));
    assert!(refused(owners, index + 1, accounts.clone()));
    assert!(refused(owners, index, accounts[..1].to_vec()));
    let mut changed = accounts.clone();
    changed[0].balance_fen = Fen::new(-4);
    assert!(refused(owners, index, changed));
    // Others are told nothing but names.
    let BalanceProof::Absent { neighbours, .. } = seal.proof(&department(4)).unwrap() else {
        panic!("department 4 has none")
    };
    let alone = BalanceProof::Absent {
        owners,
        neighbours: neighbours[..1].to_vec(),
    };
    assert!(alone.verify(Hash::Sha256, &root, &department(4)).is_err());
    let apart = BalanceProof::Absent {
        owners,
        neighbours: vec![neighbours[0].clone(), {
            let BalanceProof::Absent { neighbours, .. } = seal.proof(&department(6)).unwrap()
            else {
                panic!("department 6 has none")
            };
            neighbours[1].clone()
        }],
    };
    assert!(apart.verify(Hash::Sha256, &root, &own).is_err());
    assert!(
        seal.proof(&own)
            .unwrap()
            .verify(Hash::Sm3, &root, &own)
            .is_err()
    );
}

#[test]
fn a_seal_needs_a_charter_and_each_close_blinds_anew() {
    let (_, all) = sealed(Hash::Sha256, 2);
    let accounts = || all.iter().map(|(own, at)| (own, *at));
    assert!(Seal::new(&Charter::default(), 9, accounts()).is_none());
    let founded = charter(Hash::Sha256);
    let root = |seq| Seal::new(&founded, seq, accounts()).unwrap().root();
    assert_ne!(root(9), root(10));
}
