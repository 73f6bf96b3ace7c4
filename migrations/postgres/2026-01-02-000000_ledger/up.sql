-- The books. Append-only: no row is ever changed or removed, nor a table emptied. Every
-- rule the program keeps is kept here once more, for whoever comes in by another door.

-- One row an event, one event a leaf of the log. `body` is what the leaf hashes; all other tables
-- below are projections of it that are checked on the way in.
CREATE TABLE ledger_records (
    seq BIGINT PRIMARY KEY,
    kind TEXT NOT NULL,
    actor_id TEXT NOT NULL,
    actor_role TEXT NOT NULL,
    recorded_at TIMESTAMP NOT NULL,
    body BYTEA NOT NULL,
    leaf_hash BYTEA NOT NULL,
    CONSTRAINT ck_ledger_records_kind
        CHECK (kind IN ('posted', 'run', 'period_opened', 'period_closed')),
    CONSTRAINT ck_ledger_records_leaf_hash CHECK (length(leaf_hash) = 32)
);

-- account_group: B budgetary, P proprietary, M memo. guard: D never below zero, C never above.
CREATE TABLE accounts (
    id BIGINT PRIMARY KEY,
    code TEXT NOT NULL CONSTRAINT uq_accounts_code UNIQUE,
    account_group TEXT NOT NULL,
    guard TEXT NOT NULL,
    CONSTRAINT ck_accounts_account_group CHECK (account_group IN ('B', 'P', 'M')),
    CONSTRAINT ck_accounts_guard CHECK (guard IN ('D', 'C', '-'))
);

-- legs: JSON array of [account_id, amount_fen, account_seq, balance_after_fen].
CREATE TABLE txns (
    seq BIGINT PRIMARY KEY REFERENCES ledger_records (seq),
    kind TEXT NOT NULL,
    period TEXT NOT NULL,
    effective_on DATE NOT NULL,
    for_period TEXT NOT NULL,
    idempotency_key TEXT NOT NULL CONSTRAINT uq_txns_idempotency_key UNIQUE,
    fingerprint BYTEA NOT NULL,
    run_id TEXT,
    run_attempt BIGINT,
    department_id TEXT,
    component TEXT,
    accrual_seq BIGINT REFERENCES txns (seq),
    reverses_seq BIGINT CONSTRAINT uq_txns_reverses_seq UNIQUE REFERENCES txns (seq),
    document TEXT NOT NULL,
    memo TEXT NOT NULL,
    legs TEXT NOT NULL,
    CONSTRAINT ck_txns_effective_on CHECK (to_char(effective_on, 'YYYY-MM') = period),
    CONSTRAINT ck_txns_fingerprint CHECK (length(fingerprint) = 32),
    CONSTRAINT ck_txns_run CHECK ((run_id IS NULL) = (run_attempt IS NULL)),
    CONSTRAINT ck_txns_reverses
        CHECK ((kind IN ('release', 'reverse')) = (reverses_seq IS NOT NULL)),
    CONSTRAINT ck_txns_legs CHECK (jsonb_typeof(legs::jsonb) = 'array')
);
CREATE INDEX ix_txns_department_id ON txns (department_id);
CREATE INDEX ix_txns_run_id ON txns (run_id, run_attempt);

CREATE TABLE postings (
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    account_seq BIGINT NOT NULL,
    seq BIGINT NOT NULL REFERENCES txns (seq),
    leg_index BIGINT NOT NULL,
    amount_fen BIGINT NOT NULL,
    balance_after_fen BIGINT NOT NULL,
    PRIMARY KEY (account_id, account_seq),
    CONSTRAINT uq_postings_seq_leg_index UNIQUE (seq, leg_index),
    -- Within 2^53, so that every reader of JSON and CSV gets the amount exactly.
    CONSTRAINT ck_postings_amount_fen
        CHECK (amount_fen <> 0 AND abs(amount_fen) <= 9007199254740991),
    CONSTRAINT ck_postings_balance_after_fen CHECK (abs(balance_after_fen) <= 9007199254740991)
);

CREATE TABLE period_events (
    period TEXT NOT NULL,
    event_index BIGINT NOT NULL,
    kind TEXT NOT NULL,
    seq BIGINT NOT NULL CONSTRAINT uq_period_events_seq UNIQUE REFERENCES ledger_records (seq),
    PRIMARY KEY (period, event_index),
    CONSTRAINT ck_period_events_kind CHECK (
        (event_index = 0 AND kind = 'period_opened') OR (event_index = 1 AND kind = 'period_closed')
    )
);

