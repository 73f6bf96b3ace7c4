//! The books: double entry, state machines, Merkle log, receipts, statements.
