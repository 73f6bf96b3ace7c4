-- The books. Append-only: no row is ever changed or removed, not even by INSERT OR REPLACE. Every
-- rule the program keeps is kept here once more, for whoever comes in by another door.

-- One row an event, one event a leaf of the log. `body` is what the leaf hashes; all other tables
-- below are projections of it that are checked on the way in.
CREATE TABLE ledger_records (
    seq INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    actor_id TEXT NOT NULL,
    actor_role TEXT NOT NULL,
    recorded_at TEXT NOT NULL,
    body BLOB NOT NULL,
    leaf_hash BLOB NOT NULL,
    CONSTRAINT ck_ledger_records_kind
        CHECK (kind IN ('posted', 'run', 'period_opened', 'period_closed')),
    CONSTRAINT ck_ledger_records_leaf_hash CHECK (length(leaf_hash) = 32)
) STRICT;

-- account_group: B budgetary, P proprietary, M memo. guard: D never below zero, C never above.
CREATE TABLE accounts (
    id INTEGER PRIMARY KEY,
    code TEXT NOT NULL CONSTRAINT uq_accounts_code UNIQUE,
    account_group TEXT NOT NULL,
    guard TEXT NOT NULL,
    CONSTRAINT ck_accounts_account_group CHECK (account_group IN ('B', 'P', 'M')),
    CONSTRAINT ck_accounts_guard CHECK (guard IN ('D', 'C', '-'))
) STRICT;

-- legs: JSON array of [account_id, amount_fen, account_seq, balance_after_fen].
CREATE TABLE txns (
    seq INTEGER PRIMARY KEY REFERENCES ledger_records (seq),
    kind TEXT NOT NULL,
    period TEXT NOT NULL,
    effective_on TEXT NOT NULL,
    for_period TEXT NOT NULL,
    idempotency_key TEXT NOT NULL CONSTRAINT uq_txns_idempotency_key UNIQUE,
    fingerprint BLOB NOT NULL,
    run_id TEXT,
    run_attempt INTEGER,
    department_id TEXT,
    component TEXT,
    accrual_seq INTEGER REFERENCES txns (seq),
    reverses_seq INTEGER CONSTRAINT uq_txns_reverses_seq UNIQUE REFERENCES txns (seq),
    document TEXT NOT NULL,
    memo TEXT NOT NULL,
    legs TEXT NOT NULL,
    CONSTRAINT ck_txns_effective_on CHECK (substr(effective_on, 1, 7) = period),
    CONSTRAINT ck_txns_fingerprint CHECK (length(fingerprint) = 32),
    CONSTRAINT ck_txns_run CHECK ((run_id IS NULL) = (run_attempt IS NULL)),
    CONSTRAINT ck_txns_reverses
        CHECK ((kind IN ('release', 'reverse')) = (reverses_seq IS NOT NULL)),
    CONSTRAINT ck_txns_legs CHECK (json_valid(legs))
) STRICT;
CREATE INDEX ix_txns_department_id ON txns (department_id);
CREATE INDEX ix_txns_run_id ON txns (run_id, run_attempt);

CREATE TABLE postings (
    account_id INTEGER NOT NULL REFERENCES accounts (id),
    account_seq INTEGER NOT NULL,
    seq INTEGER NOT NULL REFERENCES txns (seq),
    leg_index INTEGER NOT NULL,
    amount_fen INTEGER NOT NULL,
    balance_after_fen INTEGER NOT NULL,
    PRIMARY KEY (account_id, account_seq),
    CONSTRAINT uq_postings_seq_leg_index UNIQUE (seq, leg_index),
    -- Within 2^53, so that every reader of JSON and CSV gets the amount exactly.
    CONSTRAINT ck_postings_amount_fen
        CHECK (amount_fen <> 0 AND abs(amount_fen) <= 9007199254740991),
    CONSTRAINT ck_postings_balance_after_fen CHECK (abs(balance_after_fen) <= 9007199254740991)
) STRICT;

CREATE TABLE period_events (
    period TEXT NOT NULL,
    event_index INTEGER NOT NULL,
    kind TEXT NOT NULL,
    seq INTEGER NOT NULL CONSTRAINT uq_period_events_seq UNIQUE REFERENCES ledger_records (seq),
    PRIMARY KEY (period, event_index),
    CONSTRAINT ck_period_events_kind CHECK (
        (event_index = 0 AND kind = 'period_opened') OR (event_index = 1 AND kind = 'period_closed')
    )
) STRICT;

