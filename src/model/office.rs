//! The office as a model to check: what can happen next, and what must always hold.

use std::collections::BTreeSet;

use domain::Fen;
use ledger::{Account, Action, Books, Order, OrderKind, OrderLine, OrderStage, Stage};
use stateright::{Model, Property};

use crate::ask::{Ask, Batch, GRANTED_FEN, Run, line, opening, owed_by_first};
use crate::flaw::{ALIAS, Flaw};
use crate::settle::can_settle;
use crate::state::{State, Treasury};

/// The office, and how far it is followed.
#[derive(Clone, Debug)]
pub struct Office {
    /// What is wrong with it.
    pub flaw: Flaw,
    /// The runs there are.
    pub runs: Vec<Run>,
    /// The batches there are.
    pub batches: Vec<Batch>,
    /// How many clients may crash between the commit and its answer. A crash before the commit
    /// changes nothing and needs no step.
    pub crashes: u8,
    /// How often a run may be calculated.
    pub attempts_max: u32,
}

/// What happens next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// Somebody asks and hears the answer.
    Ask(Ask),
    /// Somebody asks, and crashes when it is carried out and not yet answered.
    Crash(Ask),
    /// Whoever crashed asks again.
    Retry(Ask),
    /// The treasury, told of a batch once or more often, deals with it.
    Treasury(Batch, Treasury),
}

impl Model for Office {
    type State = State;
    type Action = Step;

    fn init_states(&self) -> Vec<State> {
        let mut books = Books::default();
        for command in opening() {
            books = Flaw::None.decide(&books, &command).unwrap().books;
        }
        vec![State::new(books, self.crashes)]
    }

    fn actions(&self, state: &State, steps: &mut Vec<Step>) {
        let mut asks = Ask::all(&self.runs, &self.batches);
        asks.retain(|ask| self.may_be_asked(state, *ask));
        for batch in &self.batches {
            asks.extend(self.papers(state, *batch));
        }
        steps.extend(asks.iter().copied().map(Step::Ask));
        if state.crashes_left > 0 {
            steps.extend(asks.into_iter().map(Step::Crash));
        }
        steps.extend(state.unanswered.iter().copied().map(Step::Retry));
        for batch in &self.batches {
            if is_told(&state.books, *batch) && !state.treasury.contains_key(batch) {
                let both = [Treasury::Paid, Treasury::Returned];
                steps.extend(both.map(|word| Step::Treasury(*batch, word)));
            }
        }
    }

    fn next_state(&self, before: &State, step: Step) -> Option<State> {
        let mut state = before.clone();
        match step {
            Step::Treasury(batch, word) => {
                state.treasury.insert(batch, word);
            }
            Step::Ask(ask) => self.ask(&mut state, ask)?,
            Step::Crash(ask) => {
                self.ask(&mut state, ask)?;
                state.crashes_left -= 1;
                state.unanswered.insert(ask);
            }
            Step::Retry(ask) => {
                state.unanswered.remove(&ask);
                // Meanwhile it may be refused, or its thing withdrawn and asked for anew.
                self.ask(&mut state, self.again(ask));
            }
        }
        Some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("nothing is paid twice", |_, state: &State| {
                nothing_paid_twice(state)
            }),
            Property::always("nobody approves what he made", |_, state: &State| {
                nobody_approves_his_own(&state.books)
            }),
            Property::always("the cap is held", |_, state: &State| cap_is_held(state)),
            Property::always("asked twice is done once", |_, state: &State| {
                !state.repeated
            }),
            Property::always(
                "what is approved ends paid, withheld or withdrawn",
                |office: &Self, state: &State| can_settle(office.flaw, state),
            ),
            Property::sometimes("all is paid", |_, state: &State| {
                first(&state.books, |own| own.paid_fen == own.amount_fen)
            }),
            Property::sometimes("a part is withheld, the rest paid", |_, state: &State| {
                first(&state.books, |own| {
                    own.withheld_fen() > Fen::ZERO && own.owed_fen() == own.withheld_fen()
                })
            }),
            Property::sometimes("an approved run is withdrawn", |_, state: &State| {
                state
                    .books
                    .runs()
                    .any(|(_, run)| run.stage == Stage::Voided && !run.accruals.is_empty())
            }),
            Property::sometimes(
                "a payment comes back and is paid by another batch",
                |_, state: &State| {
                    let word = |batch| state.treasury.get(&batch).copied();
                    word(Batch::Whole) == Some(Treasury::Returned)
                        && word(Batch::Part) == Some(Treasury::Paid)
                },
            ),
            Property::sometimes(
                "a client crashes and asks again",
                |office: &Self, state: &State| {
                    state.crashes_left < office.crashes && state.unanswered.is_empty()
                },
            ),
        ]
    }
}

