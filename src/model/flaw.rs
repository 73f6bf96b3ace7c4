//! Flaws to seed, one at a time: a checker that finds none of them would prove nothing.

use domain::Fen;
use ledger::{Action, Books, Command, Decided, Grant, Rejection, UtcMicros, decide_all};

use crate::ask::{AWARD_FEN, line};

/// What is wrong with the office.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Flaw {
    /// Nothing.
    #[default]
    None,
    /// A maker who calls himself something else may approve.
    MakerApproves,
    /// A run that the line does not hold raises the line.
    CapRaised,
    /// A clerk takes the treasury's silence for its refusal.
    SilenceIsRefusal,
    /// Notices of return are acknowledged and thrown away.
    ReturnsLost,
    /// A client whose answer was lost asks again under a new number. This one is harmless, which the
    /// checker must find too.
    RetriesAreNew,
}

/// How long one hand's other name is told from its own.
pub(crate) const ALIAS: &str = " alias";

impl Flaw {
    /// The answer of the office: that of the ledger, but for the flaw.
    pub(crate) fn decide(self, books: &Books, command: &Command) -> Result<Decided, Rejection> {
        let ask = |commands: &[Command]| decide_all(books, commands, UtcMicros::new(0));
        let one = std::slice::from_ref(command);
        match (self, &command.action, ask(one)) {
            (
                Self::MakerApproves,
                _,
                Err(Rejection::SamePerson { .. } | Rejection::OrderSamePerson { .. }),
            ) => {
                let mut renamed = command.clone();
                renamed.actor.id.push_str(ALIAS);
                ask(&[renamed])
            }
            (
                Self::CapRaised,
                Action::CalculateRun {
                    awards,
                    effective_on,
                },
                Err(Rejection::Overdraft { .. }),
            ) => {
                let raise = Action::Amend(Grant {
                    line: line(),
                    amount_fen: Fen::new(AWARD_FEN),
                    document: awards.run.to_string(),
                    effective_on: *effective_on,
                });
                let mut robot = command.clone();
                robot.action = raise;
                ask(&[robot, command.clone()])
            }
            (Self::ReturnsLost, Action::FailPayment(_), Ok(_)) => Ok(Decided {
                events: Vec::new(),
                books: books.clone(),
            }),
            (_, _, answer) => answer,
        }
    }
}