-- award_count and total_fen: what was calculated, and what the approver signed for.
CREATE TABLE run_events (
    seq INTEGER PRIMARY KEY REFERENCES ledger_records (seq),
    run_id TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    kind TEXT NOT NULL,
    digest TEXT NOT NULL,
    actor_id TEXT NOT NULL,
    for_period TEXT,
    award_count INTEGER,
    total_fen INTEGER,
    CONSTRAINT ck_run_events_kind
        CHECK (kind IN ('calculated', 'submitted', 'approved', 'rejected', 'voided')),
    CONSTRAINT ck_run_events_totals CHECK (
        (kind IN ('calculated', 'approved')) = (award_count IS NOT NULL)
        AND (award_count IS NULL) = (total_fen IS NULL)
    )
) STRICT;
CREATE INDEX ix_run_events_run_id ON run_events (run_id, seq);

-- The note is the signed C2SP checkpoint over the first `tree_size` records.
CREATE TABLE checkpoints (
    tree_size INTEGER PRIMARY KEY,
    root_hash BLOB NOT NULL,
    note TEXT NOT NULL,
    created_at TEXT NOT NULL,
    CONSTRAINT ck_checkpoints_root_hash CHECK (length(root_hash) = 32)
) STRICT;

-- Order, balance, caps, stages and four eyes.
CREATE TRIGGER ledger_records_next BEFORE INSERT ON ledger_records
BEGIN
    SELECT raise(ABORT, 'refused: gap in record numbers') WHERE NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM ledger_records);
    SELECT raise(ABORT, 'refused: recorded before its predecessor') WHERE NEW.recorded_at < (SELECT recorded_at FROM ledger_records WHERE seq = NEW.seq - 1);
    SELECT raise(ABORT, 'refused: the last record has no projection') WHERE EXISTS (
        SELECT 1 FROM ledger_records r
        WHERE r.seq = NEW.seq - 1
          AND NOT EXISTS (SELECT 1 FROM txns t WHERE t.seq = r.seq)
          AND NOT EXISTS (SELECT 1 FROM run_events e WHERE e.seq = r.seq)
          AND NOT EXISTS (SELECT 1 FROM period_events p WHERE p.seq = r.seq)
    );
END;
CREATE TRIGGER accounts_next BEFORE INSERT ON accounts
BEGIN
    SELECT raise(ABORT, 'refused: account exists') WHERE EXISTS (SELECT 1 FROM accounts WHERE id = NEW.id OR code = NEW.code);
    SELECT raise(ABORT, 'refused: account code of another group') WHERE substr(NEW.code, 1, 2) <> NEW.account_group || ':';
END;
CREATE TRIGGER txns_next BEFORE INSERT ON txns
BEGIN
    SELECT raise(ABORT, 'refused: transaction exists') WHERE EXISTS (SELECT 1 FROM txns WHERE seq = NEW.seq OR idempotency_key = NEW.idempotency_key);
    SELECT raise(ABORT, 'refused: not the last record') WHERE NOT EXISTS (
        SELECT 1 FROM ledger_records
        WHERE seq = NEW.seq AND kind = 'posted' AND seq = (SELECT max(seq) FROM ledger_records)
    );
    SELECT raise(ABORT, 'refused: period not open') WHERE (SELECT max(event_index) FROM period_events WHERE period = NEW.period) IS NOT 0;
    SELECT raise(ABORT, 'refused: nothing to reverse') WHERE NEW.reverses_seq IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM txns WHERE seq = NEW.reverses_seq AND reverses_seq IS NULL
    );
    SELECT raise(ABORT, 'refused: reversed already') WHERE NEW.reverses_seq IS NOT NULL AND EXISTS (SELECT 1 FROM txns WHERE reverses_seq = NEW.reverses_seq);
    SELECT raise(ABORT, 'refused: no such accrual') WHERE NEW.accrual_seq IS NOT NULL AND NOT EXISTS (SELECT 1 FROM txns WHERE seq = NEW.accrual_seq AND kind = 'accrue');
    SELECT raise(ABORT, 'refused: run not at this stage') WHERE NEW.kind IN ('reserve', 'accrue') AND NOT EXISTS (
        SELECT 1 FROM run_events e
        WHERE e.run_id = NEW.run_id
          AND e.attempt = NEW.run_attempt
          AND e.kind = CASE NEW.kind WHEN 'reserve' THEN 'calculated' ELSE 'approved' END
          AND e.seq = (SELECT max(seq) FROM run_events WHERE run_id = NEW.run_id)
    );