impl Office {
    /// Bounds the model where it would go on for ever: by new attempts of a run.
    fn may_be_asked(&self, state: &State, ask: Ask) -> bool {
        let Ask::Calculate(run) = ask else {
            return true;
        };
        let attempt = state.books.run(&run.id()).map_or(0, |known| known.attempt);
        attempt < self.attempts_max
    }

    /// What can be handed in about a batch: the treasury's word, once there is one, as often as
    /// anybody likes.
    fn papers(&self, state: &State, batch: Batch) -> Option<Ask> {
        if self.flaw == Flaw::SilenceIsRefusal && is_told(&state.books, batch) {
            return Some(Ask::Return(batch));
        }
        match state.treasury.get(&batch) {
            Some(Treasury::Paid) => Some(Ask::Confirm(batch)),
            Some(Treasury::Returned) => Some(Ask::Return(batch)),
            None => None,
        }
    }

    /// What a client asks whose answer was lost.
    fn again(&self, ask: Ask) -> Ask {
        match ask {
            Ask::Propose(_, by) if self.flaw == Flaw::RetriesAreNew => {
                Ask::Propose(Batch::Rest(0), by)
            }
            same => same,
        }
    }

    /// Carries out what is asked; none where that changes nothing.
    fn ask(&self, state: &mut State, ask: Ask) -> Option<()> {
        let command = ask.command(&state.books)?;
        let decided = self.flaw.decide(&state.books, &command).ok()?;
        if decided.events.is_empty() {
            return None;
        }
        let again = self.flaw.decide(&decided.books, &command);
        // A withdrawn run that is calculated again is a new calculation, not a repetition.
        let repeated = again.is_ok_and(|again| !again.events.is_empty());
        state.repeated |= repeated && !matches!(command.action, Action::OpenPeriod { .. });
        state.turn_to(decided.books);
        Some(())
    }
}

/// Whether the treasury was told to pay a batch. Its word may be long in coming.
fn is_told(books: &Books, batch: Batch) -> bool {
    books
        .order(&batch.id())
        .is_some_and(|known| known.stage == OrderStage::Approved)
}

fn first(books: &Books, holds: impl Fn(&ledger::Accrual) -> bool) -> bool {
    owed_by_first(books)
        .and_then(|seq| books.accrual(seq))
        .is_some_and(holds)
}

fn paid_line(order: &Order) -> Option<(u64, i64)> {
    match order.line(0)? {
        OrderLine::Pay {
            accrual,
            amount_fen,
        } => Some((*accrual, amount_fen.get())),
        _ => None,
    }
}

/// Fen that left the treasury for an accrual; for all of them without one.
fn left_treasury(state: &State, accrual: Option<u64>) -> i64 {
    let paid = state
        .treasury
        .iter()
        .filter(|(_, word)| **word == Treasury::Paid);
    paid.filter_map(|(batch, _)| paid_line(&state.books.order(&batch.id())?.order))
        .filter(|(of, _)| accrual.is_none_or(|own| own == *of))
        .map(|(_, fen)| fen)
        .sum()
}

/// What left the treasury is owed by an accrual that stands, and no more than that; and the books
/// never say more was paid than was.
fn nothing_paid_twice(state: &State) -> bool {
    let mut owed = 0;
    for (seq, accrual) in state.books.accruals() {
        let left = left_treasury(state, Some(seq));
        if left > accrual.amount_fen.get() || accrual.paid_fen.get() > left {
            return false;
        }
        owed += left;
    }
    owed == left_treasury(state, None)
}

fn nobody_approves_his_own(books: &Books) -> bool {
    let person = |id: &str| id.trim_end_matches(ALIAS).to_owned();
    let runs = books.runs().all(|(_, run)| {
        let makers: BTreeSet<String> = run.makers.iter().map(|id| person(id)).collect();
        run.approver
            .as_deref()
            .is_none_or(|own| !makers.contains(&person(own)))
    });
    let orders = books.orders().all(|(_, order)| {
        let approved = order.stage == OrderStage::Approved && order.order.kind == OrderKind::Pay;
        let other = order
            .approver
            .as_deref()
            .is_some_and(|own| person(own) != person(&order.maker));
        !approved || other
    });
    runs && orders
}

/// What is reserved, owed and paid stays within what was granted, in the books and at the treasury.
fn cap_is_held(state: &State) -> bool {
    let on = |account: Account| state.books.balance(&account).balance_fen.get();
    let used = on(Account::Reserved(line()))
        + on(Account::Encumbered(line()))
        + on(Account::Expended(line()));
    let approved = Run::ALL.into_iter().filter(|run| {
        state
            .books
            .run(&run.id())
            .is_some_and(|known| known.stage == Stage::Approved)
    });
    let signed = i64::try_from(approved.count())
        .unwrap_or(i64::MAX)
        .saturating_mul(crate::ask::AWARD_FEN);
    used <= GRANTED_FEN && signed <= GRANTED_FEN && left_treasury(state, None) <= GRANTED_FEN
}
