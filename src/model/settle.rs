//! The fair end of a state: everybody who waits for an answer asks again, the treasury answers what
//! it was told, and what can be paid is paid. From every state there must be one.

use ledger::{Books, OrderStage, Payment};

use crate::ask::{Ask, Batch, Person, owed_by_first};
use crate::flaw::Flaw;
use crate::state::{State, Treasury};

/// Rounds after which an end that is not reached is taken for none.
const ROUNDS_MAX: u8 = 8;

/// Whether everything that is owed to the first department ends paid or withheld; what was withdrawn
/// is owed no more. The second is owed the same way and has no clerk here.
pub(crate) fn can_settle(flaw: Flaw, state: &State) -> bool {
    let mut state = state.clone();
    for ask in std::mem::take(&mut state.unanswered) {
        ask_of(flaw, &mut state.books, ask);
    }
    for round in 0..ROUNDS_MAX {
        if is_settled(&state.books) {
            return true;
        }
        for batch in [Batch::Whole, Batch::Part]
            .into_iter()
            .chain((0..round).map(Batch::Rest))
        {
            finish(flaw, &mut state, batch);
        }
        ask_of(
            flaw,
            &mut state.books,
            Ask::Propose(Batch::Rest(round), Person::Li),
        );
    }
    false
}

/// Brings a batch to its end.
fn finish(flaw: Flaw, state: &mut State, batch: Batch) {
    let Some(known) = state.books.order(&batch.id()) else {
        return;
    };
    if known.stage == OrderStage::Proposed {
        let checker = if known.maker == "Li" {
            Person::Zhao
        } else {
            Person::Li
        };
        if !ask_of(flaw, &mut state.books, Ask::ApproveBatch(batch, checker)) {
            ask_of(flaw, &mut state.books, Ask::RefuseBatch(batch, checker));
        }
    }
    let payment = state
        .books
        .order(&batch.id())
        .and_then(|known| known.payment(0));
    if payment == Some(Payment::Instructed) {
        let word = match state.treasury.entry(batch).or_insert(Treasury::Paid) {
            Treasury::Paid => Ask::Confirm(batch),
            Treasury::Returned => Ask::Return(batch),
        };
        ask_of(flaw, &mut state.books, word);
    }
}

/// Asks; whether it was not refused.
fn ask_of(flaw: Flaw, books: &mut Books, ask: Ask) -> bool {
    let Some(command) = ask.command(books) else {
        return false;
    };
    match flaw.decide(books, &command) {
        Ok(decided) => {
            *books = decided.books;
            true
        }
        Err(_) => false,
    }
}

fn is_settled(books: &Books) -> bool {
    let Some(accrual) = owed_by_first(books).and_then(|seq| books.accrual(seq)) else {
        return true;
    };
    accrual.owed_fen() == accrual.withheld_fen()
}