-- award_count and total_fen: what was calculated, and what the approver signed for.
CREATE TABLE run_events (
    seq BIGINT PRIMARY KEY REFERENCES ledger_records (seq),
    run_id TEXT NOT NULL,
    attempt BIGINT NOT NULL,
    kind TEXT NOT NULL,
    digest TEXT NOT NULL,
    actor_id TEXT NOT NULL,
    for_period TEXT,
    award_count BIGINT,
    total_fen BIGINT,
    CONSTRAINT ck_run_events_kind
        CHECK (kind IN ('calculated', 'submitted', 'approved', 'rejected', 'voided')),
    CONSTRAINT ck_run_events_totals CHECK (
        (kind IN ('calculated', 'approved')) = (award_count IS NOT NULL)
        AND (award_count IS NULL) = (total_fen IS NULL)
    )
);
CREATE INDEX ix_run_events_run_id ON run_events (run_id, seq);

-- The note is the signed C2SP checkpoint over the first `tree_size` records.
CREATE TABLE checkpoints (
    tree_size BIGINT PRIMARY KEY,
    root_hash BYTEA NOT NULL,
    note TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    CONSTRAINT ck_checkpoints_root_hash CHECK (length(root_hash) = 32)
);

-- Order, balance, caps, stages and four eyes.
CREATE FUNCTION ledger_records_next() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.seq IS DISTINCT FROM (SELECT coalesce(max(seq), 0) + 1 FROM ledger_records)) THEN
        RAISE EXCEPTION 'refused: gap in record numbers';
    END IF;
    IF (NEW.recorded_at < (SELECT recorded_at FROM ledger_records WHERE seq = NEW.seq - 1)) THEN
        RAISE EXCEPTION 'refused: recorded before its predecessor';
    END IF;
    IF (EXISTS (
        SELECT 1 FROM ledger_records r
        WHERE r.seq = NEW.seq - 1
          AND NOT EXISTS (SELECT 1 FROM txns t WHERE t.seq = r.seq)
          AND NOT EXISTS (SELECT 1 FROM run_events e WHERE e.seq = r.seq)
          AND NOT EXISTS (SELECT 1 FROM period_events p WHERE p.seq = r.seq)
    )) THEN
        RAISE EXCEPTION 'refused: the last record has no projection';
    END IF;
    RETURN NEW;
END;
$$;
CREATE TRIGGER ledger_records_next BEFORE INSERT ON ledger_records
FOR EACH ROW EXECUTE FUNCTION ledger_records_next();
CREATE FUNCTION ledger_accounts_next() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (EXISTS (SELECT 1 FROM accounts WHERE id = NEW.id OR code = NEW.code)) THEN
        RAISE EXCEPTION 'refused: account exists';
    END IF;
    IF (substr(NEW.code, 1, 2) <> NEW.account_group || ':') THEN
        RAISE EXCEPTION 'refused: account code of another group';
    END IF;
    RETURN NEW;
END;
$$;
CREATE TRIGGER accounts_next BEFORE INSERT ON accounts
FOR EACH ROW EXECUTE FUNCTION ledger_accounts_next();
CREATE FUNCTION ledger_txns_next() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (EXISTS (SELECT 1 FROM txns WHERE seq = NEW.seq OR idempotency_key = NEW.idempotency_key)) THEN
        RAISE EXCEPTION 'refused: transaction exists';
    END IF;
    IF (NOT EXISTS (
        SELECT 1 FROM ledger_records
        WHERE seq = NEW.seq AND kind = 'posted' AND seq = (SELECT max(seq) FROM ledger_records)
    )) THEN
        RAISE EXCEPTION 'refused: not the last record';
    END IF;
    IF ((SELECT max(event_index) FROM period_events WHERE period = NEW.period) IS DISTINCT FROM 0) THEN
        RAISE EXCEPTION 'refused: period not open';
    END IF;
    IF (NEW.reverses_seq IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM txns WHERE seq = NEW.reverses_seq AND reverses_seq IS NULL
    )) THEN
        RAISE EXCEPTION 'refused: nothing to reverse';
    END IF;
    IF (NEW.reverses_seq IS NOT NULL AND EXISTS (SELECT 1 FROM txns WHERE reverses_seq = NEW.reverses_seq)) THEN
        RAISE EXCEPTION 'refused: reversed already';
    END IF;
    IF (NEW.accrual_seq IS NOT NULL AND NOT EXISTS (SELECT 1 FROM txns WHERE seq = NEW.accrual_seq AND kind = 'accrue')) THEN
        RAISE EXCEPTION 'refused: no such accrual';
    END IF;
    IF (NEW.kind IN ('reserve', 'accrue') AND NOT EXISTS (
        SELECT 1 FROM run_events e
        WHERE e.run_id = NEW.run_id
          AND e.attempt = NEW.run_attempt
          AND e.kind = CASE NEW.kind WHEN 'reserve' THEN 'calculated' ELSE 'approved' END
          AND e.seq = (SELECT max(seq) FROM run_events WHERE run_id = NEW.run_id)
    )) THEN
        RAISE EXCEPTION 'refused: run not at this stage';
    END IF;
    RETURN NEW;
