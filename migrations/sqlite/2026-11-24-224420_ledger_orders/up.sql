-- Orders, claims and appeals join the books, and postings carry sums by month and by day, from which
-- the balance of an account on any day, as known at any record, is found without adding it all up.
--
-- What refers to what is kept by triggers, not by REFERENCES, which SQLite leaves to each connection.
-- Where PostgreSQL has a unique index, SQLite has a plain one and a rule: INSERT OR REPLACE would
-- remove the row in the way of a unique index, and it never meets a rule's exception.
--
-- A new kind of record needs: its table with `seq`, a row in `ledger_head`, its kind in the trigger
-- `ledger_records_next`, and a trigger of its own with the rules «not the next record» and «record
-- of another kind».

-- The tables as they were give way; their rows are taken over below.
DROP TRIGGER ledger_records_next;
DROP TRIGGER ledger_records_no_update;
DROP TRIGGER ledger_records_no_delete;
DROP TRIGGER accounts_next;
DROP TRIGGER accounts_no_update;
DROP TRIGGER accounts_no_delete;
DROP TRIGGER txns_next;
DROP TRIGGER txns_post;
DROP TRIGGER txns_no_update;
DROP TRIGGER txns_no_delete;
DROP TRIGGER postings_next;
DROP TRIGGER postings_no_update;
DROP TRIGGER postings_no_delete;
DROP TRIGGER period_events_next;
DROP TRIGGER period_events_no_update;
DROP TRIGGER period_events_no_delete;
DROP TRIGGER run_events_next;
DROP TRIGGER run_events_no_update;
DROP TRIGGER run_events_no_delete;
DROP TRIGGER checkpoints_next;
DROP INDEX ix_txns_department_id;
DROP INDEX ix_txns_run_id;
DROP INDEX ix_run_events_run_id;
ALTER TABLE ledger_records RENAME TO old_ledger_records;
ALTER TABLE accounts RENAME TO old_accounts;
ALTER TABLE txns RENAME TO old_txns;
ALTER TABLE postings RENAME TO old_postings;
ALTER TABLE period_events RENAME TO old_period_events;
ALTER TABLE run_events RENAME TO old_run_events;

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
    CONSTRAINT ck_ledger_records_leaf_hash CHECK (length(leaf_hash) = 32)
) STRICT;

-- account_group: B budgetary, P proprietary, M memo. guard: D never below zero, C never above.
CREATE TABLE accounts (
    id INTEGER PRIMARY KEY,
    code TEXT NOT NULL,
    account_group TEXT NOT NULL,
    guard TEXT NOT NULL
) STRICT;
CREATE INDEX ix_accounts_code ON accounts (code);

-- legs: JSON array of [account_id, amount_fen, account_seq, balance_after_fen].
-- order_id, order_line, rule, appeal_id: the decision that led to it.
CREATE TABLE txns (
    seq INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    period TEXT NOT NULL,
    effective_on TEXT NOT NULL,
    for_period TEXT NOT NULL,
    idempotency_key TEXT NOT NULL,
    fingerprint BLOB NOT NULL,
    run_id TEXT,
    run_attempt INTEGER,
    department_id TEXT,
    component TEXT,
    accrual_seq INTEGER,
    reverses_seq INTEGER,
    order_id TEXT,
    order_line INTEGER,
    rule TEXT,
    appeal_id TEXT,
    document TEXT NOT NULL,
    memo TEXT NOT NULL,
    legs TEXT NOT NULL,
    CONSTRAINT ck_txns_effective_on CHECK (substr(effective_on, 1, 7) = period),
    CONSTRAINT ck_txns_fingerprint CHECK (length(fingerprint) = 32),
    CONSTRAINT ck_txns_run CHECK ((run_id IS NULL) = (run_attempt IS NULL)),
    CONSTRAINT ck_txns_order CHECK (
        (order_id IS NULL) = (order_line IS NULL) AND (order_id IS NULL) = (rule IS NULL)
    ),
    CONSTRAINT ck_txns_reverses
        CHECK ((kind IN ('release', 'reverse')) = (reverses_seq IS NOT NULL))
) STRICT;
CREATE INDEX ix_txns_idempotency_key ON txns (idempotency_key);
CREATE INDEX ix_txns_reverses_seq ON txns (reverses_seq) WHERE reverses_seq IS NOT NULL;
CREATE INDEX ix_txns_accrual_seq ON txns (accrual_seq) WHERE accrual_seq IS NOT NULL;
CREATE INDEX ix_txns_order_id ON txns (order_id, order_line) WHERE order_id IS NOT NULL;
CREATE INDEX ix_txns_appeal_id ON txns (appeal_id) WHERE appeal_id IS NOT NULL;
CREATE INDEX ix_txns_department_id ON txns (department_id);
CREATE INDEX ix_txns_run_id ON txns (run_id, run_attempt);