END;
CREATE TRIGGER txns_post AFTER INSERT ON txns
BEGIN
    SELECT raise(ABORT, 'refused: unbalanced transaction') WHERE json_array_length(NEW.legs) < 2
    OR EXISTS (
        SELECT 1 FROM json_each(NEW.legs) j LEFT JOIN accounts a ON a.id = j.value ->> 0
        GROUP BY a.account_group
        HAVING a.account_group IS NULL OR count(*) < 2 OR sum(j.value ->> 1) <> 0
    );
    INSERT INTO postings (
        account_id, account_seq, seq, leg_index, amount_fen, balance_after_fen
    )
    SELECT j.value ->> 0, j.value ->> 2, NEW.seq, j.key, j.value ->> 1, j.value ->> 3
    FROM json_each(NEW.legs) j ORDER BY j.key;
    SELECT raise(ABORT, 'refused: not the negation') WHERE NEW.reverses_seq IS NOT NULL AND (
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
    );
END;
CREATE TRIGGER postings_next BEFORE INSERT ON postings
BEGIN
    SELECT raise(ABORT, 'refused: not a leg') WHERE NOT EXISTS (
        SELECT 1 FROM txns t, json_each(t.legs) j
        WHERE t.seq = NEW.seq AND j.key = NEW.leg_index
          AND j.value ->> 0 = NEW.account_id AND j.value ->> 1 = NEW.amount_fen
    );
    SELECT raise(ABORT, 'refused: bad running balance') WHERE NEW.account_seq IS NOT (
        SELECT coalesce(max(account_seq), 0) + 1 FROM postings WHERE account_id = NEW.account_id
    )
    OR NEW.balance_after_fen IS NOT NEW.amount_fen + coalesce(
        (
            SELECT balance_after_fen FROM postings
            WHERE account_id = NEW.account_id AND account_seq = NEW.account_seq - 1
        ), 0
    );
    SELECT raise(ABORT, 'refused: posting exists') WHERE EXISTS (SELECT 1 FROM postings WHERE seq = NEW.seq AND leg_index = NEW.leg_index);
    SELECT raise(ABORT, 'refused: balance not allowed') WHERE EXISTS (
        SELECT 1 FROM accounts
        WHERE id = NEW.account_id
          AND ((guard = 'D' AND NEW.balance_after_fen < 0) OR (guard = 'C' AND NEW.balance_after_fen > 0))
    );
END;
CREATE TRIGGER period_events_next BEFORE INSERT ON period_events
BEGIN
    SELECT raise(ABORT, 'refused: period event exists') WHERE EXISTS (SELECT 1 FROM period_events WHERE (period = NEW.period AND event_index = NEW.event_index) OR seq = NEW.seq);
    SELECT raise(ABORT, 'refused: period was not opened') WHERE NEW.event_index = 1 AND NOT EXISTS (SELECT 1 FROM period_events WHERE period = NEW.period AND event_index = 0);
    SELECT raise(ABORT, 'refused: not the last record') WHERE NOT EXISTS (
        SELECT 1 FROM ledger_records
        WHERE seq = NEW.seq AND kind = NEW.kind AND seq = (SELECT max(seq) FROM ledger_records)
    );
END;
CREATE TRIGGER run_events_next BEFORE INSERT ON run_events
BEGIN
    SELECT raise(ABORT, 'refused: run event exists') WHERE EXISTS (SELECT 1 FROM run_events WHERE seq = NEW.seq);
    SELECT raise(ABORT, 'refused: not the last record') WHERE NOT EXISTS (
        SELECT 1 FROM ledger_records
        WHERE seq = NEW.seq AND kind = 'run' AND actor_id = NEW.actor_id
          AND seq = (SELECT max(seq) FROM ledger_records)
    );
    SELECT raise(ABORT, 'refused: wrong stage of the run') WHERE NOT CASE NEW.kind
        WHEN 'calculated' THEN coalesce((SELECT kind FROM run_events WHERE run_id = NEW.run_id ORDER BY seq DESC LIMIT 1), 'voided') IN ('rejected', 'voided')
        WHEN 'submitted' THEN coalesce((SELECT kind FROM run_events WHERE run_id = NEW.run_id ORDER BY seq DESC LIMIT 1), '') = 'calculated'
        WHEN 'approved' THEN coalesce((SELECT kind FROM run_events WHERE run_id = NEW.run_id ORDER BY seq DESC LIMIT 1), '') = 'submitted'
        WHEN 'rejected' THEN coalesce((SELECT kind FROM run_events WHERE run_id = NEW.run_id ORDER BY seq DESC LIMIT 1), '') IN ('calculated', 'submitted')
        ELSE coalesce((SELECT kind FROM run_events WHERE run_id = NEW.run_id ORDER BY seq DESC LIMIT 1), '') IN ('calculated', 'submitted', 'approved')
    END;
    SELECT raise(ABORT, 'refused: another calculation of the run') WHERE NEW.attempt IS NOT (
        SELECT coalesce(max(attempt), 0) + CASE NEW.kind WHEN 'calculated' THEN 1 ELSE 0 END
        FROM run_events WHERE run_id = NEW.run_id
    );
    SELECT raise(ABORT, 'refused: another digest') WHERE NEW.kind <> 'calculated' AND NEW.digest IS NOT (
        SELECT digest FROM run_events
        WHERE run_id = NEW.run_id AND attempt = NEW.attempt AND kind = 'calculated'
    );
    SELECT raise(ABORT, 'refused: maker cannot approve') WHERE NEW.kind = 'approved' AND EXISTS (
        SELECT 1 FROM run_events
        WHERE run_id = NEW.run_id AND attempt = NEW.attempt AND actor_id = NEW.actor_id
    );
    SELECT raise(ABORT, 'refused: control totals differ') WHERE NEW.kind = 'approved' AND (
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
    );
