//! What can be taken out of the ledger: receipts, journals, checkpoints.

use chrono::NaiveDate;
use domain::{DepartmentId, Fen};
use ledger::{Account, Body, Event};

use crate::App;
use crate::error::Error;
use crate::role::User;

impl App {
    /// An offline-verifiable receipt of a ledger line, for the department that it concerns.
    pub fn receipt(&self, viewer: &User, seq: u64) -> Result<String, Error> {
        let department = self.department_of_line(seq)?;
        if !viewer.may_see(&department) {
            return Err(no_line(seq));
        }
        self.receipt_unchecked(seq)
    }

    /// The same for the operator of the command line.
    pub fn receipt_unchecked(&self, seq: u64) -> Result<String, Error> {
        let department = self.department_of_line(seq)?;
        let key = self.signer().verifier_key();
        let receipt = self.store().read(|conn| {
            store::ledger::receipt(conn, &department, seq, &key).map_err(Error::from)
        })?;
        Ok(receipt.to_text())
    }

    /// The newest signed checkpoint; none while the ledger is empty.
    pub fn checkpoint(&self) -> Result<Option<String>, Error> {
        self.store()
            .read(|conn| store::ledger::latest_checkpoint(conn).map_err(Error::from))
    }

    /// The books as a plain-text journal that hledger reads: all, or those of one department.
    pub fn journal(&self, department: Option<&DepartmentId>) -> Result<String, Error> {
        let events = self.events()?;
        Ok(match department {
            None => ledger::journal::journal(&events),
            Some(department) => ledger::journal::department_journal(department, &events),
        })
    }

    /// Balances on a business date, as known after a record: of one account, or of all that were ever
    /// used. Debits are above zero.
    pub fn balances(
        &self,
        account: Option<&str>,
        on: Option<NaiveDate>,
        as_of: Option<u64>,
    ) -> Result<Vec<(Account, Fen)>, Error> {
        let books = self.books()?;
        let accounts: Vec<Account> = match account {
            Some(code) => vec![code.parse().map_err(ledger::Rejection::from)?],
            None => books
                .accounts()
                .map(|(account, _)| account.clone())
                .collect(),
        };
        // Nothing is dated after the last month that was opened.
        let last = books.periods().map(|(period, _)| period.last_day()).last();
        let on = on.or(last).unwrap_or_else(|| self.clock().today());
        let as_of = as_of.unwrap_or_else(|| books.records());
        self.store().read(|conn| {
            let all = accounts.iter().map(|account| {
                let fen = store::ledger::balance(conn, account, on, as_of)?;
                Ok((account.clone(), fen))
            });
            all.collect::<Result<_, store::StoreError>>()
                .map_err(Error::from)
        })
    }

    /// All records of the ledger.
    pub(crate) fn events(&self) -> Result<Vec<Event>, Error> {
        self.store()
            .read(|conn| store::ledger::events(conn, 1).map_err(Error::from))
    }

    fn department_of_line(&self, seq: u64) -> Result<DepartmentId, Error> {
        let events = self.events()?;
        let event = events
            .iter()
            .find(|event| event.seq == seq)
            .ok_or_else(|| no_line(seq))?;
        let Body::Posted(posted) = &event.body else {
            return Err(no_line(seq));
        };
        let departments = posted.transaction.departments();
        departments
            .first()
            .map(|id| (*id).clone())
            .ok_or_else(|| no_line(seq))
    }
}

fn no_line(seq: u64) -> Error {
    Error::NotFound {
        what: "台账记录",
        key: seq.to_string(),
    }
}
