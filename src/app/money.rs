//! What can be taken out of the ledger: receipts, exports, checkpoints.

use std::io::Write;
use std::path::PathBuf;

use chrono::NaiveDate;
use domain::{DepartmentId, Fen};
use export::{Export, Format, Out, Totals};
use ledger::{Account, Body, Scope};

use crate::App;
use crate::error::Error;
use crate::role::User;

/// Where an export goes.
pub enum Destination {
    /// A file.
    File {
        /// Where.
        path: PathBuf,
        /// Whether it may take the place of one that is there.
        replace: bool,
    },
    /// Standard output, say.
    Stream(Box<dyn Write>),
}

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

    /// Writes the books, or the part of them in the scope, in a format that other programs read: to
    /// a file, which is there as a whole or not at all, or to a stream.
    pub fn export(&self, format: Format, scope: &Scope, to: Destination) -> Result<Totals, Error> {
        match to {
            Destination::Stream(stream) => self.export_to(format, scope, Out::Stream(stream)),
            Destination::File { path, replace } => {
                if path.exists() && !replace {
                    return Err(Error::Conflict {
                        reason: format!(
                            "{} 已存在，未覆盖；要覆盖请加 --force (exists; --force replaces it)",
                            path.display()
                        ),
                    });
                }
                crate::write_file(&path, |file| self.export_to(format, scope, Out::File(file)))
            }
        }
    }

    fn export_to(&self, format: Format, scope: &Scope, out: Out) -> Result<Totals, Error> {
        let mut export = Export::new(format, scope.clone(), out)?;
        self.store().read(|conn| {
            let used = store::ledger::used_accounts(conn)?;
            match &scope.account {
                Some(code) if !used.iter().any(|account| scope.shows(account)) => {
                    return Err(Error::NotFound {
                        what: "账户",
                        key: code.clone(),
                    });
                }
                _ => {}
            }
            store::ledger::each_dated(conn, scope.to, |event| {
                export.take(event).map_err(Error::from)
            })
        })?;
        Ok(export.finish()?)
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

    fn department_of_line(&self, seq: u64) -> Result<DepartmentId, Error> {
        let event = self.store().read(|conn| store::ledger::event(conn, seq))?;
        let event = event.ok_or_else(|| no_line(seq))?;
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
