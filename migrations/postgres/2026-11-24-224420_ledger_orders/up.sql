-- Orders, claims and appeals join the books, and postings carry sums by month and by day, from which
-- the balance of an account on any day, as known at any record, is found without adding it all up.
--
-- What refers to what is kept by triggers, as in SQLite, which leaves REFERENCES to each connection.
-- Keys and unique indexes are what concurrent writers meet; a trigger sees only what is committed.
--
-- A new kind of record needs: its table with `seq`, a row in `ledger_head`, its kind in the function
-- `ledger_records_next`, and a trigger of its own with the rules «not the next record» and «record
-- of another kind».

ALTER TABLE ledger_records DROP CONSTRAINT ck_ledger_records_kind;
ALTER TABLE accounts
    DROP CONSTRAINT uq_accounts_code,
    DROP CONSTRAINT ck_accounts_account_group,
    DROP CONSTRAINT ck_accounts_guard;
CREATE UNIQUE INDEX ix_accounts_code ON accounts (code);

-- order_id, order_line, rule, appeal_id: the decision that led to it.
ALTER TABLE postings DROP CONSTRAINT postings_account_id_fkey, DROP CONSTRAINT postings_seq_fkey;
ALTER TABLE txns
    DROP CONSTRAINT txns_seq_fkey,
    DROP CONSTRAINT txns_accrual_seq_fkey,
    DROP CONSTRAINT txns_reverses_seq_fkey,
    DROP CONSTRAINT uq_txns_idempotency_key,
    DROP CONSTRAINT uq_txns_reverses_seq,
    DROP CONSTRAINT ck_txns_legs,
    ADD COLUMN order_id TEXT,
    ADD COLUMN order_line BIGINT,
    ADD COLUMN rule TEXT,
    ADD COLUMN appeal_id TEXT,
    ADD CONSTRAINT ck_txns_order CHECK (
        (order_id IS NULL) = (order_line IS NULL) AND (order_id IS NULL) = (rule IS NULL)
    );
CREATE UNIQUE INDEX ix_txns_idempotency_key ON txns (idempotency_key);
CREATE UNIQUE INDEX ix_txns_reverses_seq ON txns (reverses_seq) WHERE reverses_seq IS NOT NULL;
CREATE INDEX ix_txns_accrual_seq ON txns (accrual_seq) WHERE accrual_seq IS NOT NULL;
CREATE INDEX ix_txns_order_id ON txns (order_id, order_line) WHERE order_id IS NOT NULL;
CREATE INDEX ix_txns_appeal_id ON txns (appeal_id) WHERE appeal_id IS NOT NULL;

-- period_sum_fen and day_sum_fen: what the account was moved by, up to and with this posting, on
-- business dates of the same month and of the same day.
ALTER TABLE postings DISABLE TRIGGER postings_no_update;
ALTER TABLE postings
    DROP CONSTRAINT uq_postings_seq_leg_index,
    ADD COLUMN period TEXT NOT NULL DEFAULT '',
    ADD COLUMN effective_on DATE NOT NULL DEFAULT '1970-01-01',
    ADD COLUMN period_sum_fen BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN day_sum_fen BIGINT NOT NULL DEFAULT 0;
UPDATE postings SET
    period = s.period, effective_on = s.effective_on,
    period_sum_fen = s.period_sum_fen, day_sum_fen = s.day_sum_fen
FROM (
    SELECT
        p.account_id, p.account_seq, t.period, t.effective_on,
        sum(p.amount_fen) OVER (
            PARTITION BY p.account_id, t.period ORDER BY p.account_seq
        ) AS period_sum_fen,
        sum(p.amount_fen) OVER (
            PARTITION BY p.account_id, t.effective_on ORDER BY p.account_seq
        ) AS day_sum_fen
    FROM postings p JOIN txns t ON t.seq = p.seq
) s
WHERE s.account_id = postings.account_id AND s.account_seq = postings.account_seq;
ALTER TABLE postings
    ALTER COLUMN period DROP DEFAULT,
    ALTER COLUMN effective_on DROP DEFAULT,
    ALTER COLUMN period_sum_fen DROP DEFAULT,
    ALTER COLUMN day_sum_fen DROP DEFAULT;
