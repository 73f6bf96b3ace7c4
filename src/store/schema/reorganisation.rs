//! Who takes over from whom.
#![allow(
    missing_docs,
    reason = "Diesel's macro makes public items without documentation"
)]

diesel::table! {
    successions (department_id, successor_id) {
        department_id -> Text,
        successor_id -> Text,
        share -> Text,
        effective_on -> Date,
        form -> Text,
        document -> Text,
        batch_id -> BigInt,
        line -> BigInt,
    }
}
