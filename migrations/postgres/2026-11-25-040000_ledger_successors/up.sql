-- Successors take over what stood to a department that has ended, and a line may be granted or amended
-- by an order of two people. A transfer makes something owed, as an accrual does.
--
-- A new kind of record needs: its table with `seq`, a row in `ledger_head`, its kind in the trigger
-- `ledger_records_next`, and a trigger of its own with the rules «not the next record» and «record
-- of another kind».

-- What a transaction moves: the debits of what is owed and paid; of the budget, or of memo accounts,
-- where it moves nothing else. A carry debits the budget twice, once a year; a transfer debits memo
-- accounts twice, once a department.
CREATE OR REPLACE VIEW txn_moved AS
SELECT
    t.seq,
    coalesce(
        (
            SELECT sum(p.amount_fen)::bigint FROM txn_legs p JOIN accounts a ON a.id = p.account_id
            WHERE p.seq = t.seq AND p.amount_fen > 0 AND a.account_group = 'P'
        ),
        (
            SELECT sum(p.amount_fen)::bigint FROM txn_legs p JOIN accounts a ON a.id = p.account_id
            WHERE p.seq = t.seq AND p.amount_fen > 0 AND a.account_group = 'B'
        ) / CASE t.kind WHEN 'carry' THEN 2 ELSE 1 END,
        (
            SELECT sum(p.amount_fen)::bigint FROM txn_legs p JOIN accounts a ON a.id = p.account_id
            WHERE p.seq = t.seq AND p.amount_fen > 0 AND a.account_group = 'M'
        ) / CASE t.kind WHEN 'transfer' THEN 2 ELSE 1 END
    ) AS moved_fen
FROM txns t;

CREATE OR REPLACE FUNCTION ledger_txns_next() RETURNS trigger LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
    first_seq BIGINT;
    last_seq BIGINT;
    how_many BIGINT;