ALTER TABLE postings ENABLE TRIGGER postings_no_update;
CREATE INDEX ix_postings_seq ON postings (seq, leg_index);
CREATE INDEX ix_postings_period ON postings (account_id, period, seq);
CREATE INDEX ix_postings_effective_on ON postings (account_id, effective_on, seq);

ALTER TABLE period_events
    DROP CONSTRAINT period_events_seq_fkey,
    DROP CONSTRAINT uq_period_events_seq;
CREATE UNIQUE INDEX ix_period_events_seq ON period_events (seq);
ALTER TABLE run_events DROP CONSTRAINT run_events_seq_fkey;
CREATE INDEX ix_run_events_for_period ON run_events (for_period);

-- order_kind: of the proposal. line_count and total_fen: what was proposed, and what the approver
-- signed for.
CREATE TABLE order_events (
    seq BIGINT PRIMARY KEY,
    order_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    order_kind TEXT,
    digest TEXT NOT NULL,
    actor_id TEXT NOT NULL,
    line_count BIGINT,
    total_fen BIGINT,
    CONSTRAINT ck_order_events_kind CHECK (kind IN ('proposed', 'approved', 'refused')),
    CONSTRAINT ck_order_events_order_kind CHECK ((kind = 'proposed') = (order_kind IS NOT NULL)),
    CONSTRAINT ck_order_events_totals CHECK (
        (kind IN ('proposed', 'approved')) = (line_count IS NOT NULL)
        AND (line_count IS NULL) = (total_fen IS NULL)
    )
);
CREATE INDEX ix_order_events_order_id ON order_events (order_id, seq);

-- kind: that of the transaction the line leads to.
CREATE TABLE order_lines (
    order_id TEXT NOT NULL,
    line_index BIGINT NOT NULL,
    kind TEXT NOT NULL,
    accrual_seq BIGINT,
    department_id TEXT,
    reverses_seq BIGINT,
    amount_fen BIGINT NOT NULL,
    PRIMARY KEY (order_id, line_index),
    CONSTRAINT ck_order_lines_amount_fen CHECK (amount_fen > 0)
);
CREATE INDEX ix_order_lines_accrual_seq ON order_lines (accrual_seq);

-- amount_fen: what was declared, what was accepted.
CREATE TABLE claim_events (
    seq BIGINT PRIMARY KEY,
    claim_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    department_id TEXT,
    amount_fen BIGINT,
    run_id TEXT,
    run_attempt BIGINT,
    actor_id TEXT NOT NULL,
    CONSTRAINT ck_claim_events_kind CHECK (kind IN ('declared', 'decided', 'included')),
    CONSTRAINT ck_claim_events_amount_fen CHECK ((kind = 'included') = (amount_fen IS NULL))
);
CREATE INDEX ix_claim_events_claim_id ON claim_events (claim_id, seq);

-- amount_fen: what is contested, what the ruling cuts.
CREATE TABLE appeal_events (
    seq BIGINT PRIMARY KEY,
    appeal_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    department_id TEXT,
    accrual_seq BIGINT,
    amount_fen BIGINT,
    actor_id TEXT NOT NULL,
    CONSTRAINT ck_appeal_events_kind CHECK (
        kind IN (
            'opened', 'negotiating', 'coordinating', 'escalated',
            'upheld', 'partly', 'dismissed', 'withdrawn'
        )
    )
);
CREATE INDEX ix_appeal_events_appeal_id ON appeal_events (appeal_id, seq);

