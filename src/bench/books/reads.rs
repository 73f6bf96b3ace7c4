//! Reading a large ledger: the balance of an account as it was known, the statement of a department,
//! a receipt; and what a posting takes on disk.

use std::time::{Duration, Instant};

use domain::Period;
use ledger::Account;
use store::Store;
use store::ledger as books;

use super::ours::{COMPONENTS, Ours, department};
use super::{Place, Size, Task};
use crate::Failure;
use crate::contest::{Answer, Rival};

/// Calls of one round.
const CALLS: usize = 50;

/// A ledger of so many postings, one run after another.
pub fn fill(place: &Place, size: Size, postings: usize) -> Result<Ours, Failure> {
    let mut ours = Ours::begin(&place.url, Task::Month, size)?;
    let each = size.awards() * super::POSTINGS_OF_AN_AWARD;
    for _ in 0..postings.div_ceil(each) {
        ours.month()?;
    }
    Ok(ours)
}

/// What is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// The balance of an account on a day, as known at a record.
    Balance,
    /// The statement of a department over a month.
    Statement,
    /// The receipt of a record.
    Receipt,
}

/// A reader of the ledger, who asks about another department each time.
pub struct Reader<'a> {
    /// The ledger.
    pub ours: &'a Ours,
    /// What is asked.
    pub question: Question,
    /// Departments in it.
    pub departments: usize,
    /// Questions asked so far.
    pub asked: usize,
}

impl Reader<'_> {
    fn ask(&mut self) -> Result<Duration, Failure> {
        // A step that meets all departments, days and places of the log in turns.
        self.asked += 7_919;
        let department = department(self.asked % self.departments);
        let month = u32::try_from(self.asked % 12)? + 1;
        let period = Period::new(2026, month).ok_or("没有这个月 (no such month)")?;
        let records = self.ours.records()?;
        let as_of = records - u64::try_from(self.asked)? % (records / 2);
        let store: &Store = self.ours.store();
        let start = Instant::now();
        match self.question {
            Question::Balance => {
                let account = Account::Payable(department);
                store.read(|conn| books::balance(conn, &account, period.last_day(), as_of))?;
            }
            Question::Statement => {
                store.read(|conn| books::statement(conn, &department, period, period))?;
            }
            Question::Receipt => {
                let own = store.read(|conn| books::events_of(conn, &department))?;
                let seq = own
                    .get(self.asked % own.len().max(1))
                    .map_or(1, |event| event.seq);
                let key = self.ours.signer().verifier_key();
                let start = Instant::now();
                store.read(|conn| books::receipt(conn, &department, seq, &key))?;
                return Ok(start.elapsed());
            }
        }
        Ok(start.elapsed())
    }
}

impl Rival for Reader<'_> {
    fn round(&mut self) -> Result<Vec<Duration>, Failure> {
        (0..CALLS).map(|_| self.ask()).collect()
    }

    /// What is asked is checked by the tests of the store; here it is only timed.
    fn answers(&mut self, _first: usize) -> Result<Vec<Answer>, Failure> {
        Ok(Vec::new())
    }
}

/// Awards of a department in a run.
pub const fn awards_each(size: Size) -> usize {
    size.lines * COMPONENTS.len()
}