BEGIN
    SELECT min(seq), max(seq), count(*) INTO first_seq, last_seq, how_many FROM fresh;
    IF (how_many > 0 AND (
        last_seq - first_seq + 1 <> how_many
        OR how_many <> (SELECT count(*) FROM ledger_projections WHERE seq >= first_seq)
        OR (first_seq > 1 AND NOT EXISTS (SELECT 1 FROM ledger_projections WHERE seq = first_seq - 1))
    )) THEN
        RAISE EXCEPTION 'refused: not the next record';
    END IF;
    IF (EXISTS (
        SELECT 1 FROM fresh f
        WHERE NOT EXISTS (
            SELECT 1 FROM ledger_records
            WHERE seq = f.seq AND kind = CASE
                WHEN f.order_id IS NULL AND f.appeal_id IS NULL THEN 'posted' ELSE 'posted_under'
            END
        )
    )) THEN
        RAISE EXCEPTION 'refused: record of another kind';
    END IF;
    IF (EXISTS (
        SELECT 1 FROM (SELECT DISTINCT period FROM fresh) f
        WHERE (SELECT max(event_index) FROM period_events WHERE period = f.period) IS DISTINCT FROM 0
    )) THEN
        RAISE EXCEPTION 'refused: period not open';
    END IF;
    IF (EXISTS (
        SELECT 1 FROM fresh f
        WHERE f.reverses_seq IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM txns o
            WHERE o.seq = f.reverses_seq AND o.seq < f.seq AND CASE
                WHEN f.kind = 'release' THEN o.kind = 'reserve'
                WHEN f.order_id IS NULL THEN o.kind = 'accrue'
                ELSE o.kind IN (
                    'appropriate', 'amend', 'adjust', 'deduct', 'forfeit', 'clawback', 'offset',
                    'recover', 'lapse', 'carry', 'settle', 'unfunded_carry', 'unfunded_expire',
                    'write_off'
                )
            END
        )
    )) THEN
        RAISE EXCEPTION 'refused: nothing to reverse';
    END IF;
    IF (EXISTS (
        SELECT 1 FROM fresh f
        WHERE f.accrual_seq IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM txns a
            WHERE a.seq = f.accrual_seq AND a.seq < f.seq AND a.kind IN ('accrue', 'adjust', 'transfer')
              AND NOT EXISTS (
                  SELECT 1 FROM txns r WHERE r.reverses_seq = a.seq AND r.seq < f.seq
              )
        )
    )) THEN
        RAISE EXCEPTION 'refused: no such accrual';
    END IF;
    IF (EXISTS (
        SELECT 1 FROM (SELECT DISTINCT kind, run_id, run_attempt, order_id IS NULL AS by_run FROM fresh) f
        WHERE (f.kind IN ('reserve', 'accrue', 'release') OR (f.kind = 'reverse' AND f.by_run))
          AND NOT EXISTS (
              SELECT 1 FROM run_events e
              WHERE e.run_id = f.run_id
                AND e.attempt = f.run_attempt
                AND e.seq = (SELECT max(seq) FROM run_events WHERE run_id = f.run_id)
                AND CASE f.kind
                    WHEN 'reserve' THEN e.kind = 'calculated'
                    WHEN 'accrue' THEN e.kind = 'approved'
                    ELSE e.kind IN ('rejected', 'voided')
                END
          )
    )) THEN
        RAISE EXCEPTION 'refused: run not at this stage';
    END IF;
    IF (EXISTS (
        SELECT 1 FROM fresh
        WHERE NOT CASE
            WHEN kind IN ('dispute', 'resolve') THEN appeal_id IS NOT NULL AND order_id IS NULL
            WHEN kind IN (
                'reserve', 'release', 'accrue', 'recover'
            ) THEN appeal_id IS NULL AND order_id IS NULL
            WHEN kind IN ('appropriate', 'amend', 'reverse') THEN appeal_id IS NULL
            ELSE appeal_id IS NULL AND order_id IS NOT NULL
        END
    )) THEN
        RAISE EXCEPTION 'refused: no decision of its kind';
    END IF;
    IF (EXISTS (
        SELECT 1 FROM (SELECT DISTINCT order_id FROM fresh WHERE order_id IS NOT NULL) f
        WHERE NOT EXISTS (
            SELECT 1 FROM order_events e
            WHERE e.order_id = f.order_id
              AND e.seq = (SELECT max(seq) FROM order_events WHERE order_id = f.order_id)
              AND (
                  e.kind = 'approved'
                  OR (e.kind = 'proposed' AND e.order_kind IN ('withhold', 'unhold'))
              )
        )
    )) THEN
        RAISE EXCEPTION 'refused: order not approved';
    END IF;
    IF (EXISTS (
        SELECT 1 FROM fresh f
        WHERE f.order_id IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM order_lines l
            WHERE l.order_id = f.order_id AND l.line_index = f.order_line
              AND l.kind = CASE
                  WHEN f.kind IN ('pay_confirm', 'pay_fail') THEN 'pay_instruct' ELSE f.kind
              END
              AND (f.kind = 'reverse' OR l.accrual_seq IS NOT DISTINCT FROM f.accrual_seq)
              AND l.reverses_seq IS NOT DISTINCT FROM f.reverses_seq
              AND (l.department_id IS NULL OR l.department_id IS NOT DISTINCT FROM f.department_id)
        )
    )) THEN
        RAISE EXCEPTION 'refused: not the line of the order';
    END IF;
    IF (EXISTS (
        SELECT 1 FROM fresh f JOIN txns t
            ON t.order_id = f.order_id AND t.order_line = f.order_line
        WHERE f.order_id IS NOT NULL AND t.kind = f.kind AND t.seq <> f.seq
    )) THEN
        RAISE EXCEPTION 'refused: order line carried out already';
    END IF;
    IF (EXISTS (
        SELECT 1 FROM fresh f
        WHERE f.kind IN ('pay_confirm', 'pay_fail') AND (
            SELECT count(*) FROM txns
            WHERE order_id = f.order_id AND order_line = f.order_line AND seq < f.seq
              AND kind IN ('pay_instruct', 'pay_confirm', 'pay_fail') AND kind <> f.kind
        ) <> 1
    )) THEN
        RAISE EXCEPTION 'refused: payment not in transit';
    END IF;
    IF (EXISTS (
        SELECT 1 FROM fresh f
        WHERE f.appeal_id IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM appeal_events o JOIN appeal_events e ON e.appeal_id = o.appeal_id
            WHERE o.appeal_id = f.appeal_id AND o.kind = 'opened'
              AND o.accrual_seq = f.accrual_seq
              AND e.seq = (SELECT max(seq) FROM appeal_events WHERE appeal_id = f.appeal_id)
              AND CASE f.kind
                  WHEN 'dispute' THEN e.kind = 'opened'
                  ELSE e.kind IN ('upheld', 'partly', 'dismissed', 'withdrawn')
              END
        )
    )) THEN
        RAISE EXCEPTION 'refused: appeal not at this stage';
    END IF;
    RETURN NULL;