-- Up to which record the projections go, and up to which the log is signed.
CREATE VIEW ledger_head AS
SELECT
    greatest(
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
            SELECT sum(p.amount_fen)::bigint FROM postings p JOIN accounts a ON a.id = p.account_id
            WHERE p.seq = t.seq AND p.amount_fen > 0 AND a.account_group = 'P'
        ),
        (
            SELECT sum(p.amount_fen)::bigint FROM postings p JOIN accounts a ON a.id = p.account_id
            WHERE p.seq = t.seq AND p.amount_fen > 0 AND a.account_group = 'B'
        ) / CASE t.kind WHEN 'carry' THEN 2 ELSE 1 END,
        (
            SELECT sum(p.amount_fen)::bigint FROM postings p JOIN accounts a ON a.id = p.account_id
            WHERE p.seq = t.seq AND p.amount_fen > 0 AND a.account_group = 'M'
        )
    ) AS moved_fen
FROM txns t;

-- Order, balance, caps, stages and four eyes.
CREATE OR REPLACE FUNCTION ledger_records_next() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.seq IS DISTINCT FROM (SELECT coalesce(max(seq), 0) + 1 FROM ledger_records)) THEN
        RAISE EXCEPTION 'refused: gap in record numbers';
    END IF;
    IF (NEW.recorded_at < (SELECT recorded_at FROM ledger_records WHERE seq = NEW.seq - 1)) THEN
        RAISE EXCEPTION 'refused: recorded before its predecessor';
    END IF;
    IF (NEW.kind NOT IN (
        'posted', 'posted_under', 'run', 'order', 'claim', 'appeal', 'period_opened', 'period_closed'
    )) THEN
        RAISE EXCEPTION 'refused: no such kind of record';
    END IF;
    RETURN NEW;
END;
$$;
CREATE OR REPLACE FUNCTION ledger_accounts_next() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NOT EXISTS (
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
    )) THEN
        RAISE EXCEPTION 'refused: no such kind of account';
    END IF;
    RETURN NEW;
