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
