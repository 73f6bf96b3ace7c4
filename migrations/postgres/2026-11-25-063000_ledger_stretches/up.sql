-- Month, day and their sums stand where the business date of an account changes, no longer at each of
-- its postings: what was moved since then is the difference of two balances. Two indexes over all
-- postings become three over the few where a stretch of one date begins. The key of a posting is its
-- account and record, by which the balance at any record is found.

ALTER TABLE postings DISABLE TRIGGER postings_no_update;
ALTER TABLE postings
    DROP CONSTRAINT postings_pkey,
    ADD PRIMARY KEY (account_id, seq),
    ALTER COLUMN period DROP NOT NULL,
    ALTER COLUMN effective_on DROP NOT NULL,
    ALTER COLUMN period_sum_fen DROP NOT NULL,
    ALTER COLUMN day_sum_fen DROP NOT NULL;
UPDATE postings SET period = NULL, effective_on = NULL, period_sum_fen = NULL, day_sum_fen = NULL
FROM (
    SELECT
        account_id, seq,
        effective_on = lag(effective_on) OVER (PARTITION BY account_id ORDER BY seq) AS is_same
    FROM postings
) s
WHERE s.is_same AND s.account_id = postings.account_id AND s.seq = postings.seq;
ALTER TABLE postings ENABLE TRIGGER postings_no_update;
DROP INDEX ix_postings_period;
DROP INDEX ix_postings_effective_on;
CREATE INDEX ix_postings_stretch ON postings (account_id, seq) WHERE effective_on IS NOT NULL;
CREATE INDEX ix_postings_period ON postings (account_id, period, seq) WHERE period IS NOT NULL;
CREATE INDEX ix_postings_effective_on ON postings (account_id, effective_on, seq)
WHERE effective_on IS NOT NULL;

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
    ),
    placed AS (
        SELECT
            legs.*,
            row_number() OVER account AS nth,
            row_number() OVER (PARTITION BY account_id, period ORDER BY seq) AS nth_of_period,
            row_number() OVER (PARTITION BY account_id, effective_on ORDER BY seq) AS nth_of_day,
            lag(effective_on) OVER account AS on_before,
            first_value(balance_after_fen - amount_fen) OVER account AS opening_fen
        FROM legs WINDOW account AS (PARTITION BY account_id ORDER BY seq)
    ),
    summed AS (
        SELECT
            p.*,
            effective_on IS DISTINCT FROM CASE nth WHEN 1 THEN (
                SELECT effective_on FROM postings
                WHERE account_id = p.account_id AND effective_on IS NOT NULL
                ORDER BY seq DESC LIMIT 1
            ) ELSE on_before END AS is_first,
            sum(amount_fen + CASE nth_of_period WHEN 1 THEN coalesce((
                SELECT s.period_sum_fen - s.balance_after_fen + coalesce((
                    SELECT balance_after_fen - amount_fen FROM postings
                    WHERE account_id = s.account_id AND effective_on IS NOT NULL AND seq > s.seq
                    ORDER BY seq LIMIT 1
                ), p.opening_fen)
                FROM postings s
                WHERE s.account_id = p.account_id AND s.period = p.period
                ORDER BY s.seq DESC LIMIT 1
            ), 0) ELSE 0 END) OVER (PARTITION BY account_id, period ORDER BY seq) AS period_sum_fen,
            sum(amount_fen + CASE nth_of_day WHEN 1 THEN coalesce((
                SELECT s.day_sum_fen - s.balance_after_fen + coalesce((
                    SELECT balance_after_fen - amount_fen FROM postings
                    WHERE account_id = s.account_id AND effective_on IS NOT NULL AND seq > s.seq
                    ORDER BY seq LIMIT 1
                ), p.opening_fen)
                FROM postings s
                WHERE s.account_id = p.account_id AND s.effective_on = p.effective_on
                ORDER BY s.seq DESC LIMIT 1
            ), 0) ELSE 0 END) OVER (PARTITION BY account_id, effective_on ORDER BY seq) AS day_sum_fen
        FROM placed p
    )
    SELECT
        account_id, account_seq, seq, leg_index, amount_fen, balance_after_fen,
        CASE WHEN is_first THEN period END, CASE WHEN is_first THEN effective_on END,
        CASE WHEN is_first THEN period_sum_fen END, CASE WHEN is_first THEN day_sum_fen END
    FROM summed;
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
        SELECT seq, leg_index, account_id, amount_fen FROM fresh
        EXCEPT
        SELECT t.seq, n - 1, (j ->> 0)::bigint, (j ->> 1)::bigint
        FROM (SELECT DISTINCT seq FROM fresh) f
        JOIN txns t ON t.seq = f.seq
        CROSS JOIN jsonb_array_elements(t.legs::jsonb) WITH ORDINALITY AS legs (j, n)
    ) OR EXISTS (
        SELECT 1 FROM fresh f
        WHERE num_nonnulls(f.period, f.effective_on) > 0 AND NOT EXISTS (
            SELECT 1 FROM txns
            WHERE seq = f.seq AND period = f.period AND effective_on = f.effective_on
        )
    )) THEN
        RAISE EXCEPTION 'refused: not a leg';
    END IF;
    -- Account and record are the key, so that a leg has one posting; and where each follows the one before
    -- it, there is no gap.
    IF (EXISTS (
        SELECT 1 FROM fresh f
        WHERE (f.account_seq - 1, f.balance_after_fen - f.amount_fen) IS DISTINCT FROM (
            coalesce((
                SELECT account_seq FROM postings
                WHERE account_id = f.account_id AND seq < f.seq ORDER BY seq DESC LIMIT 1
            ), 0),
            coalesce((
                SELECT balance_after_fen FROM postings
                WHERE account_id = f.account_id AND seq < f.seq ORDER BY seq DESC LIMIT 1
            ), 0)
        )
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