END;
$$;
CREATE OR REPLACE FUNCTION ledger_txns_next() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.seq IS DISTINCT FROM (SELECT projected_seq + 1 FROM ledger_head)) THEN
        RAISE EXCEPTION 'refused: not the next record';
    END IF;
    IF (NOT EXISTS (
        SELECT 1 FROM ledger_records
        WHERE seq = NEW.seq AND kind = CASE
            WHEN NEW.order_id IS NULL AND NEW.appeal_id IS NULL THEN 'posted' ELSE 'posted_under'
        END
    )) THEN
        RAISE EXCEPTION 'refused: record of another kind';
    END IF;
    IF ((SELECT max(event_index) FROM period_events WHERE period = NEW.period) IS DISTINCT FROM 0) THEN
        RAISE EXCEPTION 'refused: period not open';
    END IF;
    IF (NEW.reverses_seq IS NOT NULL AND NOT EXISTS (
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
    )) THEN
        RAISE EXCEPTION 'refused: nothing to reverse';
    END IF;
    IF (NEW.accrual_seq IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM txns a
        WHERE a.seq = NEW.accrual_seq AND a.kind IN ('accrue', 'adjust')
          AND NOT EXISTS (SELECT 1 FROM txns r WHERE r.reverses_seq = a.seq)
    )) THEN
        RAISE EXCEPTION 'refused: no such accrual';
    END IF;
    IF ((
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
    )) THEN
        RAISE EXCEPTION 'refused: run not at this stage';
    END IF;
    IF (NOT CASE
        WHEN NEW.kind IN ('dispute', 'resolve') THEN NEW.appeal_id IS NOT NULL AND NEW.order_id IS NULL
        WHEN NEW.kind IN (
            'appropriate', 'amend', 'reserve', 'release', 'accrue', 'recover'
        ) THEN NEW.appeal_id IS NULL AND NEW.order_id IS NULL
        WHEN NEW.kind = 'reverse' THEN NEW.appeal_id IS NULL
        ELSE NEW.appeal_id IS NULL AND NEW.order_id IS NOT NULL
    END) THEN
        RAISE EXCEPTION 'refused: no decision of its kind';
    END IF;
    IF (NEW.order_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM order_events e
        WHERE e.order_id = NEW.order_id
          AND e.seq = (SELECT max(seq) FROM order_events WHERE order_id = NEW.order_id)
          AND (
              e.kind = 'approved'
              OR (e.kind = 'proposed' AND e.order_kind IN ('withhold', 'unhold'))
          )
    )) THEN
        RAISE EXCEPTION 'refused: order not approved';
    END IF;
    IF (NEW.order_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM order_lines l
        WHERE l.order_id = NEW.order_id AND l.line_index = NEW.order_line
          AND l.kind = CASE
              WHEN NEW.kind IN ('pay_confirm', 'pay_fail') THEN 'pay_instruct' ELSE NEW.kind
          END
          AND (NEW.kind = 'reverse' OR l.accrual_seq IS NOT DISTINCT FROM NEW.accrual_seq)
          AND l.reverses_seq IS NOT DISTINCT FROM NEW.reverses_seq
          AND (l.department_id IS NULL OR l.department_id IS NOT DISTINCT FROM NEW.department_id)
    )) THEN
        RAISE EXCEPTION 'refused: not the line of the order';
    END IF;
    IF (NEW.order_id IS NOT NULL AND EXISTS (
        SELECT 1 FROM txns
        WHERE order_id = NEW.order_id AND order_line = NEW.order_line AND kind = NEW.kind
    )) THEN
        RAISE EXCEPTION 'refused: order line carried out already';
    END IF;
    IF (NEW.kind IN ('pay_confirm', 'pay_fail') AND (
        SELECT count(*) FROM txns
        WHERE order_id = NEW.order_id AND order_line = NEW.order_line
          AND kind IN ('pay_instruct', 'pay_confirm', 'pay_fail') AND kind <> NEW.kind
    ) <> 1) THEN
        RAISE EXCEPTION 'refused: payment not in transit';
    END IF;
    IF (NEW.appeal_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM appeal_events o JOIN appeal_events e ON e.appeal_id = o.appeal_id
        WHERE o.appeal_id = NEW.appeal_id AND o.kind = 'opened'
          AND o.accrual_seq = NEW.accrual_seq
          AND e.seq = (SELECT max(seq) FROM appeal_events WHERE appeal_id = NEW.appeal_id)
          AND CASE NEW.kind
              WHEN 'dispute' THEN e.kind = 'opened'
              ELSE e.kind IN ('upheld', 'partly', 'dismissed', 'withdrawn')
          END
    )) THEN
        RAISE EXCEPTION 'refused: appeal not at this stage';
    END IF;
    RETURN NEW;
END;
$$;
CREATE OR REPLACE FUNCTION ledger_txns_post() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (jsonb_array_length(NEW.legs::jsonb) < 2 OR EXISTS (
        SELECT 1 FROM jsonb_array_elements(NEW.legs::jsonb) j
        LEFT JOIN accounts a ON a.id = (j ->> 0)::bigint
        GROUP BY a.account_group
        HAVING a.account_group IS NULL OR count(*) < 2 OR sum((j ->> 1)::bigint) <> 0
    )) THEN
        RAISE EXCEPTION 'refused: unbalanced transaction';
    END IF;
    INSERT INTO postings (
        account_id, account_seq, seq, leg_index, amount_fen, balance_after_fen, period, effective_on,
        period_sum_fen, day_sum_fen
    )
    SELECT
        l.account_id, l.account_seq, NEW.seq, l.leg_index, l.amount_fen, l.balance_after_fen,
        NEW.period, NEW.effective_on,
        l.amount_fen + coalesce((
            SELECT period_sum_fen FROM postings
            WHERE account_id = l.account_id AND period = NEW.period ORDER BY seq DESC LIMIT 1
        ), 0),
        l.amount_fen + coalesce((
            SELECT day_sum_fen FROM postings
            WHERE account_id = l.account_id AND effective_on = NEW.effective_on
            ORDER BY seq DESC LIMIT 1
        ), 0)
    FROM (
        SELECT
            (j ->> 0)::bigint AS account_id, (j ->> 1)::bigint AS amount_fen,
            (j ->> 2)::bigint AS account_seq, (j ->> 3)::bigint AS balance_after_fen,
            n - 1 AS leg_index
        FROM jsonb_array_elements(NEW.legs::jsonb) WITH ORDINALITY AS legs (j, n)
    ) l ORDER BY l.leg_index;
    IF (NEW.reverses_seq IS NOT NULL AND (
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
    )) THEN
        RAISE EXCEPTION 'refused: not the negation';
    END IF;
    IF (coalesce(NEW.accrual_seq, NEW.reverses_seq) IS NOT NULL AND EXISTS (
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
    )) THEN
        RAISE EXCEPTION 'refused: more than the accrual holds';
    END IF;
    IF (NEW.accrual_seq IS NOT NULL AND (
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
    ) > 0) THEN
        RAISE EXCEPTION 'refused: claws back more than was paid';
    END IF;
    RETURN NULL;
