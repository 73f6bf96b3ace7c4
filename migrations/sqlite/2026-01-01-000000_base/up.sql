-- Text compares byte by byte here as in PostgreSQL; dates and instants are ISO text.

-- Imported files and what became of their lines.
CREATE TABLE batches (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    sha256 TEXT NOT NULL CONSTRAINT uq_batches_sha256 UNIQUE,
    file_name TEXT NOT NULL,
    kind TEXT NOT NULL,
    imported_at TEXT NOT NULL,
    importer TEXT NOT NULL,
    read_count INTEGER NOT NULL,
    new_count INTEGER NOT NULL,
    changed_count INTEGER NOT NULL,
    unchanged_count INTEGER NOT NULL,
    rejected_count INTEGER NOT NULL,
    unattributed_count INTEGER NOT NULL,
    duplicate_count INTEGER NOT NULL,
    CONSTRAINT ck_batches_sha256 CHECK (length(sha256) = 64)
) STRICT;

CREATE TABLE rejects (
    batch_id INTEGER NOT NULL REFERENCES batches (id),
    seq INTEGER NOT NULL,
    line INTEGER NOT NULL,
    column_name TEXT NOT NULL,
    value TEXT NOT NULL,
    code TEXT NOT NULL,
    reason TEXT NOT NULL,
    remedy TEXT NOT NULL,
    PRIMARY KEY (batch_id, seq)
) STRICT;

CREATE TABLE unattributed (
    batch_id INTEGER NOT NULL REFERENCES batches (id),
    seq INTEGER NOT NULL,
    line INTEGER NOT NULL,
    what TEXT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (batch_id, seq)
) STRICT;

-- Registry. References between its rows are checked when it is read as a whole, because files
-- may arrive in any order.
CREATE TABLE jurisdictions (
    code TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    level TEXT NOT NULL,
    parent_code TEXT,
    batch_id INTEGER NOT NULL REFERENCES batches (id)
) STRICT;

CREATE TABLE departments (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    jurisdiction_code TEXT NOT NULL,
    group_name TEXT NOT NULL,
    valid_from TEXT NOT NULL,
    valid_to TEXT,
    successor_id TEXT,
    batch_id INTEGER NOT NULL REFERENCES batches (id)
) STRICT;

CREATE TABLE members (
    instance TEXT NOT NULL,
    class TEXT NOT NULL,
    code TEXT NOT NULL,
    subsystem TEXT NOT NULL,
    department_id TEXT NOT NULL,
    batch_id INTEGER NOT NULL REFERENCES batches (id),
    line INTEGER NOT NULL,
    PRIMARY KEY (instance, class, code, subsystem)
) STRICT;

CREATE TABLE services (
    instance TEXT NOT NULL,
    class TEXT NOT NULL,
    code TEXT NOT NULL,
    subsystem TEXT NOT NULL,
    service TEXT NOT NULL,
    resource_code TEXT NOT NULL,
    batch_id INTEGER NOT NULL REFERENCES batches (id),
    line INTEGER NOT NULL,
    PRIMARY KEY (instance, class, code, subsystem, service)
) STRICT;

-- Catalogue.
CREATE TABLE resources (
    code TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    provider_id TEXT NOT NULL,
    class TEXT NOT NULL,
    format TEXT NOT NULL,
    share_type TEXT NOT NULL,
    share_condition TEXT NOT NULL,
    update_cycle TEXT NOT NULL,
    grade INTEGER NOT NULL,
    item_count INTEGER NOT NULL,
    is_mounted INTEGER NOT NULL CHECK (is_mounted IN (0, 1)),
    published_on TEXT NOT NULL,
    batch_id INTEGER NOT NULL REFERENCES batches (id),
    line INTEGER NOT NULL
) STRICT;

CREATE TABLE resource_checks (
    period TEXT NOT NULL,
    resource_code TEXT NOT NULL,
    updated_on TEXT,
    checked_count INTEGER NOT NULL,
    passed_count INTEGER NOT NULL,
    batch_id INTEGER NOT NULL REFERENCES batches (id),
    line INTEGER NOT NULL,
    PRIMARY KEY (period, resource_code),
    CONSTRAINT ck_resource_checks_passed CHECK (passed_count BETWEEN 0 AND checked_count)
) STRICT;

