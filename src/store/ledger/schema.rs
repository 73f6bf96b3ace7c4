//! The tables of the ledger as Diesel sees them.
#![allow(
    missing_docs,
    reason = "Diesel's macro makes public items without documentation"
)]

diesel::table! {
    ledger_records (seq) {
        seq -> BigInt,
        kind -> Text,
        actor_id -> Text,
        actor_role -> Text,
        recorded_at -> Timestamp,
        body -> Binary,
        leaf_hash -> Binary,
    }
}

diesel::table! {
    accounts (id) {
        id -> BigInt,
        code -> Text,
        account_group -> Text,
        guard -> Text,
    }
}

diesel::table! {
    txns (seq) {
        seq -> BigInt,
        kind -> Text,
        period -> Text,
        effective_on -> Date,
        for_period -> Text,
        idempotency_key -> Text,
        fingerprint -> Binary,
        run_id -> Nullable<Text>,
        run_attempt -> Nullable<BigInt>,
        department_id -> Nullable<Text>,
        component -> Nullable<Text>,
        accrual_seq -> Nullable<BigInt>,
        reverses_seq -> Nullable<BigInt>,
        order_id -> Nullable<Text>,
        order_line -> Nullable<BigInt>,
        rule -> Nullable<Text>,
        appeal_id -> Nullable<Text>,
        document -> Text,
        memo -> Text,
        legs -> Text,
    }
}

diesel::table! {
    postings (account_id, seq) {
        account_id -> BigInt,
        account_seq -> BigInt,
        seq -> BigInt,
        leg_index -> BigInt,
        amount_fen -> BigInt,
        balance_after_fen -> BigInt,
        period -> Nullable<Text>,
        effective_on -> Nullable<Date>,
        period_sum_fen -> Nullable<BigInt>,
        day_sum_fen -> Nullable<BigInt>,
    }
}

diesel::table! {
    period_events (period, event_index) {
        period -> Text,
        event_index -> BigInt,
        kind -> Text,
        seq -> BigInt,
    }
}

diesel::table! {
    run_events (seq) {
        seq -> BigInt,
        run_id -> Text,
        attempt -> BigInt,
        kind -> Text,
        digest -> Text,
        actor_id -> Text,
        for_period -> Nullable<Text>,
        award_count -> Nullable<BigInt>,
        total_fen -> Nullable<BigInt>,
    }
}

diesel::table! {
    order_events (seq) {
        seq -> BigInt,
        order_id -> Text,
        kind -> Text,
        order_kind -> Nullable<Text>,
        digest -> Text,
        actor_id -> Text,
        line_count -> Nullable<BigInt>,
        total_fen -> Nullable<BigInt>,
    }
}

diesel::table! {
    order_lines (order_id, line_index) {
        order_id -> Text,
        line_index -> BigInt,
        kind -> Text,
        accrual_seq -> Nullable<BigInt>,
        department_id -> Nullable<Text>,
        reverses_seq -> Nullable<BigInt>,
        amount_fen -> BigInt,
    }
}

diesel::table! {
    claim_events (seq) {
        seq -> BigInt,
        claim_id -> Text,
        kind -> Text,
        department_id -> Nullable<Text>,
        amount_fen -> Nullable<BigInt>,
        run_id -> Nullable<Text>,
        run_attempt -> Nullable<BigInt>,
        actor_id -> Text,
    }
}

diesel::table! {
    appeal_events (seq) {
        seq -> BigInt,
        appeal_id -> Text,
        kind -> Text,
        department_id -> Nullable<Text>,
        accrual_seq -> Nullable<BigInt>,
        amount_fen -> Nullable<BigInt>,
        actor_id -> Text,
    }
}

diesel::table! {
    charter_events (seq) {
        seq -> BigInt,
        kind -> Text,
        certificate -> Nullable<Text>,
    }
}

diesel::table! {
    texts (commitment) {
        commitment -> Binary,
        seq -> BigInt,
        salt -> Binary,
        text -> Text,
    }
}

diesel::table! {
    erasures (seq) {
        seq -> BigInt,
        commitment -> Binary,
        document -> Text,
    }
}

diesel::table! {
    checkpoints (tree_size) {
        tree_size -> BigInt,
        root_hash -> Binary,
        note -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    cosignatures (tree_size, witness_key) {
        tree_size -> BigInt,
        witness_key -> Text,
        line -> Text,
    }
}

diesel::allow_tables_to_appear_in_same_query!(ledger_records, postings, txns);
diesel::allow_tables_to_appear_in_same_query!(checkpoints, cosignatures);