END;
CREATE TRIGGER checkpoints_next BEFORE INSERT ON checkpoints
BEGIN
    SELECT raise(ABORT, 'refused: checkpoint not of the last record') WHERE NEW.tree_size IS NOT (SELECT max(seq) FROM ledger_records);
    SELECT raise(ABORT, 'refused: checkpoint exists') WHERE NEW.tree_size <= (SELECT max(tree_size) FROM checkpoints);
    SELECT raise(ABORT, 'refused: the last record has no projection') WHERE NOT EXISTS (
        SELECT seq FROM txns WHERE seq = NEW.tree_size
        UNION ALL SELECT seq FROM run_events WHERE seq = NEW.tree_size
        UNION ALL SELECT seq FROM period_events WHERE seq = NEW.tree_size
    );
    SELECT raise(ABORT, 'refused: accruals differ from the approval') WHERE EXISTS (
        SELECT 1 FROM run_events e
        WHERE e.kind = 'approved'
          AND e.seq > (SELECT coalesce(max(tree_size), 0) FROM checkpoints)
          AND e.total_fen <> (
            SELECT coalesce(sum(p.amount_fen), 0)
            FROM txns t JOIN postings p ON p.seq = t.seq JOIN accounts a ON a.id = p.account_id
            WHERE t.run_id = e.run_id AND t.run_attempt = e.attempt AND t.kind = 'accrue'
              AND substr(a.code, 1, 13) = 'B:Encumbered:'
          )
    );
END;

-- Nothing is ever changed or removed.
CREATE TRIGGER ledger_records_no_update BEFORE UPDATE ON ledger_records
BEGIN
    SELECT raise(ABORT, 'refused: append-only table ledger_records');
END;
CREATE TRIGGER ledger_records_no_delete BEFORE DELETE ON ledger_records
BEGIN
    SELECT raise(ABORT, 'refused: append-only table ledger_records');
END;
CREATE TRIGGER accounts_no_update BEFORE UPDATE ON accounts
BEGIN
    SELECT raise(ABORT, 'refused: append-only table accounts');
END;
CREATE TRIGGER accounts_no_delete BEFORE DELETE ON accounts
BEGIN
    SELECT raise(ABORT, 'refused: append-only table accounts');
END;
CREATE TRIGGER txns_no_update BEFORE UPDATE ON txns
BEGIN
    SELECT raise(ABORT, 'refused: append-only table txns');
END;
CREATE TRIGGER txns_no_delete BEFORE DELETE ON txns
BEGIN
    SELECT raise(ABORT, 'refused: append-only table txns');
END;
CREATE TRIGGER postings_no_update BEFORE UPDATE ON postings
BEGIN
    SELECT raise(ABORT, 'refused: append-only table postings');
END;
CREATE TRIGGER postings_no_delete BEFORE DELETE ON postings
BEGIN
    SELECT raise(ABORT, 'refused: append-only table postings');
END;
CREATE TRIGGER period_events_no_update BEFORE UPDATE ON period_events
BEGIN
    SELECT raise(ABORT, 'refused: append-only table period_events');
END;
CREATE TRIGGER period_events_no_delete BEFORE DELETE ON period_events
BEGIN
    SELECT raise(ABORT, 'refused: append-only table period_events');
END;
CREATE TRIGGER run_events_no_update BEFORE UPDATE ON run_events
BEGIN
    SELECT raise(ABORT, 'refused: append-only table run_events');
END;
CREATE TRIGGER run_events_no_delete BEFORE DELETE ON run_events
BEGIN
    SELECT raise(ABORT, 'refused: append-only table run_events');
END;
CREATE TRIGGER checkpoints_no_update BEFORE UPDATE ON checkpoints
BEGIN
    SELECT raise(ABORT, 'refused: append-only table checkpoints');
END;
CREATE TRIGGER checkpoints_no_delete BEFORE DELETE ON checkpoints
BEGIN
    SELECT raise(ABORT, 'refused: append-only table checkpoints');
END;