-- Usage: one row per day, and single X-Road messages that are summed when read.
CREATE TABLE usage_days (
    day TEXT NOT NULL,
    provider_id TEXT NOT NULL,
    resource_code TEXT NOT NULL,
    consumer_id TEXT NOT NULL,
    succeeded_count INTEGER NOT NULL,
    failed_count INTEGER NOT NULL,
    record_count INTEGER NOT NULL,
    size_bytes INTEGER NOT NULL,
    batch_id INTEGER NOT NULL REFERENCES batches (id),
    line INTEGER NOT NULL,
    PRIMARY KEY (day, provider_id, resource_code, consumer_id),
    CONSTRAINT ck_usage_days_consumer CHECK (consumer_id <> provider_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE exchanges (
    message_id TEXT NOT NULL PRIMARY KEY,
    requested_at TEXT NOT NULL,
    day TEXT NOT NULL,
    provider_id TEXT NOT NULL,
    resource_code TEXT NOT NULL,
    consumer_id TEXT NOT NULL,
    is_success INTEGER NOT NULL CHECK (is_success IN (0, 1)),
    request_bytes INTEGER NOT NULL,
    response_bytes INTEGER NOT NULL,
    view TEXT NOT NULL,
    batch_id INTEGER NOT NULL REFERENCES batches (id),
    line INTEGER NOT NULL,
    CONSTRAINT ck_exchanges_view CHECK (view IN ('client', 'producer', 'both')),
    CONSTRAINT ck_exchanges_consumer CHECK (consumer_id <> provider_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX ix_exchanges_day ON exchanges (day);

-- Cases.
CREATE TABLE requests (
    id TEXT NOT NULL PRIMARY KEY,
    resource_code TEXT NOT NULL,
    share_type TEXT NOT NULL,
    provider_id TEXT NOT NULL,
    consumer_id TEXT NOT NULL,
    received_on TEXT NOT NULL,
    extension_days INTEGER NOT NULL,
    extension_consented_on TEXT,
    replied_on TEXT,
    outcome TEXT NOT NULL,
    delivered_on TEXT,
    batch_id INTEGER NOT NULL REFERENCES batches (id),
    line INTEGER NOT NULL
) STRICT;
CREATE INDEX ix_requests_received_on ON requests (received_on);

CREATE TABLE corrections (
    id TEXT NOT NULL PRIMARY KEY,
    resource_code TEXT NOT NULL,
    provider_id TEXT NOT NULL,
    requester_id TEXT NOT NULL,
    received_on TEXT NOT NULL,
    completed_on TEXT,
    is_upheld INTEGER NOT NULL CHECK (is_upheld IN (0, 1)),
    batch_id INTEGER NOT NULL REFERENCES batches (id),
    line INTEGER NOT NULL
) STRICT;
CREATE INDEX ix_corrections_received_on ON corrections (received_on);

CREATE TABLE incidents (
    id TEXT NOT NULL PRIMARY KEY,
    department_id TEXT NOT NULL,
    code TEXT NOT NULL,
    occurred_on TEXT NOT NULL,
    confirmed_on TEXT NOT NULL,
    summary TEXT NOT NULL,
    batch_id INTEGER NOT NULL REFERENCES batches (id),
    line INTEGER NOT NULL
) STRICT;
CREATE INDEX ix_incidents_confirmed_on ON incidents (confirmed_on);

CREATE TABLE feedback (
    id TEXT NOT NULL PRIMARY KEY,
    department_id TEXT NOT NULL,
    received_on TEXT NOT NULL,
    channel TEXT NOT NULL,
    rating INTEGER NOT NULL,
    answered_on TEXT,
    batch_id INTEGER NOT NULL REFERENCES batches (id),
    line INTEGER NOT NULL,
    CONSTRAINT ck_feedback_rating CHECK (rating BETWEEN 1 AND 5)
) STRICT;
CREATE INDEX ix_feedback_received_on ON feedback (received_on);

CREATE TABLE safeguards (
    period TEXT NOT NULL,
    department_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    required_count INTEGER NOT NULL,
    met_count INTEGER NOT NULL,
    batch_id INTEGER NOT NULL REFERENCES batches (id),
    line INTEGER NOT NULL,
    PRIMARY KEY (period, department_id, kind),
    CONSTRAINT ck_safeguards_met CHECK (met_count BETWEEN 0 AND required_count)
) STRICT;

-- Money that is asked for, and money that may be spent; amounts in fen.
CREATE TABLE claims (
    id TEXT NOT NULL PRIMARY KEY,
    department_id TEXT NOT NULL,
    period TEXT NOT NULL,
    kind TEXT NOT NULL,
    beneficiary_code TEXT NOT NULL,
    declared_fen INTEGER NOT NULL,
    accepted_fen INTEGER,
    decided_on TEXT,
    reason TEXT NOT NULL,
    batch_id INTEGER NOT NULL REFERENCES batches (id),
    line INTEGER NOT NULL,
    CONSTRAINT ck_claims_declared CHECK (declared_fen >= 0),
    CONSTRAINT ck_claims_accepted CHECK (accepted_fen >= 0)
) STRICT;
CREATE INDEX ix_claims_decided_on ON claims (decided_on);

CREATE TABLE appropriations (
    document TEXT NOT NULL PRIMARY KEY,
    payer_code TEXT NOT NULL,
    budget_year INTEGER NOT NULL,
    budget_line TEXT NOT NULL,
    programme TEXT NOT NULL,
    amount_fen INTEGER NOT NULL,
    effective_on TEXT NOT NULL,
    batch_id INTEGER NOT NULL REFERENCES batches (id),
    line INTEGER NOT NULL
) STRICT;
CREATE INDEX ix_appropriations_budget_year ON appropriations (budget_year);

-- Bytes by their SHA-256: frozen facts, assessments. Never changed.
CREATE TABLE blobs (
    sha256 TEXT NOT NULL PRIMARY KEY,
    bytes BLOB NOT NULL,
    CONSTRAINT ck_blobs_sha256 CHECK (length(sha256) = 64)
) STRICT;

-- Runs and what they found.
CREATE TABLE runs (
    id TEXT NOT NULL PRIMARY KEY,
    period TEXT NOT NULL,
    pack_ref TEXT NOT NULL,
    pack_sha256 TEXT NOT NULL,
    facts_sha256 TEXT NOT NULL,
    prior_run_id TEXT REFERENCES runs (id),
    engine_version TEXT NOT NULL,
    created_at TEXT NOT NULL,
    created_by TEXT NOT NULL
) STRICT;
CREATE INDEX ix_runs_period ON runs (period);

CREATE TABLE run_stages (
    run_id TEXT NOT NULL REFERENCES runs (id),
    stage TEXT NOT NULL,
    finished_at TEXT NOT NULL,
    digest TEXT NOT NULL,
    PRIMARY KEY (run_id, stage),
    CONSTRAINT ck_run_stages_stage
        CHECK (stage IN ('frozen', 'assessed', 'compensated', 'reserved', 'reported'))
) STRICT;

CREATE TABLE scores (
    run_id TEXT NOT NULL REFERENCES runs (id),
    department_id TEXT NOT NULL,
    group_name TEXT NOT NULL,
    total TEXT NOT NULL,
    grade TEXT,
    rank INTEGER,
    rank_of INTEGER NOT NULL,
    is_vetoed INTEGER NOT NULL CHECK (is_vetoed IN (0, 1)),
    standing TEXT NOT NULL,
    PRIMARY KEY (run_id, department_id)
) STRICT;
CREATE INDEX ix_scores_department_id ON scores (department_id);

CREATE TABLE indicator_scores (
    run_id TEXT NOT NULL,
    department_id TEXT NOT NULL,
    indicator_id TEXT NOT NULL,
    axis_id TEXT NOT NULL,
    points TEXT NOT NULL,
    available TEXT NOT NULL,
    status TEXT NOT NULL,
    case_count INTEGER NOT NULL,
    PRIMARY KEY (run_id, department_id, indicator_id),
    FOREIGN KEY (run_id, department_id) REFERENCES scores (run_id, department_id)
) STRICT;

CREATE TABLE awards (
    run_id TEXT NOT NULL REFERENCES runs (id),
    department_id TEXT NOT NULL,
    payer_code TEXT NOT NULL,
    budget_year INTEGER NOT NULL,
    budget_line TEXT NOT NULL,
    programme TEXT NOT NULL,
    component TEXT NOT NULL,
    amount_fen INTEGER NOT NULL,
    unfunded_fen INTEGER NOT NULL,
    cite TEXT NOT NULL,
    PRIMARY KEY (
        run_id, department_id, payer_code, budget_year, budget_line, programme, component
    ),
    CONSTRAINT ck_awards_component CHECK (component IN ('cost', 'loss', 'reward')),
    CONSTRAINT ck_awards_amount CHECK (amount_fen >= 0),
    CONSTRAINT ck_awards_unfunded CHECK (unfunded_fen >= 0)
) STRICT;

CREATE TABLE published (
    period TEXT NOT NULL PRIMARY KEY,
    run_id TEXT NOT NULL REFERENCES runs (id),
    published_at TEXT NOT NULL,
    published_by TEXT NOT NULL
) STRICT;

CREATE TABLE reports (
    run_id TEXT NOT NULL REFERENCES runs (id),
    name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    path TEXT NOT NULL,
    size_bytes INTEGER NOT NULL,
    PRIMARY KEY (run_id, name)
) STRICT;

-- People and work.
CREATE TABLE users (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    login TEXT NOT NULL CONSTRAINT uq_users_login UNIQUE,
    display_name TEXT NOT NULL,
    role TEXT NOT NULL,
    department_id TEXT,
    password_hash TEXT NOT NULL,
    disabled_at TEXT
) STRICT;

CREATE TABLE sessions (
    token_hash TEXT NOT NULL PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES users (id),
    created_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    csrf TEXT NOT NULL
) STRICT;
CREATE INDEX ix_sessions_user_id ON sessions (user_id);
CREATE INDEX ix_sessions_expires_at ON sessions (expires_at);

CREATE TABLE activity (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail TEXT NOT NULL
) STRICT;
CREATE INDEX ix_activity_subject ON activity (subject);

CREATE TABLE jobs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    payload TEXT NOT NULL,
    due_at TEXT NOT NULL,
    state TEXT NOT NULL,
    lease_until TEXT,
    attempt_count INTEGER NOT NULL,
    last_error TEXT,
    finished_at TEXT,
    CONSTRAINT uq_jobs_kind_due_at UNIQUE (kind, due_at),
    CONSTRAINT ck_jobs_state CHECK (state IN ('waiting', 'leased', 'done', 'failed'))
) STRICT;
CREATE INDEX ix_jobs_state_due_at ON jobs (state, due_at);

-- What is written once is never changed.
CREATE TRIGGER tr_blobs_update BEFORE UPDATE ON blobs BEGIN
    SELECT RAISE(ABORT, 'refused: blobs is append-only');
END;
CREATE TRIGGER tr_blobs_delete BEFORE DELETE ON blobs BEGIN
    SELECT RAISE(ABORT, 'refused: blobs is append-only');
END;
CREATE TRIGGER tr_run_stages_update BEFORE UPDATE ON run_stages BEGIN
    SELECT RAISE(ABORT, 'refused: run_stages is append-only');
END;
CREATE TRIGGER tr_run_stages_delete BEFORE DELETE ON run_stages BEGIN
    SELECT RAISE(ABORT, 'refused: run_stages is append-only');
END;
CREATE TRIGGER tr_published_update BEFORE UPDATE ON published BEGIN
    SELECT RAISE(ABORT, 'refused: published is append-only');
END;
CREATE TRIGGER tr_published_delete BEFORE DELETE ON published BEGIN
    SELECT RAISE(ABORT, 'refused: published is append-only');
END;
CREATE TRIGGER tr_activity_update BEFORE UPDATE ON activity BEGIN
    SELECT RAISE(ABORT, 'refused: activity is append-only');
END;
CREATE TRIGGER tr_activity_delete BEFORE DELETE ON activity BEGIN
    SELECT RAISE(ABORT, 'refused: activity is append-only');
END;
CREATE TRIGGER tr_runs_update BEFORE UPDATE ON runs BEGIN
    SELECT RAISE(ABORT, 'refused: runs is append-only');
END;
CREATE TRIGGER tr_runs_delete BEFORE DELETE ON runs BEGIN
    SELECT RAISE(ABORT, 'refused: runs is append-only');
END;