END;
$$;
CREATE OR REPLACE FUNCTION ledger_txns_post() RETURNS trigger LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
BEGIN
    IF (EXISTS (
        SELECT 1 FROM fresh WHERE jsonb_array_length(legs::jsonb) < 2
    ) OR EXISTS (
        SELECT 1 FROM fresh f CROSS JOIN jsonb_array_elements(f.legs::jsonb) j
        LEFT JOIN accounts a ON a.id = (j ->> 0)::bigint
        GROUP BY f.seq, a.account_group
        HAVING a.account_group IS NULL OR count(*) < 2 OR sum((j ->> 1)::bigint) <> 0
    )) THEN
        RAISE EXCEPTION 'refused: unbalanced transaction';
    END IF;
    INSERT INTO postings (
        account_id, account_seq, seq, leg_index, amount_fen, balance_after_fen, period, effective_on,
        period_sum_fen, day_sum_fen
    )
    WITH legs AS (
        SELECT
            (j ->> 0)::bigint AS account_id, (j ->> 1)::bigint AS amount_fen,
            (j ->> 2)::bigint AS account_seq, (j ->> 3)::bigint AS balance_after_fen,
            f.seq, n - 1 AS leg_index, f.period, f.effective_on
        FROM fresh f CROSS JOIN jsonb_array_elements(f.legs::jsonb) WITH ORDINALITY AS legs (j, n)
    )
    SELECT
        account_id, account_seq, seq, leg_index, amount_fen, balance_after_fen, period, effective_on,
        sum(amount_fen) OVER (PARTITION BY account_id, period ORDER BY seq)
        + coalesce((
            SELECT period_sum_fen FROM postings
            WHERE account_id = l.account_id AND period = l.period ORDER BY seq DESC LIMIT 1
        ), 0),
        sum(amount_fen) OVER (PARTITION BY account_id, effective_on ORDER BY seq)
        + coalesce((
            SELECT day_sum_fen FROM postings
            WHERE account_id = l.account_id AND effective_on = l.effective_on
            ORDER BY seq DESC LIMIT 1
        ), 0)
    FROM legs l;
    IF (EXISTS (
        SELECT 1 FROM fresh f
        WHERE f.reverses_seq IS NOT NULL AND (
            (SELECT count(*) FROM txn_legs WHERE seq = f.seq)
            <> (SELECT count(*) FROM txn_legs WHERE seq = f.reverses_seq)
            OR EXISTS (
                SELECT 1 FROM txn_legs o
                WHERE o.seq = f.reverses_seq AND NOT EXISTS (
                    SELECT 1 FROM txn_legs n
                    WHERE n.seq = f.seq AND n.account_id = o.account_id
                      AND n.amount_fen = -o.amount_fen
                )
            )
        )
    )) THEN
        RAISE EXCEPTION 'refused: not the negation';
    END IF;
    IF (EXISTS (
        SELECT 1
        FROM (
            SELECT seq, coalesce(accrual_seq, reverses_seq) AS about_seq FROM fresh
            WHERE coalesce(accrual_seq, reverses_seq) IS NOT NULL
        ) f
        CROSS JOIN LATERAL (
            SELECT f.about_seq AS seq
            UNION ALL SELECT seq FROM txns WHERE accrual_seq = f.about_seq AND seq <= f.seq
            UNION ALL SELECT seq FROM txns WHERE reverses_seq = f.about_seq AND seq <= f.seq
        ) t
        JOIN txn_legs p ON p.seq = t.seq
        JOIN accounts a ON a.id = p.account_id AND a.account_group = 'P' AND a.guard = 'C'
        WHERE (SELECT kind FROM txns WHERE seq = f.about_seq) IN ('accrue', 'adjust', 'transfer')
          -- What a transfer takes from the department before is no part of what its successor has.
          AND (t.seq <> f.about_seq OR p.amount_fen < 0)
        GROUP BY f.seq, p.account_id
        HAVING sum(p.amount_fen) > 0
    )) THEN
        RAISE EXCEPTION 'refused: more than the accrual holds';
    END IF;
    IF (EXISTS (
        SELECT 1
        FROM fresh f
        JOIN txns t ON t.accrual_seq = f.accrual_seq AND t.seq <= f.seq
        JOIN txns k ON k.seq = coalesce(t.reverses_seq, t.seq)
        JOIN txn_legs p ON p.seq = t.seq
        JOIN accounts a ON a.id = p.account_id AND a.account_group = 'P' AND a.guard IN ('C', 'D')
        WHERE f.accrual_seq IS NOT NULL
        GROUP BY f.seq
        HAVING sum(CASE
            WHEN a.guard = 'D' AND k.kind IN ('clawback', 'deduct', 'adjust') AND NOT EXISTS (
                SELECT 1 FROM txn_legs f JOIN accounts i ON i.id = f.account_id
                WHERE f.seq = t.seq AND i.code = 'P:PenaltyIncome'
            ) THEN p.amount_fen
            WHEN a.guard = 'C' AND k.kind IN ('pay_confirm', 'offset', 'settle') THEN -p.amount_fen
            ELSE 0
        END) > 0
    )) THEN
        RAISE EXCEPTION 'refused: claws back more than was paid';
    END IF;
    RETURN NULL;
END;
$$;

-- Who takes over from departments that have ended. share: an exact fraction, «1/3»; those of a
-- department add up to one.
CREATE TABLE successions (
    department_id TEXT COLLATE "C" NOT NULL,
    successor_id TEXT COLLATE "C" NOT NULL,
    share TEXT COLLATE "C" NOT NULL,
    effective_on DATE NOT NULL,
    form TEXT COLLATE "C" NOT NULL,
    document TEXT COLLATE "C" NOT NULL,
    batch_id BIGINT NOT NULL REFERENCES batches (id),
    line BIGINT NOT NULL,
    PRIMARY KEY (department_id, successor_id),
    CONSTRAINT ck_successions_successor_id CHECK (successor_id <> department_id),
    CONSTRAINT ck_successions_document CHECK (document <> '')
);