END;
$$;
CREATE TRIGGER txns_next BEFORE INSERT ON txns
FOR EACH ROW EXECUTE FUNCTION ledger_txns_next();
CREATE FUNCTION ledger_txns_post() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF jsonb_array_length(NEW.legs::jsonb) < 2 OR EXISTS (
        SELECT 1 FROM jsonb_array_elements(NEW.legs::jsonb) j
        LEFT JOIN accounts a ON a.id = (j ->> 0)::bigint
        GROUP BY a.account_group
        HAVING a.account_group IS NULL OR count(*) < 2 OR sum((j ->> 1)::bigint) <> 0
    ) THEN
        RAISE EXCEPTION 'refused: unbalanced transaction';
    END IF;
    INSERT INTO postings (
        account_id, account_seq, seq, leg_index, amount_fen, balance_after_fen
    )
    SELECT (j ->> 0)::bigint, (j ->> 2)::bigint, NEW.seq, n - 1, (j ->> 1)::bigint, (j ->> 3)::bigint
    FROM jsonb_array_elements(NEW.legs::jsonb) WITH ORDINALITY AS legs (j, n) ORDER BY n;
    IF NEW.reverses_seq IS NOT NULL AND (
        (SELECT count(*) FROM postings WHERE seq = NEW.seq)
        <> (SELECT count(*) FROM postings WHERE seq = NEW.reverses_seq)
        OR EXISTS (
            SELECT 1 FROM postings o
            WHERE o.seq = NEW.reverses_seq AND NOT EXISTS (
                SELECT 1 FROM postings n
                WHERE n.seq = NEW.seq AND n.account_id = o.account_id
                  AND n.amount_fen = -o.amount_fen
            )
        )
    ) THEN
        RAISE EXCEPTION 'refused: not the negation';
    END IF;
    RETURN NULL;
END;
$$;
CREATE TRIGGER txns_post AFTER INSERT ON txns
FOR EACH ROW EXECUTE FUNCTION ledger_txns_post();
CREATE FUNCTION ledger_postings_next() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NOT EXISTS (
        SELECT 1 FROM txns t
        WHERE t.seq = NEW.seq
          AND (t.legs::jsonb -> NEW.leg_index::int ->> 0)::bigint = NEW.account_id
          AND (t.legs::jsonb -> NEW.leg_index::int ->> 1)::bigint = NEW.amount_fen
    )) THEN
        RAISE EXCEPTION 'refused: not a leg';
    END IF;
    IF (NEW.account_seq IS DISTINCT FROM (
        SELECT coalesce(max(account_seq), 0) + 1 FROM postings WHERE account_id = NEW.account_id
    )
    OR NEW.balance_after_fen IS DISTINCT FROM NEW.amount_fen + coalesce(
        (
            SELECT balance_after_fen FROM postings
            WHERE account_id = NEW.account_id AND account_seq = NEW.account_seq - 1
        ), 0
    )) THEN
        RAISE EXCEPTION 'refused: bad running balance';
    END IF;
    IF (EXISTS (SELECT 1 FROM postings WHERE seq = NEW.seq AND leg_index = NEW.leg_index)) THEN
        RAISE EXCEPTION 'refused: posting exists';
    END IF;
    IF (EXISTS (
        SELECT 1 FROM accounts
        WHERE id = NEW.account_id
          AND ((guard = 'D' AND NEW.balance_after_fen < 0) OR (guard = 'C' AND NEW.balance_after_fen > 0))
    )) THEN
        RAISE EXCEPTION 'refused: balance not allowed';
    END IF;
    RETURN NEW;
END;
$$;
CREATE TRIGGER postings_next BEFORE INSERT ON postings
FOR EACH ROW EXECUTE FUNCTION ledger_postings_next();
CREATE FUNCTION ledger_period_events_next() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (EXISTS (SELECT 1 FROM period_events WHERE (period = NEW.period AND event_index = NEW.event_index) OR seq = NEW.seq)) THEN
        RAISE EXCEPTION 'refused: period event exists';
    END IF;
    IF (NEW.event_index = 1 AND NOT EXISTS (SELECT 1 FROM period_events WHERE period = NEW.period AND event_index = 0)) THEN
        RAISE EXCEPTION 'refused: period was not opened';
    END IF;
    IF (NOT EXISTS (
        SELECT 1 FROM ledger_records
        WHERE seq = NEW.seq AND kind = NEW.kind AND seq = (SELECT max(seq) FROM ledger_records)
    )) THEN
        RAISE EXCEPTION 'refused: not the last record';
    END IF;
    RETURN NEW;