-- period_sum_fen and day_sum_fen: what the account was moved by, up to and with this posting, on
-- business dates of the same month and of the same day.
CREATE TABLE postings (
    account_id INTEGER NOT NULL,
    account_seq INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    leg_index INTEGER NOT NULL,
    amount_fen INTEGER NOT NULL,
    balance_after_fen INTEGER NOT NULL,
    period TEXT NOT NULL,
    effective_on TEXT NOT NULL,
    period_sum_fen INTEGER NOT NULL,
    day_sum_fen INTEGER NOT NULL,
    PRIMARY KEY (account_id, account_seq),
    -- Within 2^53, so that every reader of JSON and CSV gets the amount exactly.
    CONSTRAINT ck_postings_amount_fen
        CHECK (amount_fen <> 0 AND abs(amount_fen) <= 9007199254740991),
    CONSTRAINT ck_postings_balance_after_fen CHECK (abs(balance_after_fen) <= 9007199254740991)
) STRICT, WITHOUT ROWID;
CREATE INDEX ix_postings_seq ON postings (seq, leg_index);
CREATE INDEX ix_postings_period ON postings (account_id, period, seq);
CREATE INDEX ix_postings_effective_on ON postings (account_id, effective_on, seq);

CREATE TABLE period_events (
    period TEXT NOT NULL,
    event_index INTEGER NOT NULL,
    kind TEXT NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (period, event_index),
    CONSTRAINT ck_period_events_kind CHECK (
        (event_index = 0 AND kind = 'period_opened') OR (event_index = 1 AND kind = 'period_closed')
    )
) STRICT;
CREATE INDEX ix_period_events_seq ON period_events (seq);

-- award_count and total_fen: what was calculated, and what the approver signed for.
CREATE TABLE run_events (
    seq INTEGER PRIMARY KEY,
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
CREATE INDEX ix_run_events_for_period ON run_events (for_period);

-- order_kind: of the proposal. line_count and total_fen: what was proposed, and what the approver
-- signed for.
CREATE TABLE order_events (
    seq INTEGER PRIMARY KEY,
    order_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    order_kind TEXT,
    digest TEXT NOT NULL,
    actor_id TEXT NOT NULL,
    line_count INTEGER,
    total_fen INTEGER,
    CONSTRAINT ck_order_events_kind CHECK (kind IN ('proposed', 'approved', 'refused')),
    CONSTRAINT ck_order_events_order_kind CHECK ((kind = 'proposed') = (order_kind IS NOT NULL)),
    CONSTRAINT ck_order_events_totals CHECK (
        (kind IN ('proposed', 'approved')) = (line_count IS NOT NULL)
        AND (line_count IS NULL) = (total_fen IS NULL)
    )
) STRICT;
CREATE INDEX ix_order_events_order_id ON order_events (order_id, seq);

-- kind: that of the transaction the line leads to.
CREATE TABLE order_lines (
    order_id TEXT NOT NULL,
    line_index INTEGER NOT NULL,
    kind TEXT NOT NULL,
    accrual_seq INTEGER,
    department_id TEXT,
    reverses_seq INTEGER,
    amount_fen INTEGER NOT NULL,
    PRIMARY KEY (order_id, line_index),
    CONSTRAINT ck_order_lines_amount_fen CHECK (amount_fen > 0)
) STRICT, WITHOUT ROWID;
CREATE INDEX ix_order_lines_accrual_seq ON order_lines (accrual_seq);

-- amount_fen: what was declared, what was accepted.
CREATE TABLE claim_events (
    seq INTEGER PRIMARY KEY,
    claim_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    department_id TEXT,
    amount_fen INTEGER,
    run_id TEXT,
    run_attempt INTEGER,
    actor_id TEXT NOT NULL,
    CONSTRAINT ck_claim_events_kind CHECK (kind IN ('declared', 'decided', 'included')),
    CONSTRAINT ck_claim_events_amount_fen CHECK ((kind = 'included') = (amount_fen IS NULL))
) STRICT;
CREATE INDEX ix_claim_events_claim_id ON claim_events (claim_id, seq);

-- amount_fen: what is contested, what the ruling cuts.
CREATE TABLE appeal_events (
    seq INTEGER PRIMARY KEY,
    appeal_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    department_id TEXT,
    accrual_seq INTEGER,
    amount_fen INTEGER,
    actor_id TEXT NOT NULL,
    CONSTRAINT ck_appeal_events_kind CHECK (
        kind IN (
            'opened', 'negotiating', 'coordinating', 'escalated',
            'upheld', 'partly', 'dismissed', 'withdrawn'
        )
    )
) STRICT;
CREATE INDEX ix_appeal_events_appeal_id ON appeal_events (appeal_id, seq);

INSERT INTO ledger_records SELECT * FROM old_ledger_records ORDER BY seq;
INSERT INTO accounts SELECT * FROM old_accounts ORDER BY id;
INSERT INTO txns
SELECT
    seq, kind, period, effective_on, for_period, idempotency_key, fingerprint, run_id, run_attempt,
    department_id, component, accrual_seq, reverses_seq, NULL, NULL, NULL, NULL, document, memo, legs
FROM old_txns ORDER BY seq;
INSERT INTO postings
SELECT
    p.account_id, p.account_seq, p.seq, p.leg_index, p.amount_fen, p.balance_after_fen,
    t.period, t.effective_on,
    sum(p.amount_fen) OVER (PARTITION BY p.account_id, t.period ORDER BY p.account_seq),
    sum(p.amount_fen) OVER (PARTITION BY p.account_id, t.effective_on ORDER BY p.account_seq)
FROM old_postings p JOIN old_txns t ON t.seq = p.seq
ORDER BY p.account_id, p.account_seq;
INSERT INTO period_events SELECT * FROM old_period_events;
INSERT INTO run_events SELECT * FROM old_run_events ORDER BY seq;
DROP TABLE old_postings;
DROP TABLE old_run_events;
DROP TABLE old_period_events;
DROP TABLE old_txns;
DROP TABLE old_accounts;
DROP TABLE old_ledger_records;

-- Up to which record the projections go, and up to which the log is signed.
CREATE VIEW ledger_head AS
SELECT
    max(
        coalesce((SELECT max(seq) FROM txns), 0),
        coalesce((SELECT max(seq) FROM period_events), 0),
        coalesce((SELECT max(seq) FROM run_events), 0),
        coalesce((SELECT max(seq) FROM order_events), 0),
        coalesce((SELECT max(seq) FROM claim_events), 0),
        coalesce((SELECT max(seq) FROM appeal_events), 0)
    ) AS projected_seq,
    coalesce((SELECT max(tree_size) FROM checkpoints), 0) AS sealed_seq;

-- What a transaction moves: the debits of what is owed and paid; of the budget, or of memo accounts,
-- where it moves nothing else. A carry debits the budget twice, once a year.
CREATE VIEW txn_moved AS
SELECT
    t.seq,
    coalesce(
        (
            SELECT sum(p.amount_fen) FROM postings p JOIN accounts a ON a.id = p.account_id
            WHERE p.seq = t.seq AND p.amount_fen > 0 AND a.account_group = 'P'
        ),
        (
            SELECT sum(p.amount_fen) FROM postings p JOIN accounts a ON a.id = p.account_id
            WHERE p.seq = t.seq AND p.amount_fen > 0 AND a.account_group = 'B'
        ) / CASE t.kind WHEN 'carry' THEN 2 ELSE 1 END,
        (
            SELECT sum(p.amount_fen) FROM postings p JOIN accounts a ON a.id = p.account_id
            WHERE p.seq = t.seq AND p.amount_fen > 0 AND a.account_group = 'M'
        )
    ) AS moved_fen
FROM txns t;

-- Order, balance, caps, stages and four eyes.
CREATE TRIGGER ledger_records_next BEFORE INSERT ON ledger_records
BEGIN
    SELECT raise(ABORT, 'refused: gap in record numbers') WHERE NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM ledger_records);
    SELECT raise(ABORT, 'refused: recorded before its predecessor') WHERE NEW.recorded_at < (SELECT recorded_at FROM ledger_records WHERE seq = NEW.seq - 1);
    SELECT raise(ABORT, 'refused: no such kind of record') WHERE NEW.kind NOT IN (
        'posted', 'posted_under', 'run', 'order', 'claim', 'appeal', 'period_opened', 'period_closed'
    );
