//! The seal of a closed month: a Merkle tree of all balances, keyed by owner, whose root stands in
//! the record of the close. It proves to a department where its accounts stood, or that it had none,
//! and shows nothing of others: a leaf is the hash of a name and of blinded balances.

use std::collections::BTreeMap;

use domain::canon::{Canon, Writer};
use domain::{DepartmentId, Fen};

use crate::account::Account;
use crate::books::Balance;
use crate::charter::{Charter, department_owner};
use crate::digest::{Digest, Hash};
use crate::error::LedgerError;
use crate::leaf::{canon_struct, canon_variants};
use crate::merkle;

/// What a department owns: its accounts with number of postings and balance, in order.
pub type Holdings = BTreeMap<Account, Balance>;

/// All balances at a close.
#[derive(Clone, Debug)]
pub struct Seal {
    hash: Hash,
    owners: Vec<Owner>,
}

/// An owner: a department with all its accounts, or a single account of nobody's.
#[derive(Clone, Debug)]
struct Owner {
    name: String,
    blind: Digest,
    accounts: Vec<SealedBalance>,
}

/// An account as it is sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedBalance {
    /// The account.
    pub account: Account,
    /// Number of its postings.
    pub account_seq: u64,
    /// Debits minus credits, fen.
    pub balance_fen: Fen,
}

/// A leaf that shows whose it is and not what it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Neighbour {
    /// Place in the tree, from zero.
    pub index: u64,
    /// Whose balances they are.
    pub owner: String,
    /// Digest of the blinded balances.
    pub content: Digest,
    /// Hashes up to the root.
    pub path: Vec<Digest>,
}

/// The proof of a department's balances at a close.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BalanceProof {
    /// It had accounts.
    Present {
        /// Number of leaves.
        owners: u64,
        /// Place in the tree, from zero.
        index: u64,
        /// What blinds the balances.
        blind: Digest,
        /// All its accounts, in order.
        accounts: Vec<SealedBalance>,
        /// Hashes up to the root.
        path: Vec<Digest>,
    },
    /// It had none: the leaves between which it would stand are neighbours.
    Absent {
        /// Number of leaves.
        owners: u64,
        /// The leaf before, the leaf after, or both.
        neighbours: Vec<Neighbour>,
    },
}

canon_struct! {
    SealedBalance { account, account_seq, balance_fen }
    Neighbour { index, owner, content, path }
}
canon_variants! { BalanceProof, "proof of balances" {
    Present = "present" { owners, index, blind, accounts, path },
    Absent = "absent" { owners, neighbours },
} }

impl Seal {
    /// The seal of the record that closes a month; `None` without a charter, since nothing would
    /// blind it.
    pub fn new<'a>(
        charter: &Charter,
        close_seq: u64,
        accounts: impl IntoIterator<Item = (&'a Account, Balance)>,
    ) -> Option<Self> {
        let mut owners: BTreeMap<String, Vec<SealedBalance>> = BTreeMap::new();
        for (account, at) in accounts {
            let owner = match account.department() {
                Some(department) => department_owner(department),
                None => account.code(),
            };
            owners.entry(owner).or_default().push(SealedBalance {
                account: account.clone(),
                account_seq: at.account_seq,
                balance_fen: at.balance_fen,
            });
        }
        let owners = owners.into_iter().map(|(name, mut accounts)| {
            accounts.sort_by(|a, b| a.account.cmp(&b.account));
            Some(Owner {
                blind: charter.balance_blind(close_seq, &name)?,
                name,
                accounts,
            })
        });
        Some(Self {
            hash: charter.hash(),
            owners: owners.collect::<Option<_>>()?,
        })
    }

    fn leaves(&self) -> Vec<Digest> {
        let owners = self.owners.iter();
        owners
            .map(|owner| leaf(self.hash, &owner.name, &owner.content(self.hash)))
            .collect()
    }

    /// The root, which binds the number of leaves as well.
    pub fn root(&self) -> Digest {
        seal_root(
            self.hash,
            count(self.owners.len()),
            &merkle::root(self.hash, &self.leaves()),
        )
    }

