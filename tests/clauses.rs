//! What the rules of compensation promise, clause by clause, through the real binary: a pack, a month,
//! an approval, and the money in the books.

mod bounds;
mod payers;
mod reorganised;
mod short;
mod year;