END;
$$;
CREATE OR REPLACE FUNCTION ledger_postings_next() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NOT EXISTS (
        SELECT 1 FROM txns t
        WHERE t.seq = NEW.seq
          AND (t.legs::jsonb -> NEW.leg_index::int ->> 0)::bigint = NEW.account_id
          AND (t.legs::jsonb -> NEW.leg_index::int ->> 1)::bigint = NEW.amount_fen
          AND t.period = NEW.period AND t.effective_on = NEW.effective_on
    )) THEN
        RAISE EXCEPTION 'refused: not a leg';
    END IF;
    IF (EXISTS (
        SELECT 1 FROM postings
        WHERE seq = NEW.seq AND (leg_index = NEW.leg_index OR account_id = NEW.account_id)
    )) THEN
        RAISE EXCEPTION 'refused: posting exists';
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
CREATE OR REPLACE FUNCTION ledger_period_events_next() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.event_index = 1 AND NOT EXISTS (SELECT 1 FROM period_events WHERE period = NEW.period AND event_index = 0)) THEN
        RAISE EXCEPTION 'refused: period was not opened';
    END IF;
    IF (NEW.seq IS DISTINCT FROM (SELECT projected_seq + 1 FROM ledger_head)) THEN
        RAISE EXCEPTION 'refused: not the next record';
    END IF;
    IF (NOT EXISTS (
        SELECT 1 FROM ledger_records WHERE seq = NEW.seq AND kind = NEW.kind
    )) THEN
        RAISE EXCEPTION 'refused: record of another kind';
    END IF;
    RETURN NEW;
END;
$$;
CREATE OR REPLACE FUNCTION ledger_run_events_next() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.seq IS DISTINCT FROM (SELECT projected_seq + 1 FROM ledger_head)) THEN
        RAISE EXCEPTION 'refused: not the next record';
    END IF;
    IF (NOT EXISTS (
        SELECT 1 FROM ledger_records
        WHERE seq = NEW.seq AND kind = 'run' AND actor_id = NEW.actor_id
    )) THEN
        RAISE EXCEPTION 'refused: record of another kind';
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
    IF (NEW.kind = 'calculated' AND EXISTS (
        SELECT 1 FROM run_events c
        WHERE c.for_period = NEW.for_period AND (
            SELECT kind FROM run_events WHERE run_id = c.run_id ORDER BY seq DESC LIMIT 1
        ) IN ('calculated', 'submitted', 'approved')
    )) THEN
        RAISE EXCEPTION 'refused: another run stands';
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
CREATE OR REPLACE FUNCTION ledger_order_events_next() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.seq IS DISTINCT FROM (SELECT projected_seq + 1 FROM ledger_head)) THEN
        RAISE EXCEPTION 'refused: not the next record';
    END IF;
    IF (NOT EXISTS (
        SELECT 1 FROM ledger_records
        WHERE seq = NEW.seq AND kind = 'order' AND actor_id = NEW.actor_id
    )) THEN
        RAISE EXCEPTION 'refused: record of another kind';
    END IF;
    IF (coalesce(
        (SELECT kind FROM order_events WHERE order_id = NEW.order_id ORDER BY seq DESC LIMIT 1), ''
    ) <> CASE NEW.kind WHEN 'proposed' THEN '' ELSE 'proposed' END
    OR (NEW.kind <> 'proposed' AND EXISTS (
        SELECT 1 FROM order_events
        WHERE order_id = NEW.order_id AND order_kind IN ('withhold', 'unhold')
    ))) THEN
        RAISE EXCEPTION 'refused: wrong stage of the order';
    END IF;
    IF (NEW.kind <> 'proposed' AND NOT EXISTS (
        SELECT 1 FROM order_events
        WHERE order_id = NEW.order_id AND kind = 'proposed'
          AND digest = NEW.digest
    )) THEN
        RAISE EXCEPTION 'refused: another order';
    END IF;
    IF (NEW.kind = 'approved' AND EXISTS (
        SELECT 1 FROM order_events WHERE order_id = NEW.order_id AND actor_id = NEW.actor_id
    )) THEN
        RAISE EXCEPTION 'refused: maker cannot approve';
    END IF;
    IF (NEW.kind = 'approved' AND (
        NEW.line_count <> (SELECT count(*) FROM order_lines WHERE order_id = NEW.order_id)
        OR NEW.total_fen <> (
            SELECT coalesce(sum(amount_fen), 0) FROM order_lines WHERE order_id = NEW.order_id
        )
    )) THEN
        RAISE EXCEPTION 'refused: control totals differ';
    END IF;
    RETURN NEW;
