//! The tables as Diesel sees them. Kept by hand, because what Diesel infers from SQLite differs
//! from PostgreSQL; a test compares them with the columns of both databases.
#![allow(
    missing_docs,
    reason = "Diesel's macro makes public items without documentation"
)]

mod people;
mod reorganisation;

pub use people::*;
pub use reorganisation::*;

diesel::table! {
    batches (id) {
        id -> BigInt,
        sha256 -> Text,
        file_name -> Text,
        kind -> Text,
        imported_at -> Timestamp,
        importer -> Text,
        read_count -> BigInt,
        new_count -> BigInt,
        changed_count -> BigInt,
        unchanged_count -> BigInt,
        rejected_count -> BigInt,
        unattributed_count -> BigInt,
        duplicate_count -> BigInt,
    }
}

diesel::table! {
    rejects (batch_id, seq) {
        batch_id -> BigInt,
        seq -> BigInt,
        line -> BigInt,
        column_name -> Text,
        value -> Text,
        code -> Text,
        reason -> Text,
        remedy -> Text,
    }
}

diesel::table! {
    unattributed (batch_id, seq) {
        batch_id -> BigInt,
        seq -> BigInt,
        line -> BigInt,
        what -> Text,
        reason -> Text,
    }
}

diesel::table! {
    jurisdictions (code, valid_from) {
        code -> Text,
        valid_from -> Date,
        valid_to -> Nullable<Date>,
        name -> Text,
        level -> Text,
        parent_code -> Nullable<Text>,
        batch_id -> BigInt,
    }
}

diesel::table! {
    departments (id) {
        id -> Text,
        name -> Text,
        jurisdiction_code -> Text,
        group_name -> Text,
        valid_from -> Date,
        valid_to -> Nullable<Date>,
        successor_id -> Nullable<Text>,
        batch_id -> BigInt,
    }
}

diesel::table! {
    members (instance, class, code, subsystem) {
        instance -> Text,
        class -> Text,
        code -> Text,
        subsystem -> Text,
        department_id -> Text,
        batch_id -> BigInt,
        line -> BigInt,
    }
}

diesel::table! {
    services (instance, class, code, subsystem, service) {
        instance -> Text,
        class -> Text,
        code -> Text,
        subsystem -> Text,
        service -> Text,
        resource_code -> Text,
        batch_id -> BigInt,
        line -> BigInt,
    }
}

diesel::table! {
    resources (code) {
        code -> Text,
        name -> Text,
        provider_id -> Text,
        class -> Text,
        format -> Text,
        share_type -> Text,
        share_condition -> Text,
        update_cycle -> Text,
        grade -> BigInt,
        item_count -> BigInt,
        is_mounted -> Bool,
        published_on -> Date,
        batch_id -> BigInt,
        line -> BigInt,
    }
}

diesel::table! {
    resource_checks (period, resource_code) {
        period -> Text,
        resource_code -> Text,
        updated_on -> Nullable<Date>,
        checked_count -> BigInt,
        passed_count -> BigInt,
        batch_id -> BigInt,
        line -> BigInt,
    }
}

diesel::table! {
    usage_days (day, provider_id, resource_code, consumer_id) {
        day -> Date,
        provider_id -> Text,
        resource_code -> Text,
        consumer_id -> Text,
        succeeded_count -> BigInt,
        failed_count -> BigInt,
        record_count -> BigInt,
        size_bytes -> BigInt,
        batch_id -> BigInt,
        line -> BigInt,
    }
}

diesel::table! {
    exchanges (message_id) {
        message_id -> Text,
        requested_at -> Timestamp,
        day -> Date,
        provider_id -> Text,
        resource_code -> Text,
        consumer_id -> Text,
        is_success -> Bool,
        request_bytes -> BigInt,
        response_bytes -> BigInt,
        view -> Text,
        batch_id -> BigInt,
        line -> BigInt,
    }
}

diesel::table! {
    requests (id) {
        id -> Text,
        resource_code -> Text,
        share_type -> Text,
        provider_id -> Text,
        consumer_id -> Text,
        received_on -> Date,
        extension_days -> BigInt,
        extension_consented_on -> Nullable<Date>,
        replied_on -> Nullable<Date>,
        outcome -> Text,
        delivered_on -> Nullable<Date>,
        batch_id -> BigInt,
        line -> BigInt,
    }
}

diesel::table! {
    corrections (id) {
        id -> Text,
        resource_code -> Text,
        provider_id -> Text,
        requester_id -> Text,
        received_on -> Date,
        completed_on -> Nullable<Date>,
        is_upheld -> Bool,
        batch_id -> BigInt,
        line -> BigInt,
    }
}

diesel::table! {
    incidents (id) {
        id -> Text,
        department_id -> Text,
        code -> Text,
        occurred_on -> Date,
        confirmed_on -> Date,
        summary -> Text,
        batch_id -> BigInt,
        line -> BigInt,
    }
}

