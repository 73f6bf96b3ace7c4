//! What an appeal wins: the difference that its decision makes to the month, as lines of an
//! adjustment. What a restatement or another decision has given already is not given again.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use domain::{DepartmentId, Fen, Period};

use super::adjusting::Adjusting;
use super::standing::{Booked, Claimed, Paid, Standing};
use super::{Restated, entry_of, paid_of, unfunded_of};
use crate::award::Award;
use crate::books::Books;
use crate::order::OrderLine;
use crate::rejection::Rejection;

/// What a department wins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Won {
    /// What is paid, by line and component, and what of it is won.
    pub paid: Vec<Restated>,
    /// The lines of the adjustment, of the year of posting.
    pub lines: Vec<OrderLine>,
}

/// What a department wins when a month is worth `after` to it, and not `before`. What others would
/// lose is not taken from them.
pub fn won(
    books: &Books,
    (department, period): (&DepartmentId, Period),
    (before, after): (&[Award], &[Award]),
    effective_on: NaiveDate,
) -> Result<Won, Rejection> {
    let own = |awards: &[Award]| -> Vec<Award> {
        let own = awards
            .iter()
            .filter(|award| award.department == *department);
        own.cloned().collect()
    };
    let (before, after) = (own(before), own(after));
    let booked = Booked::of(books, period);
    let mut adjusting = Adjusting::new(books, period, effective_on, &after);
    let (was, is) = (paid_of(period, &before), paid_of(period, &after));
    let keys: BTreeSet<&Paid> = was.keys().chain(is.keys()).collect();
    let mut paid = Vec::new();
    for key in keys {
        let standing = booked.paid.get(key).cloned().unwrap_or_default();
        let (was, is) = (was.get(key), is.get(key));
        let (was, is) = (
            was.copied().unwrap_or_default(),
            is.copied().unwrap_or_default(),
        );
        paid.push(entry_of(key, &standing, is, raise(was, is, &standing)));
    }
    adjusting.raise(&mut paid)?;
    let (was, is) = (unfunded_of(&before), unfunded_of(&after));
    let keys: BTreeSet<&Claimed> = was.keys().chain(is.keys()).collect();
    for key in keys {
        let standing = booked.unfunded.get(key).cloned().unwrap_or_default();
        let (was, is) = (was.get(key), is.get(key));
        let (was, is) = (
            was.copied().unwrap_or_default(),
            is.copied().unwrap_or_default(),
        );
        let mine = |one: &&Restated| one.component == key.1;
        let short: Fen = paid.iter().filter(mine).map(|one| &one.short_fen).sum();
        let more = raise(was, is, &standing) + short.get();
        adjusting.show(&key.0, key.1, Fen::new(more));
    }
    Ok(Won {
        paid,
        lines: adjusting.lines,
    })
}

/// The difference, and never more than is due beyond what was booked and given.
fn raise(was: i64, is: i64, standing: &Standing) -> i64 {
    let due = is - standing.own - standing.given();
    (is - was).min(due).max(0)
}