END;
CREATE TRIGGER accounts_next BEFORE INSERT ON accounts
BEGIN
    SELECT raise(ABORT, 'refused: account exists') WHERE EXISTS (SELECT 1 FROM accounts WHERE id = NEW.id OR code = NEW.code);
    SELECT raise(ABORT, 'refused: no such kind of account') WHERE NOT EXISTS (
        SELECT 1 FROM (
            SELECT 'B:Authority:' AS head, 'C' AS guard
            UNION ALL VALUES
                ('B:Available:', 'D'), ('B:Reserved:', 'D'), ('B:Encumbered:', 'D'),
                ('B:Expended:', 'D'), ('B:Lapsed:', 'D'), ('P:Payable:', 'C'),
                ('P:Withheld:', 'C'), ('P:Disputed:', 'C'), ('P:InTransit:', 'C'),
                ('P:Clawback:', 'D'), ('P:Expense:', '-'), ('P:PenaltyIncome', '-'),
                ('P:Treasury', '-'), ('P:PriorPeriod:', '-'), ('P:InterGov:', '-'),
                ('P:WriteOff', '-'), ('M:Entitlement:', 'C'), ('M:Unfunded:', 'D'),
                ('M:Carried:', 'D')
        ) k
        WHERE substr(NEW.code, 1, length(k.head)) = k.head
          AND NEW.guard = k.guard AND NEW.account_group = substr(k.head, 1, 1)
    );
