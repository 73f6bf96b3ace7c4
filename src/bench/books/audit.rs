//! Auditing a ledger: every record followed, every table, root and signature compared.

use std::time::{Duration, Instant};

use super::ours::Ours;
use crate::Failure;
use crate::contest::{Answer, Rival};

/// An auditor, who reads the same ledger each round.
pub struct Auditor<'a> {
    /// The ledger.
    pub ours: &'a Ours,
}

impl Rival for Auditor<'_> {
    fn round(&mut self) -> Result<Vec<Duration>, Failure> {
        let key = self.ours.signer().verifier_key();
        let start = Instant::now();
        let store = self.ours.store();
        let audit = store.read(|conn| store::ledger::audit(conn, &key, None))?;
        let took = start.elapsed();
        // An audit that stops early would be fast.
        if let Some(found) = audit.findings.first() {
            return Err(found.to_string().into());
        }
        if audit.records != self.ours.records()? {
            return Err("记录没有读完 (records left out)".into());
        }
        Ok(vec![took])
    }

    /// What is compared is checked by the tests of the store; here it is only timed.
    fn answers(&mut self, _first: usize) -> Result<Vec<Answer>, Failure> {
        Ok(Vec::new())
    }
}