END;
$$;
CREATE TRIGGER order_events_next BEFORE INSERT ON order_events
FOR EACH ROW EXECUTE FUNCTION ledger_order_events_next();
CREATE OR REPLACE FUNCTION ledger_order_lines_next() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NOT EXISTS (
        SELECT 1 FROM order_events
        WHERE order_id = NEW.order_id AND kind = 'proposed'
          AND seq = (SELECT projected_seq FROM ledger_head)
          AND seq > (SELECT sealed_seq FROM ledger_head)
    )) THEN
        RAISE EXCEPTION 'refused: not with the proposal';
    END IF;
    IF (NEW.kind = 'pay_instruct' AND EXISTS (
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
    )) THEN
        RAISE EXCEPTION 'refused: accrual in a live batch';
    END IF;
    RETURN NEW;
END;
$$;
CREATE TRIGGER order_lines_next BEFORE INSERT ON order_lines
FOR EACH ROW EXECUTE FUNCTION ledger_order_lines_next();
CREATE OR REPLACE FUNCTION ledger_claim_events_next() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.seq IS DISTINCT FROM (SELECT projected_seq + 1 FROM ledger_head)) THEN
        RAISE EXCEPTION 'refused: not the next record';
    END IF;
    IF (NOT EXISTS (
        SELECT 1 FROM ledger_records
        WHERE seq = NEW.seq AND kind = 'claim' AND actor_id = NEW.actor_id
    )) THEN
        RAISE EXCEPTION 'refused: record of another kind';
    END IF;
    IF (CASE NEW.kind
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
    END) THEN
        RAISE EXCEPTION 'refused: wrong stage of the claim';
    END IF;
    IF (NEW.kind = 'decided' AND EXISTS (
        SELECT 1 FROM claim_events
        WHERE claim_id = NEW.claim_id AND kind = 'declared' AND actor_id = NEW.actor_id
    )) THEN
        RAISE EXCEPTION 'refused: declarant cannot decide';
    END IF;
    IF (NEW.kind = 'decided' AND NOT EXISTS (
        SELECT 1 FROM claim_events
        WHERE claim_id = NEW.claim_id AND kind = 'declared'
          AND NEW.amount_fen BETWEEN 0 AND amount_fen
    )) THEN
        RAISE EXCEPTION 'refused: not between nothing and what was declared';
    END IF;
    IF (NEW.kind = 'included' AND EXISTS (
        SELECT 1 FROM claim_events c JOIN run_events e ON e.run_id = c.run_id
        WHERE c.claim_id = NEW.claim_id AND c.kind = 'included' AND e.attempt = c.run_attempt
          AND e.seq = (SELECT max(seq) FROM run_events WHERE run_id = c.run_id)
          AND e.kind IN ('calculated', 'submitted', 'approved')
    )) THEN
        RAISE EXCEPTION 'refused: claim paid by another run';
    END IF;
    IF (NEW.kind = 'included' AND NOT EXISTS (
        SELECT 1 FROM run_events e
        WHERE e.run_id = NEW.run_id AND e.attempt = NEW.run_attempt AND e.kind = 'calculated'
          AND e.seq = (SELECT max(seq) FROM run_events WHERE run_id = NEW.run_id)
    )) THEN
        RAISE EXCEPTION 'refused: run not at this stage';
    END IF;
    RETURN NEW;