diesel::table! {
    feedback (id) {
        id -> Text,
        department_id -> Text,
        received_on -> Date,
        channel -> Text,
        rating -> BigInt,
        answered_on -> Nullable<Date>,
        batch_id -> BigInt,
        line -> BigInt,
    }
}

diesel::table! {
    safeguards (period, department_id, kind) {
        period -> Text,
        department_id -> Text,
        kind -> Text,
        required_count -> BigInt,
        met_count -> BigInt,
        batch_id -> BigInt,
        line -> BigInt,
    }
}

diesel::table! {
    judgements (period, department_id, indicator_id) {
        period -> Text,
        department_id -> Text,
        indicator_id -> Text,
        value -> Text,
        reason -> Text,
        assessor -> Text,
        signed_on -> Date,
        batch_id -> BigInt,
        line -> BigInt,
    }
}

diesel::table! {
    superseded_judgements (id) {
        id -> BigInt,
        period -> Text,
        department_id -> Text,
        indicator_id -> Text,
        value -> Text,
        reason -> Text,
        assessor -> Text,
        signed_on -> Date,
        batch_id -> BigInt,
        line -> BigInt,
        superseded_by -> BigInt,
    }
}

diesel::table! {
    measures (period, department_id, measure_id) {
        period -> Text,
        department_id -> Text,
        measure_id -> Text,
        achieved -> Text,
        population -> Text,
        batch_id -> BigInt,
        line -> BigInt,
    }
}

diesel::table! {
    claims (id) {
        id -> Text,
        department_id -> Text,
        period -> Text,
        kind -> Text,
        beneficiary_code -> Text,
        declared_fen -> BigInt,
        accepted_fen -> Nullable<BigInt>,
        decided_on -> Nullable<Date>,
        reason -> Text,
        batch_id -> BigInt,
        line -> BigInt,
    }
}

diesel::table! {
    appropriations (document) {
        document -> Text,
        payer_code -> Text,
        budget_year -> BigInt,
        budget_line -> Text,
        programme -> Text,
        amount_fen -> BigInt,
        effective_on -> Date,
        batch_id -> BigInt,
        line -> BigInt,
    }
}

diesel::table! {
    blobs (sha256) {
        sha256 -> Text,
        bytes -> Binary,
    }
}

diesel::table! {
    runs (id) {
        id -> Text,
        period -> Text,
        pack_ref -> Text,
        pack_sha256 -> Text,
        facts_sha256 -> Text,
        prior_run_id -> Nullable<Text>,
        engine_version -> Text,
        created_at -> Timestamp,
        created_by -> Text,
    }
}

diesel::table! {
    run_stages (run_id, stage) {
        run_id -> Text,
        stage -> Text,
        finished_at -> Timestamp,
        digest -> Text,
    }
}

diesel::table! {
    scores (run_id, department_id) {
        run_id -> Text,
        department_id -> Text,
        group_name -> Text,
        total -> Text,
        grade -> Nullable<Text>,
        rank -> Nullable<BigInt>,
        rank_of -> BigInt,
        is_vetoed -> Bool,
        standing -> Text,
    }
}

diesel::table! {
    indicator_scores (run_id, department_id, indicator_id) {
        run_id -> Text,
        department_id -> Text,
        indicator_id -> Text,
        axis_id -> Text,
        points -> Text,
        available -> Text,
        status -> Text,
        case_count -> BigInt,
    }
}

diesel::table! {
    awards (run_id, department_id, payer_code, budget_year, budget_line, programme, component) {
        run_id -> Text,
        department_id -> Text,
        payer_code -> Text,
        budget_year -> BigInt,
        budget_line -> Text,
        programme -> Text,
        component -> Text,
        amount_fen -> BigInt,
        unfunded_fen -> BigInt,
        cite -> Text,
    }
}

diesel::table! {
    published (period) {
        period -> Text,
        run_id -> Text,
        published_at -> Timestamp,
        published_by -> Text,
    }
}

diesel::table! {
    reports (run_id, name) {
        run_id -> Text,
        name -> Text,
        media_type -> Text,
        sha256 -> Text,
        path -> Text,
        size_bytes -> BigInt,
    }
}

diesel::table! {
    rule_bundles (pack, sequence) {
        pack -> Text,
        sequence -> BigInt,
        version -> Text,
        effective_from_on -> Date,
        effective_to_on -> Nullable<Date>,
        sha256 -> Text,
        rules_sha256 -> Text,
        signer -> Nullable<Text>,
        tested_with -> Text,
        installed_at -> Timestamp,
        installed_by -> Text,
    }
}

diesel::allow_tables_to_appear_in_same_query!(superseded_judgements, batches);
