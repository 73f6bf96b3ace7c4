//! A state of the office. Two states are the same when nobody could ever tell them apart: record
//! numbers are left out, so that orders of unrelated steps meet again.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::hash::{Hash, Hasher};

use ledger::Books;

use crate::ask::{Ask, Batch};

/// What the treasury did with a batch; it does each once, however often it is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Treasury {
    /// The money left.
    Paid,
    /// It did not.
    Returned,
}

/// A state.
#[derive(Clone, Debug)]
pub struct State {
    /// The books.
    pub books: Books,
    /// What was carried out, but its client crashed before it heard so. It will ask again.
    pub unanswered: BTreeSet<Ask>,
    /// What the treasury did.
    pub treasury: BTreeMap<Batch, Treasury>,
    /// Crashes that may still happen.
    pub crashes_left: u8,
    /// Whether a command that was asked twice in a row ever did something the second time.
    pub repeated: bool,
    /// All of the books that anybody can tell apart.
    seen: String,
}

impl State {
    /// The first state.
    pub(crate) fn new(books: Books, crashes_left: u8) -> Self {
        Self {
            seen: seen(&books),
            books,
            unanswered: BTreeSet::new(),
            treasury: BTreeMap::new(),
            crashes_left,
            repeated: false,
        }
    }

    /// Puts the books in their next state.
    pub(crate) fn turn_to(&mut self, books: Books) {
        self.seen = seen(&books);
        self.books = books;
    }

    fn parts(&self) -> (&str, &BTreeSet<Ask>, &BTreeMap<Batch, Treasury>, u8, bool) {
        let Self {
            books: _,
            unanswered,
            treasury,
            crashes_left,
            repeated,
            seen,
        } = self;
        (seen, unanswered, treasury, *crashes_left, *repeated)
    }
}

impl PartialEq for State {
    fn eq(&self, other: &Self) -> bool {
        self.parts() == other.parts()
    }
}

impl Eq for State {}

impl Hash for State {
    fn hash<H: Hasher>(&self, to: &mut H) {
        self.parts().hash(to);
    }
}

/// The books as text, accruals named by their runs instead of their record numbers.
fn seen(books: &Books) -> String {
    let mut text = String::new();
    let mut say = |part: std::fmt::Arguments| {
        // Writing to a string does not fail.
        let _ = text.write_fmt(part);
    };
    for (id, run) in books.runs() {
        let (stage, attempt) = (run.stage, run.attempt);
        say(format_args!(
            "{id} {stage:?} {attempt} {:?} {:?}\n",
            run.makers, run.approver
        ));
    }
    for (id, order) in books.orders() {
        say(format_args!(
            "{id} {:?} {} {:?} {:?}",
            order.stage, order.maker, order.approver, order.outcomes
        ));
        for line in &order.order.lines {
            let of = line
                .accrual()
                .and_then(|seq| books.accrual(seq)?.run.clone());
            say(format_args!(" {of:?} {}", line.amount_fen()));
        }
        say(format_args!("\n"));
    }
    for (_, accrual) in books.accruals() {
        say(format_args!("{accrual:?}\n"));
    }
    for (account, at) in books.accounts() {
        say(format_args!("{} {}\n", account.code(), at.balance_fen));
    }
    text
}