END;
$$;
CREATE TRIGGER claim_events_next BEFORE INSERT ON claim_events
FOR EACH ROW EXECUTE FUNCTION ledger_claim_events_next();
CREATE OR REPLACE FUNCTION ledger_appeal_events_next() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.seq IS DISTINCT FROM (SELECT projected_seq + 1 FROM ledger_head)) THEN
        RAISE EXCEPTION 'refused: not the next record';
    END IF;
    IF (NOT EXISTS (
        SELECT 1 FROM ledger_records
        WHERE seq = NEW.seq AND kind = 'appeal' AND actor_id = NEW.actor_id
    )) THEN
        RAISE EXCEPTION 'refused: record of another kind';
    END IF;
    IF (NOT CASE NEW.kind
        WHEN 'opened' THEN NOT EXISTS (SELECT 1 FROM appeal_events WHERE appeal_id = NEW.appeal_id)
        WHEN 'negotiating' THEN coalesce((SELECT kind FROM appeal_events WHERE appeal_id = NEW.appeal_id ORDER BY seq DESC LIMIT 1), '') = 'opened'
        WHEN 'coordinating' THEN coalesce((SELECT kind FROM appeal_events WHERE appeal_id = NEW.appeal_id ORDER BY seq DESC LIMIT 1), '') = 'negotiating'
        WHEN 'escalated' THEN coalesce((SELECT kind FROM appeal_events WHERE appeal_id = NEW.appeal_id ORDER BY seq DESC LIMIT 1), '') = 'coordinating'
        WHEN 'withdrawn' THEN coalesce((SELECT kind FROM appeal_events WHERE appeal_id = NEW.appeal_id ORDER BY seq DESC LIMIT 1), '') IN ('opened', 'negotiating', 'coordinating', 'escalated')
        ELSE coalesce((SELECT kind FROM appeal_events WHERE appeal_id = NEW.appeal_id ORDER BY seq DESC LIMIT 1), '') IN ('negotiating', 'coordinating', 'escalated')
    END) THEN
        RAISE EXCEPTION 'refused: wrong step of the appeal';
    END IF;
    IF (NEW.kind IN ('upheld', 'partly', 'dismissed') AND EXISTS (
        SELECT 1 FROM appeal_events
        WHERE appeal_id = NEW.appeal_id AND kind = 'opened' AND actor_id = NEW.actor_id
    )) THEN
        RAISE EXCEPTION 'refused: opener cannot decide';
    END IF;
    RETURN NEW;