    /// The proof of what a department had.
    pub fn proof(&self, department: &DepartmentId) -> Result<BalanceProof, LedgerError> {
        let name = department_owner(department);
        let leaves = self.leaves();
        let owners = count(leaves.len());
        let path = |at| merkle::inclusion_proof(self.hash, &leaves, at);
        let place = self.owners.binary_search_by(|owner| owner.name.cmp(&name));
        let after = match place {
            Ok(at) => {
                let owner = self.owners.get(at).ok_or(LedgerError::OutsideLog)?;
                return Ok(BalanceProof::Present {
                    owners,
                    index: count(at),
                    blind: owner.blind,
                    accounts: owner.accounts.clone(),
                    path: path(at)?,
                });
            }
            Err(after) => after,
        };
        let places = [after.checked_sub(1), Some(after)];
        let neighbours = places.into_iter().flatten().filter_map(|at| {
            let owner = self.owners.get(at)?;
            Some(path(at).map(|path| Neighbour {
                index: count(at),
                owner: owner.name.clone(),
                content: owner.content(self.hash),
                path,
            }))
        });
        Ok(BalanceProof::Absent {
            owners,
            neighbours: neighbours.collect::<Result<_, _>>()?,
        })
    }
}

impl Owner {
    fn content(&self, hash: Hash) -> Digest {
        content(hash, &self.blind, &self.accounts)
    }
}

impl BalanceProof {
    /// Checks the proof against the root in the record of the close; what the department had.
    pub fn verify(
        &self,
        hash: Hash,
        root: &Digest,
        department: &DepartmentId,
    ) -> Result<Holdings, LedgerError> {
        let name = department_owner(department);
        match self {
            Self::Present {
                owners,
                index,
                blind,
                accounts,
                path,
            } => {
                let leaf = leaf(hash, &name, &content(hash, blind, accounts));
                verify_leaf(hash, &leaf, *index, *owners, path, root)?;
                holdings(department, accounts)
            }
            Self::Absent { owners, neighbours } => {
                for own in neighbours {
                    let leaf = leaf(hash, &own.owner, &own.content);
                    verify_leaf(hash, &leaf, own.index, *owners, &own.path, root)?;
                }
                let between = match &neighbours[..] {
                    [] => *owners == 0 && *root == seal_root(hash, 0, &merkle::root(hash, &[])),
                    [one] if one.owner < name => one.index + 1 == *owners,
                    [one] => one.index == 0 && one.owner > name,
                    [one, other] => {
                        one.index + 1 == other.index && one.owner < name && name < other.owner
                    }
                    _ => false,
                };
                between.then(Holdings::new).ok_or(LedgerError::ProofFails)
            }
        }
    }
}

/// The accounts as a map; each must be the department's own and stand there once.
fn holdings(
    department: &DepartmentId,
    accounts: &[SealedBalance],
) -> Result<Holdings, LedgerError> {
    let mut holdings = Holdings::new();
    for own in accounts {
        let balance = Balance {
            balance_fen: own.balance_fen,
            account_seq: own.account_seq,
        };
        let is_own = own.account.department() == Some(department);
        if !is_own || holdings.insert(own.account.clone(), balance).is_some() {
            return Err(LedgerError::ProofFails);
        }
    }
    Ok(holdings)
}

fn content(hash: Hash, blind: &Digest, accounts: &[SealedBalance]) -> Digest {
    let mut writer = Writer::default();
    blind.write(&mut writer);
    for own in accounts {
        own.write(&mut writer);
    }
    hash.of(&writer.into_bytes())
}

fn leaf(hash: Hash, owner: &str, content: &Digest) -> Digest {
    let mut writer = Writer::default();
    owner.to_owned().write(&mut writer);
    content.write(&mut writer);
    hash.leaf(&writer.into_bytes())
}

fn seal_root(hash: Hash, owners: u64, tree: &Digest) -> Digest {
    hash.of_parts(&[
        b"hengxiang-balances-1",
        &owners.to_be_bytes(),
        tree.as_bytes(),
    ])
}

/// Climbs from the leaf to the root of the tree, and from there to that of the seal.
fn verify_leaf(
    hash: Hash,
    leaf: &Digest,
    index: u64,
    owners: u64,
    path: &[Digest],
    root: &Digest,
) -> Result<(), LedgerError> {
    let tree = merkle::root_of_path(hash, leaf, index, owners, path)?;
    if seal_root(hash, owners, &tree) == *root {
        Ok(())
    } else {
        Err(LedgerError::ProofFails)
    }
}

fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
