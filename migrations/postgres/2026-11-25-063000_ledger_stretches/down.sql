-- Every posting gets its month, day and sums back.
ALTER TABLE postings DISABLE TRIGGER postings_no_update;
UPDATE postings SET
    period = s.period, effective_on = s.effective_on,
    period_sum_fen = s.period_sum_fen, day_sum_fen = s.day_sum_fen
FROM (
    SELECT
        p.account_id, p.seq, t.period, t.effective_on,
        sum(p.amount_fen) OVER (
            PARTITION BY p.account_id, t.period ORDER BY p.seq
        ) AS period_sum_fen,
        sum(p.amount_fen) OVER (
            PARTITION BY p.account_id, t.effective_on ORDER BY p.seq
        ) AS day_sum_fen
    FROM postings p JOIN txns t ON t.seq = p.seq
) s
WHERE s.account_id = postings.account_id AND s.seq = postings.seq;
ALTER TABLE postings
    DROP CONSTRAINT postings_pkey,
    ADD PRIMARY KEY (account_id, account_seq),
    ALTER COLUMN period SET NOT NULL,
    ALTER COLUMN effective_on SET NOT NULL,
    ALTER COLUMN period_sum_fen SET NOT NULL,
    ALTER COLUMN day_sum_fen SET NOT NULL;
ALTER TABLE postings ENABLE TRIGGER postings_no_update;
DROP INDEX ix_postings_stretch;
DROP INDEX ix_postings_period;
DROP INDEX ix_postings_effective_on;
CREATE INDEX ix_postings_period ON postings (account_id, period, seq);
CREATE INDEX ix_postings_effective_on ON postings (account_id, effective_on, seq);

CREATE OR REPLACE FUNCTION ledger_txns_post() RETURNS trigger LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
SET join_collapse_limit = 1 SET from_collapse_limit = 1 AS $$
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
        sum(amount_fen + CASE nth_of_period WHEN 1 THEN coalesce((
            SELECT period_sum_fen FROM postings
            WHERE account_id = l.account_id AND period = l.period ORDER BY seq DESC LIMIT 1
        ), 0) ELSE 0 END) OVER (PARTITION BY account_id, period ORDER BY seq),
        sum(amount_fen + CASE nth_of_day WHEN 1 THEN coalesce((
            SELECT day_sum_fen FROM postings
            WHERE account_id = l.account_id AND effective_on = l.effective_on
            ORDER BY seq DESC LIMIT 1
        ), 0) ELSE 0 END) OVER (PARTITION BY account_id, effective_on ORDER BY seq)
    FROM (
        SELECT
            legs.*,
            row_number() OVER (PARTITION BY account_id, period ORDER BY seq) AS nth_of_period,
            row_number() OVER (PARTITION BY account_id, effective_on ORDER BY seq) AS nth_of_day
        FROM legs
    ) l;
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
        JOIN txns p ON p.seq = t.seq
        CROSS JOIN LATERAL jsonb_array_elements(p.legs::jsonb) j
        CROSS JOIN LATERAL (
            SELECT id FROM accounts
            WHERE id = (j ->> 0)::bigint AND account_group = 'P' AND guard = 'C' OFFSET 0
        ) a
        WHERE (SELECT kind FROM txns WHERE seq = f.about_seq) IN ('accrue', 'adjust', 'transfer')
          -- What a transfer takes from the department before is no part of what its successor has.
          AND (t.seq <> f.about_seq OR (j ->> 1)::bigint < 0)
        GROUP BY f.seq, a.id
        HAVING sum((j ->> 1)::bigint) > 0
    )) THEN
        RAISE EXCEPTION 'refused: more than the accrual holds';
    END IF;
    IF (EXISTS (
        SELECT 1
        FROM fresh f
        JOIN txns t ON t.accrual_seq = f.accrual_seq AND t.seq <= f.seq
        JOIN txns k ON k.seq = coalesce(t.reverses_seq, t.seq)
        CROSS JOIN LATERAL jsonb_array_elements(t.legs::jsonb) j
        CROSS JOIN LATERAL (
            SELECT guard FROM accounts
            WHERE id = (j ->> 0)::bigint AND account_group = 'P' AND guard IN ('C', 'D') OFFSET 0
        ) a
        WHERE f.accrual_seq IS NOT NULL
        GROUP BY f.seq
        HAVING sum(CASE
            WHEN a.guard = 'D' AND k.kind IN ('clawback', 'deduct', 'adjust') AND NOT EXISTS (
                SELECT 1 FROM jsonb_array_elements(t.legs::jsonb) o JOIN accounts i ON i.id = (o ->> 0)::bigint
                WHERE i.code = 'P:PenaltyIncome'
            ) THEN (j ->> 1)::bigint
            WHEN a.guard = 'C' AND k.kind IN ('pay_confirm', 'offset', 'settle') THEN -(j ->> 1)::bigint
            ELSE 0
        END) > 0
    )) THEN
        RAISE EXCEPTION 'refused: claws back more than was paid';
    END IF;
    RETURN NULL;
END;
$$;
CREATE OR REPLACE FUNCTION ledger_postings_next() RETURNS trigger LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
BEGIN
    IF (EXISTS (
        SELECT seq, leg_index, account_id, amount_fen, period, effective_on FROM fresh
        EXCEPT
        SELECT t.seq, n - 1, (j ->> 0)::bigint, (j ->> 1)::bigint, t.period, t.effective_on
        FROM (SELECT DISTINCT seq FROM fresh) f
        JOIN txns t ON t.seq = f.seq
        CROSS JOIN jsonb_array_elements(t.legs::jsonb) WITH ORDINALITY AS legs (j, n)
    )) THEN
        RAISE EXCEPTION 'refused: not a leg';
    END IF;
    -- A leg is of one account, which has nothing of this transaction, nor of a later one.
    IF (EXISTS (
        SELECT 1 FROM fresh f
        WHERE f.seq <= (
            SELECT seq FROM postings
            WHERE account_id = f.account_id AND account_seq = f.account_seq - 1
        )
    )) THEN
        RAISE EXCEPTION 'refused: posting exists';
    END IF;
    -- What has a predecessor, and a key of its own, has no gap before it.
    IF (EXISTS (
        SELECT 1 FROM fresh f
        WHERE f.account_seq < 1 OR f.balance_after_fen - f.amount_fen IS DISTINCT FROM CASE f.account_seq
            WHEN 1 THEN 0
            ELSE (
                SELECT balance_after_fen FROM postings
                WHERE account_id = f.account_id AND account_seq = f.account_seq - 1
            )
        END
    )) THEN
        RAISE EXCEPTION 'refused: bad running balance';
    END IF;
    IF (EXISTS (
        SELECT 1 FROM fresh f JOIN accounts a ON a.id = f.account_id
        WHERE (a.guard = 'D' AND f.balance_after_fen < 0) OR (a.guard = 'C' AND f.balance_after_fen > 0)
    )) THEN
        RAISE EXCEPTION 'refused: balance not allowed';
    END IF;
    RETURN NULL;
END;
$$;