END;
$$;
CREATE TRIGGER appeal_events_next BEFORE INSERT ON appeal_events
FOR EACH ROW EXECUTE FUNCTION ledger_appeal_events_next();
CREATE OR REPLACE FUNCTION ledger_checkpoints_next() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.tree_size IS DISTINCT FROM (SELECT max(seq) FROM ledger_records)) THEN
        RAISE EXCEPTION 'refused: checkpoint not of the last record';
    END IF;
    IF (NEW.tree_size > (SELECT projected_seq FROM ledger_head)) THEN
        RAISE EXCEPTION 'refused: a record has no projection';
    END IF;
    IF (EXISTS (
        SELECT 1 FROM run_events e
        WHERE e.kind = 'approved'
          AND e.seq > (SELECT sealed_seq FROM ledger_head)
          AND e.total_fen <> (
            SELECT coalesce(sum(p.amount_fen), 0)
            FROM txns t JOIN postings p ON p.seq = t.seq JOIN accounts a ON a.id = p.account_id
            WHERE t.run_id = e.run_id AND t.run_attempt = e.attempt AND t.kind = 'accrue'
              AND substr(a.code, 1, 13) = 'B:Encumbered:'
          )
    )) THEN
        RAISE EXCEPTION 'refused: accruals differ from the approval';
    END IF;
    IF (EXISTS (
        SELECT 1 FROM order_events e
        WHERE e.kind = 'proposed' AND e.seq > (SELECT sealed_seq FROM ledger_head) AND (
            e.line_count <> (SELECT count(*) FROM order_lines WHERE order_id = e.order_id)
            OR e.total_fen <> (
                SELECT coalesce(sum(amount_fen), 0) FROM order_lines WHERE order_id = e.order_id
            )
        )
    )) THEN
        RAISE EXCEPTION 'refused: lines differ from the proposal';
    END IF;
    IF (EXISTS (
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
    )) THEN
        RAISE EXCEPTION 'refused: transactions differ from the order';
    END IF;
    IF (EXISTS (
        SELECT 1 FROM appeal_events e JOIN appeal_events o ON o.appeal_id = e.appeal_id
        WHERE e.seq > (SELECT sealed_seq FROM ledger_head)
          AND o.kind = 'opened'
          AND e.kind IN ('opened', 'upheld', 'partly', 'dismissed', 'withdrawn')
          AND coalesce(o.amount_fen, 0) <> (
              SELECT coalesce(sum(m.moved_fen), 0) FROM txns t JOIN txn_moved m ON m.seq = t.seq
              WHERE t.appeal_id = e.appeal_id
                AND t.kind = CASE e.kind WHEN 'opened' THEN 'dispute' ELSE 'resolve' END
          )
    )) THEN
        RAISE EXCEPTION 'refused: transactions differ from the appeal';
    END IF;
    RETURN NEW;
END;
$$;

-- Nothing is ever changed or removed.
CREATE TRIGGER order_events_no_update BEFORE UPDATE ON order_events
FOR EACH ROW EXECUTE FUNCTION ledger_is_append_only();
CREATE TRIGGER order_events_no_delete BEFORE DELETE ON order_events
FOR EACH ROW EXECUTE FUNCTION ledger_is_append_only();
CREATE TRIGGER order_events_no_truncate BEFORE TRUNCATE ON order_events
FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_append_only();
CREATE TRIGGER order_lines_no_update BEFORE UPDATE ON order_lines
FOR EACH ROW EXECUTE FUNCTION ledger_is_append_only();
CREATE TRIGGER order_lines_no_delete BEFORE DELETE ON order_lines
FOR EACH ROW EXECUTE FUNCTION ledger_is_append_only();
CREATE TRIGGER order_lines_no_truncate BEFORE TRUNCATE ON order_lines
FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_append_only();
CREATE TRIGGER claim_events_no_update BEFORE UPDATE ON claim_events
FOR EACH ROW EXECUTE FUNCTION ledger_is_append_only();
CREATE TRIGGER claim_events_no_delete BEFORE DELETE ON claim_events
FOR EACH ROW EXECUTE FUNCTION ledger_is_append_only();
CREATE TRIGGER claim_events_no_truncate BEFORE TRUNCATE ON claim_events
FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_append_only();
CREATE TRIGGER appeal_events_no_update BEFORE UPDATE ON appeal_events
FOR EACH ROW EXECUTE FUNCTION ledger_is_append_only();
CREATE TRIGGER appeal_events_no_delete BEFORE DELETE ON appeal_events
FOR EACH ROW EXECUTE FUNCTION ledger_is_append_only();
CREATE TRIGGER appeal_events_no_truncate BEFORE TRUNCATE ON appeal_events
FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_append_only();