END;
$$;
CREATE TRIGGER period_events_next BEFORE INSERT ON period_events
FOR EACH ROW EXECUTE FUNCTION ledger_period_events_next();
CREATE FUNCTION ledger_run_events_next() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (EXISTS (SELECT 1 FROM run_events WHERE seq = NEW.seq)) THEN
        RAISE EXCEPTION 'refused: run event exists';
    END IF;
    IF (NOT EXISTS (
        SELECT 1 FROM ledger_records
        WHERE seq = NEW.seq AND kind = 'run' AND actor_id = NEW.actor_id
          AND seq = (SELECT max(seq) FROM ledger_records)
    )) THEN
        RAISE EXCEPTION 'refused: not the last record';
    END IF;
    IF (NOT CASE NEW.kind
        WHEN 'calculated' THEN coalesce((SELECT kind FROM run_events WHERE run_id = NEW.run_id ORDER BY seq DESC LIMIT 1), 'voided') IN ('rejected', 'voided')
        WHEN 'submitted' THEN coalesce((SELECT kind FROM run_events WHERE run_id = NEW.run_id ORDER BY seq DESC LIMIT 1), '') = 'calculated'
        WHEN 'approved' THEN coalesce((SELECT kind FROM run_events WHERE run_id = NEW.run_id ORDER BY seq DESC LIMIT 1), '') = 'submitted'
        WHEN 'rejected' THEN coalesce((SELECT kind FROM run_events WHERE run_id = NEW.run_id ORDER BY seq DESC LIMIT 1), '') IN ('calculated', 'submitted')
        ELSE coalesce((SELECT kind FROM run_events WHERE run_id = NEW.run_id ORDER BY seq DESC LIMIT 1), '') IN ('calculated', 'submitted', 'approved')
    END) THEN
        RAISE EXCEPTION 'refused: wrong stage of the run';
    END IF;
    IF (NEW.attempt IS DISTINCT FROM (
        SELECT coalesce(max(attempt), 0) + CASE NEW.kind WHEN 'calculated' THEN 1 ELSE 0 END
        FROM run_events WHERE run_id = NEW.run_id
    )) THEN
        RAISE EXCEPTION 'refused: another calculation of the run';
    END IF;
    IF (NEW.kind <> 'calculated' AND NEW.digest IS DISTINCT FROM (
        SELECT digest FROM run_events
        WHERE run_id = NEW.run_id AND attempt = NEW.attempt AND kind = 'calculated'
    )) THEN
        RAISE EXCEPTION 'refused: another digest';
    END IF;
    IF (NEW.kind = 'approved' AND EXISTS (
        SELECT 1 FROM run_events
        WHERE run_id = NEW.run_id AND attempt = NEW.attempt AND actor_id = NEW.actor_id
    )) THEN
        RAISE EXCEPTION 'refused: maker cannot approve';
    END IF;
    IF (NEW.kind = 'approved' AND (
        NEW.award_count <> (
            SELECT count(*) FROM txns
            WHERE run_id = NEW.run_id AND run_attempt = NEW.attempt AND kind = 'reserve'
        )
        OR NEW.total_fen <> (
            SELECT coalesce(sum(p.amount_fen), 0)
            FROM txns t JOIN postings p ON p.seq = t.seq JOIN accounts a ON a.id = p.account_id
            WHERE t.run_id = NEW.run_id AND t.run_attempt = NEW.attempt AND t.kind = 'reserve'
              AND substr(a.code, 1, 11) = 'B:Reserved:'
        )
    )) THEN
        RAISE EXCEPTION 'refused: control totals differ';
    END IF;
    RETURN NEW;