END;
CREATE TRIGGER txns_next BEFORE INSERT ON txns
BEGIN
    SELECT raise(ABORT, 'refused: transaction exists') WHERE EXISTS (SELECT 1 FROM txns WHERE idempotency_key = NEW.idempotency_key);
    SELECT raise(ABORT, 'refused: not the next record') WHERE NEW.seq IS NOT (SELECT projected_seq + 1 FROM ledger_head);
    SELECT raise(ABORT, 'refused: record of another kind') WHERE NOT EXISTS (
        SELECT 1 FROM ledger_records
        WHERE seq = NEW.seq AND kind = CASE
            WHEN NEW.order_id IS NULL AND NEW.appeal_id IS NULL THEN 'posted' ELSE 'posted_under'
        END
    );
    SELECT raise(ABORT, 'refused: period not open') WHERE (SELECT max(event_index) FROM period_events WHERE period = NEW.period) IS NOT 0;
    SELECT raise(ABORT, 'refused: nothing to reverse') WHERE NEW.reverses_seq IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM txns o
        WHERE o.seq = NEW.reverses_seq AND CASE
            WHEN NEW.kind = 'release' THEN o.kind = 'reserve'
            WHEN NEW.order_id IS NULL THEN o.kind = 'accrue'
            ELSE o.kind IN (
                'appropriate', 'amend', 'adjust', 'deduct', 'forfeit', 'clawback', 'offset',
                'recover', 'lapse', 'carry', 'settle', 'unfunded_carry', 'unfunded_expire',
                'write_off'
            )
        END
    );
    SELECT raise(ABORT, 'refused: reversed already') WHERE NEW.reverses_seq IS NOT NULL AND EXISTS (SELECT 1 FROM txns WHERE reverses_seq = NEW.reverses_seq);
    SELECT raise(ABORT, 'refused: no such accrual') WHERE NEW.accrual_seq IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM txns a
        WHERE a.seq = NEW.accrual_seq AND a.kind IN ('accrue', 'adjust')
          AND NOT EXISTS (SELECT 1 FROM txns r WHERE r.reverses_seq = a.seq)
    );
    SELECT raise(ABORT, 'refused: run not at this stage') WHERE (
        NEW.kind IN ('reserve', 'accrue', 'release') OR (NEW.kind = 'reverse' AND NEW.order_id IS NULL)
    ) AND NOT EXISTS (
        SELECT 1 FROM run_events e
        WHERE e.run_id = NEW.run_id
          AND e.attempt = NEW.run_attempt
          AND e.seq = (SELECT max(seq) FROM run_events WHERE run_id = NEW.run_id)
          AND CASE NEW.kind
              WHEN 'reserve' THEN e.kind = 'calculated'
              WHEN 'accrue' THEN e.kind = 'approved'
              ELSE e.kind IN ('rejected', 'voided')
          END
    );
    SELECT raise(ABORT, 'refused: no decision of its kind') WHERE NOT CASE
        WHEN NEW.kind IN ('dispute', 'resolve') THEN NEW.appeal_id IS NOT NULL AND NEW.order_id IS NULL
        WHEN NEW.kind IN (
            'appropriate', 'amend', 'reserve', 'release', 'accrue', 'recover'
        ) THEN NEW.appeal_id IS NULL AND NEW.order_id IS NULL
        WHEN NEW.kind = 'reverse' THEN NEW.appeal_id IS NULL
        ELSE NEW.appeal_id IS NULL AND NEW.order_id IS NOT NULL
    END;
    SELECT raise(ABORT, 'refused: order not approved') WHERE NEW.order_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM order_events e
        WHERE e.order_id = NEW.order_id
          AND e.seq = (SELECT max(seq) FROM order_events WHERE order_id = NEW.order_id)
          AND (
              e.kind = 'approved'
              OR (e.kind = 'proposed' AND e.order_kind IN ('withhold', 'unhold'))
          )
    );
    SELECT raise(ABORT, 'refused: not the line of the order') WHERE NEW.order_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM order_lines l
        WHERE l.order_id = NEW.order_id AND l.line_index = NEW.order_line
          AND l.kind = CASE
              WHEN NEW.kind IN ('pay_confirm', 'pay_fail') THEN 'pay_instruct' ELSE NEW.kind
          END
          AND (NEW.kind = 'reverse' OR l.accrual_seq IS NEW.accrual_seq)
          AND l.reverses_seq IS NEW.reverses_seq
          AND (l.department_id IS NULL OR l.department_id IS NEW.department_id)
    );
    SELECT raise(ABORT, 'refused: order line carried out already') WHERE NEW.order_id IS NOT NULL AND EXISTS (
        SELECT 1 FROM txns
        WHERE order_id = NEW.order_id AND order_line = NEW.order_line AND kind = NEW.kind
    );
    SELECT raise(ABORT, 'refused: payment not in transit') WHERE NEW.kind IN ('pay_confirm', 'pay_fail') AND (
        SELECT count(*) FROM txns
        WHERE order_id = NEW.order_id AND order_line = NEW.order_line
          AND kind IN ('pay_instruct', 'pay_confirm', 'pay_fail') AND kind <> NEW.kind
    ) <> 1;
    SELECT raise(ABORT, 'refused: appeal not at this stage') WHERE NEW.appeal_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM appeal_events o JOIN appeal_events e ON e.appeal_id = o.appeal_id
        WHERE o.appeal_id = NEW.appeal_id AND o.kind = 'opened'
          AND o.accrual_seq = NEW.accrual_seq
          AND e.seq = (SELECT max(seq) FROM appeal_events WHERE appeal_id = NEW.appeal_id)
          AND CASE NEW.kind
              WHEN 'dispute' THEN e.kind = 'opened'
              ELSE e.kind IN ('upheld', 'partly', 'dismissed', 'withdrawn')
          END
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
        account_id, account_seq, seq, leg_index, amount_fen, balance_after_fen, period, effective_on,
        period_sum_fen, day_sum_fen
    )
    SELECT
        j.value ->> 0, j.value ->> 2, NEW.seq, j.key, j.value ->> 1, j.value ->> 3, NEW.period,
        NEW.effective_on,
        (j.value ->> 1) + coalesce((
            SELECT period_sum_fen FROM postings
            WHERE account_id = j.value ->> 0 AND period = NEW.period ORDER BY seq DESC LIMIT 1
        ), 0),
        (j.value ->> 1) + coalesce((
            SELECT day_sum_fen FROM postings
            WHERE account_id = j.value ->> 0 AND effective_on = NEW.effective_on
            ORDER BY seq DESC LIMIT 1
        ), 0)
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
    SELECT raise(ABORT, 'refused: more than the accrual holds') WHERE coalesce(NEW.accrual_seq, NEW.reverses_seq) IS NOT NULL AND EXISTS (
        SELECT 1
        FROM (
            SELECT coalesce(NEW.accrual_seq, NEW.reverses_seq) AS seq
            UNION ALL SELECT seq FROM txns WHERE accrual_seq = coalesce(NEW.accrual_seq, NEW.reverses_seq)
            UNION ALL SELECT seq FROM txns WHERE reverses_seq = coalesce(NEW.accrual_seq, NEW.reverses_seq)
        ) t
        JOIN postings p ON p.seq = t.seq
        JOIN accounts a ON a.id = p.account_id AND a.account_group = 'P' AND a.guard = 'C'
        WHERE (SELECT kind FROM txns WHERE seq = coalesce(NEW.accrual_seq, NEW.reverses_seq)) IN ('accrue', 'adjust')
        GROUP BY p.account_id
        HAVING sum(p.amount_fen) > 0
    );
    SELECT raise(ABORT, 'refused: claws back more than was paid') WHERE NEW.accrual_seq IS NOT NULL AND (
        SELECT coalesce(sum(CASE
            WHEN a.guard = 'D' AND k.kind IN ('clawback', 'deduct', 'adjust') AND NOT EXISTS (
                SELECT 1 FROM postings f JOIN accounts i ON i.id = f.account_id
                WHERE f.seq = t.seq AND i.code = 'P:PenaltyIncome'
            ) THEN p.amount_fen
            WHEN a.guard = 'C' AND k.kind IN ('pay_confirm', 'offset', 'settle') THEN -p.amount_fen
            ELSE 0
        END), 0)
        FROM txns t
        JOIN txns k ON k.seq = coalesce(t.reverses_seq, t.seq)
        JOIN postings p ON p.seq = t.seq
        JOIN accounts a ON a.id = p.account_id AND a.account_group = 'P' AND a.guard IN ('C', 'D')
        WHERE t.accrual_seq = NEW.accrual_seq
    ) > 0;
