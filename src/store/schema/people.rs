//! People, their sessions and doings, and the jobs of the schedule.

diesel::table! {
    users (id) {
        id -> BigInt,
        login -> Text,
        display_name -> Text,
        role -> Text,
        department_id -> Nullable<Text>,
        password_hash -> Text,
        disabled_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    sessions (token_hash) {
        token_hash -> Text,
        user_id -> BigInt,
        created_at -> Timestamp,
        expires_at -> Timestamp,
        csrf -> Text,
    }
}

diesel::table! {
    activity (id) {
        id -> BigInt,
        at -> Timestamp,
        actor -> Text,
        action -> Text,
        subject -> Text,
        detail -> Text,
    }
}

diesel::table! {
    jobs (id) {
        id -> BigInt,
        kind -> Text,
        payload -> Text,
        due_at -> Timestamp,
        state -> Text,
        lease_until -> Nullable<Timestamp>,
        attempt_count -> BigInt,
        last_error -> Nullable<Text>,
        finished_at -> Nullable<Timestamp>,
    }
}