END;
$$;
CREATE TRIGGER run_events_next BEFORE INSERT ON run_events
FOR EACH ROW EXECUTE FUNCTION ledger_run_events_next();
CREATE FUNCTION ledger_checkpoints_next() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.tree_size IS DISTINCT FROM (SELECT max(seq) FROM ledger_records)) THEN
        RAISE EXCEPTION 'refused: checkpoint not of the last record';
    END IF;
    IF (NEW.tree_size <= (SELECT max(tree_size) FROM checkpoints)) THEN
        RAISE EXCEPTION 'refused: checkpoint exists';
    END IF;
    IF (NOT EXISTS (
        SELECT seq FROM txns WHERE seq = NEW.tree_size
        UNION ALL SELECT seq FROM run_events WHERE seq = NEW.tree_size
        UNION ALL SELECT seq FROM period_events WHERE seq = NEW.tree_size
    )) THEN
        RAISE EXCEPTION 'refused: the last record has no projection';
    END IF;
    IF (EXISTS (
        SELECT 1 FROM run_events e
        WHERE e.kind = 'approved'
          AND e.seq > (SELECT coalesce(max(tree_size), 0) FROM checkpoints)
          AND e.total_fen <> (
            SELECT coalesce(sum(p.amount_fen), 0)
            FROM txns t JOIN postings p ON p.seq = t.seq JOIN accounts a ON a.id = p.account_id
            WHERE t.run_id = e.run_id AND t.run_attempt = e.attempt AND t.kind = 'accrue'
              AND substr(a.code, 1, 13) = 'B:Encumbered:'
          )
    )) THEN
        RAISE EXCEPTION 'refused: accruals differ from the approval';
    END IF;
    RETURN NEW;
END;
$$;
CREATE TRIGGER checkpoints_next BEFORE INSERT ON checkpoints
FOR EACH ROW EXECUTE FUNCTION ledger_checkpoints_next();

-- Nothing is ever changed or removed.
CREATE FUNCTION ledger_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'refused: append-only table %', TG_TABLE_NAME;
END;
$$;
CREATE TRIGGER ledger_records_no_update BEFORE UPDATE ON ledger_records
FOR EACH ROW EXECUTE FUNCTION ledger_is_append_only();
CREATE TRIGGER ledger_records_no_delete BEFORE DELETE ON ledger_records
FOR EACH ROW EXECUTE FUNCTION ledger_is_append_only();
CREATE TRIGGER ledger_records_no_truncate BEFORE TRUNCATE ON ledger_records
FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_append_only();
CREATE TRIGGER accounts_no_update BEFORE UPDATE ON accounts
FOR EACH ROW EXECUTE FUNCTION ledger_is_append_only();
CREATE TRIGGER accounts_no_delete BEFORE DELETE ON accounts
FOR EACH ROW EXECUTE FUNCTION ledger_is_append_only();
CREATE TRIGGER accounts_no_truncate BEFORE TRUNCATE ON accounts
FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_append_only();
CREATE TRIGGER txns_no_update BEFORE UPDATE ON txns
FOR EACH ROW EXECUTE FUNCTION ledger_is_append_only();
CREATE TRIGGER txns_no_delete BEFORE DELETE ON txns
FOR EACH ROW EXECUTE FUNCTION ledger_is_append_only();
CREATE TRIGGER txns_no_truncate BEFORE TRUNCATE ON txns
FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_append_only();
CREATE TRIGGER postings_no_update BEFORE UPDATE ON postings
FOR EACH ROW EXECUTE FUNCTION ledger_is_append_only();
CREATE TRIGGER postings_no_delete BEFORE DELETE ON postings
FOR EACH ROW EXECUTE FUNCTION ledger_is_append_only();
CREATE TRIGGER postings_no_truncate BEFORE TRUNCATE ON postings
FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_append_only();
CREATE TRIGGER period_events_no_update BEFORE UPDATE ON period_events
FOR EACH ROW EXECUTE FUNCTION ledger_is_append_only();
CREATE TRIGGER period_events_no_delete BEFORE DELETE ON period_events
FOR EACH ROW EXECUTE FUNCTION ledger_is_append_only();
CREATE TRIGGER period_events_no_truncate BEFORE TRUNCATE ON period_events
FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_append_only();
CREATE TRIGGER run_events_no_update BEFORE UPDATE ON run_events
FOR EACH ROW EXECUTE FUNCTION ledger_is_append_only();
CREATE TRIGGER run_events_no_delete BEFORE DELETE ON run_events
FOR EACH ROW EXECUTE FUNCTION ledger_is_append_only();
CREATE TRIGGER run_events_no_truncate BEFORE TRUNCATE ON run_events
FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_append_only();
CREATE TRIGGER checkpoints_no_update BEFORE UPDATE ON checkpoints
FOR EACH ROW EXECUTE FUNCTION ledger_is_append_only();
CREATE TRIGGER checkpoints_no_delete BEFORE DELETE ON checkpoints
FOR EACH ROW EXECUTE FUNCTION ledger_is_append_only();
CREATE TRIGGER checkpoints_no_truncate BEFORE TRUNCATE ON checkpoints
FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_append_only();