END;
CREATE TRIGGER postings_next BEFORE INSERT ON postings
BEGIN
    SELECT raise(ABORT, 'refused: not a leg') WHERE NOT EXISTS (
        SELECT 1 FROM txns t
        WHERE t.seq = NEW.seq AND t.legs -> NEW.leg_index ->> 0 = NEW.account_id
          AND t.legs -> NEW.leg_index ->> 1 = NEW.amount_fen
          AND t.period = NEW.period AND t.effective_on = NEW.effective_on
    );
    SELECT raise(ABORT, 'refused: posting exists') WHERE EXISTS (
        SELECT 1 FROM postings
        WHERE seq = NEW.seq AND (leg_index = NEW.leg_index OR account_id = NEW.account_id)
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
    SELECT raise(ABORT, 'refused: balance not allowed') WHERE EXISTS (
        SELECT 1 FROM accounts
        WHERE id = NEW.account_id
          AND ((guard = 'D' AND NEW.balance_after_fen < 0) OR (guard = 'C' AND NEW.balance_after_fen > 0))
    );
END;
CREATE TRIGGER period_events_next BEFORE INSERT ON period_events
BEGIN
    SELECT raise(ABORT, 'refused: period event exists') WHERE EXISTS (SELECT 1 FROM period_events WHERE period = NEW.period AND event_index = NEW.event_index);
    SELECT raise(ABORT, 'refused: period was not opened') WHERE NEW.event_index = 1 AND NOT EXISTS (SELECT 1 FROM period_events WHERE period = NEW.period AND event_index = 0);
    SELECT raise(ABORT, 'refused: not the next record') WHERE NEW.seq IS NOT (SELECT projected_seq + 1 FROM ledger_head);
    SELECT raise(ABORT, 'refused: record of another kind') WHERE NOT EXISTS (
        SELECT 1 FROM ledger_records WHERE seq = NEW.seq AND kind = NEW.kind
    );
END;
CREATE TRIGGER run_events_next BEFORE INSERT ON run_events
BEGIN
    SELECT raise(ABORT, 'refused: not the next record') WHERE NEW.seq IS NOT (SELECT projected_seq + 1 FROM ledger_head);
    SELECT raise(ABORT, 'refused: record of another kind') WHERE NOT EXISTS (
        SELECT 1 FROM ledger_records
        WHERE seq = NEW.seq AND kind = 'run' AND actor_id = NEW.actor_id
    );
    SELECT raise(ABORT, 'refused: wrong stage of the run') WHERE NOT CASE NEW.kind
        WHEN 'calculated' THEN coalesce((SELECT kind FROM run_events WHERE run_id = NEW.run_id ORDER BY seq DESC LIMIT 1), 'voided') IN ('rejected', 'voided')
        WHEN 'submitted' THEN coalesce((SELECT kind FROM run_events WHERE run_id = NEW.run_id ORDER BY seq DESC LIMIT 1), '') = 'calculated'
        WHEN 'approved' THEN coalesce((SELECT kind FROM run_events WHERE run_id = NEW.run_id ORDER BY seq DESC LIMIT 1), '') = 'submitted'
        WHEN 'rejected' THEN coalesce((SELECT kind FROM run_events WHERE run_id = NEW.run_id ORDER BY seq DESC LIMIT 1), '') IN ('calculated', 'submitted')
        ELSE coalesce((SELECT kind FROM run_events WHERE run_id = NEW.run_id ORDER BY seq DESC LIMIT 1), '') IN ('calculated', 'submitted', 'approved')
    END;
    SELECT raise(ABORT, 'refused: another run stands') WHERE NEW.kind = 'calculated' AND EXISTS (
        SELECT 1 FROM run_events c
        WHERE c.for_period = NEW.for_period AND (
            SELECT kind FROM run_events WHERE run_id = c.run_id ORDER BY seq DESC LIMIT 1
        ) IN ('calculated', 'submitted', 'approved')
    );
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
CREATE TRIGGER order_events_next BEFORE INSERT ON order_events
BEGIN
    SELECT raise(ABORT, 'refused: not the next record') WHERE NEW.seq IS NOT (SELECT projected_seq + 1 FROM ledger_head);
    SELECT raise(ABORT, 'refused: record of another kind') WHERE NOT EXISTS (
        SELECT 1 FROM ledger_records
        WHERE seq = NEW.seq AND kind = 'order' AND actor_id = NEW.actor_id
    );
    SELECT raise(ABORT, 'refused: wrong stage of the order') WHERE coalesce(
        (SELECT kind FROM order_events WHERE order_id = NEW.order_id ORDER BY seq DESC LIMIT 1), ''
    ) <> CASE NEW.kind WHEN 'proposed' THEN '' ELSE 'proposed' END
    OR (NEW.kind <> 'proposed' AND EXISTS (
        SELECT 1 FROM order_events
        WHERE order_id = NEW.order_id AND order_kind IN ('withhold', 'unhold')
    ));
    SELECT raise(ABORT, 'refused: another order') WHERE NEW.kind <> 'proposed' AND NOT EXISTS (
        SELECT 1 FROM order_events
        WHERE order_id = NEW.order_id AND kind = 'proposed'
          AND digest = NEW.digest
    );
    SELECT raise(ABORT, 'refused: maker cannot approve') WHERE NEW.kind = 'approved' AND EXISTS (
        SELECT 1 FROM order_events WHERE order_id = NEW.order_id AND actor_id = NEW.actor_id
    );
    SELECT raise(ABORT, 'refused: control totals differ') WHERE NEW.kind = 'approved' AND (
        NEW.line_count <> (SELECT count(*) FROM order_lines WHERE order_id = NEW.order_id)
        OR NEW.total_fen <> (
            SELECT coalesce(sum(amount_fen), 0) FROM order_lines WHERE order_id = NEW.order_id
        )
    );
END;
CREATE TRIGGER order_lines_next BEFORE INSERT ON order_lines
BEGIN
    SELECT raise(ABORT, 'refused: order line exists') WHERE EXISTS (SELECT 1 FROM order_lines WHERE order_id = NEW.order_id AND line_index = NEW.line_index);
    SELECT raise(ABORT, 'refused: not with the proposal') WHERE NOT EXISTS (
        SELECT 1 FROM order_events
        WHERE order_id = NEW.order_id AND kind = 'proposed'
          AND seq = (SELECT projected_seq FROM ledger_head)
          AND seq > (SELECT sealed_seq FROM ledger_head)
    );
    SELECT raise(ABORT, 'refused: accrual in a live batch') WHERE NEW.kind = 'pay_instruct' AND EXISTS (
        SELECT 1 FROM order_lines l
        WHERE l.accrual_seq = NEW.accrual_seq AND l.kind = 'pay_instruct'
          AND NOT EXISTS (
              SELECT 1 FROM order_events WHERE order_id = l.order_id AND kind = 'refused'
          )
          AND NOT EXISTS (
              SELECT 1 FROM txns t
              WHERE t.order_id = l.order_id AND t.order_line = l.line_index
                AND t.kind IN ('pay_confirm', 'pay_fail')
          )
    );
END;
CREATE TRIGGER claim_events_next BEFORE INSERT ON claim_events
BEGIN
    SELECT raise(ABORT, 'refused: not the next record') WHERE NEW.seq IS NOT (SELECT projected_seq + 1 FROM ledger_head);
    SELECT raise(ABORT, 'refused: record of another kind') WHERE NOT EXISTS (
        SELECT 1 FROM ledger_records
        WHERE seq = NEW.seq AND kind = 'claim' AND actor_id = NEW.actor_id
    );
    SELECT raise(ABORT, 'refused: wrong stage of the claim') WHERE CASE NEW.kind
        WHEN 'declared' THEN EXISTS (SELECT 1 FROM claim_events WHERE claim_id = NEW.claim_id)
        WHEN 'decided' THEN (
            SELECT count(*) FROM claim_events
            WHERE claim_id = NEW.claim_id AND kind = 'declared'
        ) <> 1 OR EXISTS (SELECT 1 FROM claim_events WHERE claim_id = NEW.claim_id AND kind = 'decided')
        ELSE EXISTS (SELECT 1 FROM claim_events WHERE claim_id = NEW.claim_id AND kind = 'declared')
            AND NOT EXISTS (
                SELECT 1 FROM claim_events
                WHERE claim_id = NEW.claim_id AND kind = 'decided' AND amount_fen > 0
            )
    END;
    SELECT raise(ABORT, 'refused: declarant cannot decide') WHERE NEW.kind = 'decided' AND EXISTS (
        SELECT 1 FROM claim_events
        WHERE claim_id = NEW.claim_id AND kind = 'declared' AND actor_id = NEW.actor_id
    );
    SELECT raise(ABORT, 'refused: not between nothing and what was declared') WHERE NEW.kind = 'decided' AND NOT EXISTS (
        SELECT 1 FROM claim_events
        WHERE claim_id = NEW.claim_id AND kind = 'declared'
          AND NEW.amount_fen BETWEEN 0 AND amount_fen
    );
    SELECT raise(ABORT, 'refused: claim paid by another run') WHERE NEW.kind = 'included' AND EXISTS (
        SELECT 1 FROM claim_events c JOIN run_events e ON e.run_id = c.run_id
        WHERE c.claim_id = NEW.claim_id AND c.kind = 'included' AND e.attempt = c.run_attempt
          AND e.seq = (SELECT max(seq) FROM run_events WHERE run_id = c.run_id)
          AND e.kind IN ('calculated', 'submitted', 'approved')
    );
    SELECT raise(ABORT, 'refused: run not at this stage') WHERE NEW.kind = 'included' AND NOT EXISTS (
        SELECT 1 FROM run_events e
        WHERE e.run_id = NEW.run_id AND e.attempt = NEW.run_attempt AND e.kind = 'calculated'
          AND e.seq = (SELECT max(seq) FROM run_events WHERE run_id = NEW.run_id)
    );
END;
CREATE TRIGGER appeal_events_next BEFORE INSERT ON appeal_events
BEGIN
    SELECT raise(ABORT, 'refused: not the next record') WHERE NEW.seq IS NOT (SELECT projected_seq + 1 FROM ledger_head);
    SELECT raise(ABORT, 'refused: record of another kind') WHERE NOT EXISTS (
        SELECT 1 FROM ledger_records
        WHERE seq = NEW.seq AND kind = 'appeal' AND actor_id = NEW.actor_id
    );
    SELECT raise(ABORT, 'refused: wrong step of the appeal') WHERE NOT CASE NEW.kind
        WHEN 'opened' THEN NOT EXISTS (SELECT 1 FROM appeal_events WHERE appeal_id = NEW.appeal_id)
        WHEN 'negotiating' THEN coalesce((SELECT kind FROM appeal_events WHERE appeal_id = NEW.appeal_id ORDER BY seq DESC LIMIT 1), '') = 'opened'
        WHEN 'coordinating' THEN coalesce((SELECT kind FROM appeal_events WHERE appeal_id = NEW.appeal_id ORDER BY seq DESC LIMIT 1), '') = 'negotiating'
        WHEN 'escalated' THEN coalesce((SELECT kind FROM appeal_events WHERE appeal_id = NEW.appeal_id ORDER BY seq DESC LIMIT 1), '') = 'coordinating'
        WHEN 'withdrawn' THEN coalesce((SELECT kind FROM appeal_events WHERE appeal_id = NEW.appeal_id ORDER BY seq DESC LIMIT 1), '') IN ('opened', 'negotiating', 'coordinating', 'escalated')
        ELSE coalesce((SELECT kind FROM appeal_events WHERE appeal_id = NEW.appeal_id ORDER BY seq DESC LIMIT 1), '') IN ('negotiating', 'coordinating', 'escalated')
    END;
    SELECT raise(ABORT, 'refused: opener cannot decide') WHERE NEW.kind IN ('upheld', 'partly', 'dismissed') AND EXISTS (
        SELECT 1 FROM appeal_events
        WHERE appeal_id = NEW.appeal_id AND kind = 'opened' AND actor_id = NEW.actor_id
    );
END;
CREATE TRIGGER checkpoints_next BEFORE INSERT ON checkpoints
BEGIN
    SELECT raise(ABORT, 'refused: checkpoint not of the last record') WHERE NEW.tree_size IS NOT (SELECT max(seq) FROM ledger_records);
    SELECT raise(ABORT, 'refused: checkpoint exists') WHERE NEW.tree_size <= (SELECT max(tree_size) FROM checkpoints);
    SELECT raise(ABORT, 'refused: a record has no projection') WHERE NEW.tree_size > (SELECT projected_seq FROM ledger_head);
    SELECT raise(ABORT, 'refused: accruals differ from the approval') WHERE EXISTS (
        SELECT 1 FROM run_events e
        WHERE e.kind = 'approved'
          AND e.seq > (SELECT sealed_seq FROM ledger_head)
          AND e.total_fen <> (
            SELECT coalesce(sum(p.amount_fen), 0)
            FROM txns t JOIN postings p ON p.seq = t.seq JOIN accounts a ON a.id = p.account_id
            WHERE t.run_id = e.run_id AND t.run_attempt = e.attempt AND t.kind = 'accrue'
              AND substr(a.code, 1, 13) = 'B:Encumbered:'
          )
    );
    SELECT raise(ABORT, 'refused: lines differ from the proposal') WHERE EXISTS (
        SELECT 1 FROM order_events e
        WHERE e.kind = 'proposed' AND e.seq > (SELECT sealed_seq FROM ledger_head) AND (
            e.line_count <> (SELECT count(*) FROM order_lines WHERE order_id = e.order_id)
            OR e.total_fen <> (
                SELECT coalesce(sum(amount_fen), 0) FROM order_lines WHERE order_id = e.order_id
            )
        )
    );
    SELECT raise(ABORT, 'refused: transactions differ from the order') WHERE EXISTS (
        SELECT 1 FROM order_events e JOIN order_lines l ON l.order_id = e.order_id
        WHERE e.seq > (SELECT sealed_seq FROM ledger_head)
          AND (
              e.kind = 'approved'
              OR (e.kind = 'proposed' AND e.order_kind IN ('withhold', 'unhold'))
          )
          AND l.amount_fen <> (
              SELECT coalesce(sum(m.moved_fen), 0) FROM txns t JOIN txn_moved m ON m.seq = t.seq
              WHERE t.order_id = l.order_id AND t.order_line = l.line_index
                AND t.kind NOT IN ('pay_confirm', 'pay_fail')
          )
    );
    SELECT raise(ABORT, 'refused: transactions differ from the appeal') WHERE EXISTS (
        SELECT 1 FROM appeal_events e JOIN appeal_events o ON o.appeal_id = e.appeal_id
        WHERE e.seq > (SELECT sealed_seq FROM ledger_head)
          AND o.kind = 'opened'
          AND e.kind IN ('opened', 'upheld', 'partly', 'dismissed', 'withdrawn')
          AND coalesce(o.amount_fen, 0) <> (
              SELECT coalesce(sum(m.moved_fen), 0) FROM txns t JOIN txn_moved m ON m.seq = t.seq
              WHERE t.appeal_id = e.appeal_id
                AND t.kind = CASE e.kind WHEN 'opened' THEN 'dispute' ELSE 'resolve' END
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
CREATE TRIGGER order_events_no_update BEFORE UPDATE ON order_events
BEGIN
    SELECT raise(ABORT, 'refused: append-only table order_events');
END;
CREATE TRIGGER order_events_no_delete BEFORE DELETE ON order_events
BEGIN
    SELECT raise(ABORT, 'refused: append-only table order_events');
END;
CREATE TRIGGER order_lines_no_update BEFORE UPDATE ON order_lines
BEGIN
    SELECT raise(ABORT, 'refused: append-only table order_lines');
END;
CREATE TRIGGER order_lines_no_delete BEFORE DELETE ON order_lines
BEGIN
    SELECT raise(ABORT, 'refused: append-only table order_lines');
END;
CREATE TRIGGER claim_events_no_update BEFORE UPDATE ON claim_events
BEGIN
    SELECT raise(ABORT, 'refused: append-only table claim_events');
END;
CREATE TRIGGER claim_events_no_delete BEFORE DELETE ON claim_events
BEGIN
    SELECT raise(ABORT, 'refused: append-only table claim_events');
END;
CREATE TRIGGER appeal_events_no_update BEFORE UPDATE ON appeal_events
BEGIN
    SELECT raise(ABORT, 'refused: append-only table appeal_events');
END;
CREATE TRIGGER appeal_events_no_delete BEFORE DELETE ON appeal_events
BEGIN
    SELECT raise(ABORT, 'refused: append-only table appeal_events');
END;
