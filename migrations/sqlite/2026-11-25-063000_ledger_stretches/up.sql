-- Month, day and their sums stand where the business date of an account changes, no longer at each of
-- its postings: what was moved since then is the difference of two balances. Two indexes over all
-- postings become three over the few where a stretch of one date begins. The key of a posting is its
-- account and record, by which the balance at any record is found. The indexes are named where they are
-- meant: the planner takes the key for as good, and walks back over all postings of the date.

DROP TRIGGER txns_post;
DROP TRIGGER postings_next;
DROP TRIGGER postings_no_update;
DROP TRIGGER postings_no_delete;
DROP INDEX ix_postings_period;
DROP INDEX ix_postings_effective_on;
ALTER TABLE postings RENAME TO old_postings;
CREATE TABLE postings (
    account_id INTEGER NOT NULL,
    account_seq INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    leg_index INTEGER NOT NULL,
    amount_fen INTEGER NOT NULL,
    balance_after_fen INTEGER NOT NULL,
    period TEXT,
    effective_on TEXT,
    period_sum_fen INTEGER,
    day_sum_fen INTEGER,
    PRIMARY KEY (account_id, seq),
    -- Within 2^53, so that every reader of JSON and CSV gets the amount exactly.
    CONSTRAINT ck_postings_amount_fen
        CHECK (amount_fen <> 0 AND abs(amount_fen) <= 9007199254740991),
    CONSTRAINT ck_postings_balance_after_fen CHECK (abs(balance_after_fen) <= 9007199254740991)
) STRICT, WITHOUT ROWID;
INSERT INTO postings
SELECT
    account_id, account_seq, seq, leg_index, amount_fen, balance_after_fen,
    CASE WHEN is_same THEN NULL ELSE period END, CASE WHEN is_same THEN NULL ELSE effective_on END,
    CASE WHEN is_same THEN NULL ELSE period_sum_fen END, CASE WHEN is_same THEN NULL ELSE day_sum_fen END
FROM (
    SELECT *, effective_on = lag(effective_on) OVER (PARTITION BY account_id ORDER BY seq) AS is_same
    FROM old_postings
)
ORDER BY seq, leg_index;
DROP TABLE old_postings;
CREATE INDEX ix_postings_stretch ON postings (account_id, seq) WHERE effective_on IS NOT NULL;
CREATE INDEX ix_postings_period ON postings (account_id, period, seq) WHERE period IS NOT NULL;
CREATE INDEX ix_postings_effective_on ON postings (account_id, effective_on, seq)
WHERE effective_on IS NOT NULL;

CREATE TRIGGER txns_post AFTER INSERT ON txns
BEGIN
    SELECT raise(ABORT, 'refused: unbalanced transaction') WHERE NOT (
        SELECT count(*) > 1 AND count(a.id) = count(*)
            AND sum((a.account_group = 'B') * (j.value ->> 1)) = 0 AND sum(a.account_group = 'B') <> 1
            AND sum((a.account_group = 'P') * (j.value ->> 1)) = 0 AND sum(a.account_group = 'P') <> 1
            AND sum((a.account_group = 'M') * (j.value ->> 1)) = 0 AND sum(a.account_group = 'M') <> 1
        FROM json_each(NEW.legs) j LEFT JOIN accounts a ON a.id = j.value ->> 0
    );
    INSERT INTO postings (
        account_id, account_seq, seq, leg_index, amount_fen, balance_after_fen, period, effective_on,
        period_sum_fen, day_sum_fen
    )
    SELECT
        l.account_id, l.account_seq, NEW.seq, l.leg_index, l.amount_fen, l.balance_after_fen,
        CASE WHEN s.effective_on IS NOT NEW.effective_on THEN NEW.period END,
        CASE WHEN s.effective_on IS NOT NEW.effective_on THEN NEW.effective_on END,
        CASE WHEN s.effective_on IS NOT NEW.effective_on THEN l.amount_fen + coalesce((
            SELECT m.period_sum_fen - m.balance_after_fen + coalesce((
                SELECT balance_after_fen - amount_fen FROM postings INDEXED BY ix_postings_stretch
                WHERE account_id = m.account_id AND effective_on IS NOT NULL AND seq > m.seq
                ORDER BY seq LIMIT 1
            ), l.balance_after_fen - l.amount_fen)
            FROM postings m INDEXED BY ix_postings_period
            WHERE m.account_id = l.account_id AND m.period = NEW.period
            ORDER BY m.seq DESC LIMIT 1
        ), 0) END,
        CASE WHEN s.effective_on IS NOT NEW.effective_on THEN l.amount_fen + coalesce((
            SELECT d.day_sum_fen - d.balance_after_fen + coalesce((
                SELECT balance_after_fen - amount_fen FROM postings INDEXED BY ix_postings_stretch
                WHERE account_id = d.account_id AND effective_on IS NOT NULL AND seq > d.seq
                ORDER BY seq LIMIT 1
            ), l.balance_after_fen - l.amount_fen)
            FROM postings d INDEXED BY ix_postings_effective_on
            WHERE d.account_id = l.account_id AND d.effective_on = NEW.effective_on
            ORDER BY d.seq DESC LIMIT 1
        ), 0) END
    FROM (
        SELECT
            value ->> 0 AS account_id, value ->> 1 AS amount_fen, value ->> 2 AS account_seq,
            value ->> 3 AS balance_after_fen, key AS leg_index
        FROM json_each(NEW.legs)
    ) l
    LEFT JOIN postings s ON s.account_id = l.account_id AND s.seq = (
        SELECT max(seq) FROM postings INDEXED BY ix_postings_stretch
        WHERE account_id = l.account_id AND effective_on IS NOT NULL
    );
    SELECT raise(ABORT, 'refused: not the negation') WHERE NEW.reverses_seq IS NOT NULL AND (
        (SELECT count(*) FROM txn_legs WHERE seq = NEW.seq)
        <> (SELECT count(*) FROM txn_legs WHERE seq = NEW.reverses_seq)
        OR EXISTS (
            SELECT 1 FROM txn_legs o
            WHERE o.seq = NEW.reverses_seq AND NOT EXISTS (
                SELECT 1 FROM txn_legs n
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
        JOIN txn_legs p ON p.seq = t.seq
        JOIN accounts a ON a.id = p.account_id AND a.account_group = 'P' AND a.guard = 'C'
        WHERE (SELECT kind FROM txns WHERE seq = coalesce(NEW.accrual_seq, NEW.reverses_seq)) IN ('accrue', 'adjust', 'transfer')
          -- What a transfer takes from the department before is no part of what its successor has.
          AND (t.seq <> coalesce(NEW.accrual_seq, NEW.reverses_seq) OR p.amount_fen < 0)
        GROUP BY p.account_id
        HAVING sum(p.amount_fen) > 0
    );
    SELECT raise(ABORT, 'refused: claws back more than was paid') WHERE NEW.accrual_seq IS NOT NULL AND (
        SELECT coalesce(sum(CASE
            WHEN a.guard = 'D' AND k.kind IN ('clawback', 'deduct', 'adjust') AND NOT EXISTS (
                SELECT 1 FROM txn_legs f JOIN accounts i ON i.id = f.account_id
                WHERE f.seq = t.seq AND i.code = 'P:PenaltyIncome'
            ) THEN p.amount_fen
            WHEN a.guard = 'C' AND k.kind IN ('pay_confirm', 'offset', 'settle') THEN -p.amount_fen
            ELSE 0
        END), 0)
        FROM txns t
        JOIN txns k ON k.seq = coalesce(t.reverses_seq, t.seq)
        JOIN txn_legs p ON p.seq = t.seq
        JOIN accounts a ON a.id = p.account_id AND a.account_group = 'P' AND a.guard IN ('C', 'D')
        WHERE t.accrual_seq = NEW.accrual_seq
    ) > 0;
END;
CREATE TRIGGER postings_next BEFORE INSERT ON postings
BEGIN
    SELECT raise(ABORT, 'refused: not a leg') WHERE NOT EXISTS (
        SELECT 1 FROM txns t
        WHERE t.seq = NEW.seq AND t.period = coalesce(NEW.period, t.period)
          AND t.effective_on = coalesce(NEW.effective_on, t.effective_on)
          AND json_extract(t.legs, '$[' || NEW.leg_index || '][0]', '$[' || NEW.leg_index || '][1]')
              = '[' || NEW.account_id || ',' || NEW.amount_fen || ']'
    );
    -- A leg is of one account, which has nothing of this transaction, nor of a later one.
    SELECT CASE
        WHEN p.seq >= NEW.seq THEN raise(ABORT, 'refused: posting exists')
        WHEN NEW.account_seq IS NOT coalesce(p.account_seq, 0) + 1
        OR NEW.balance_after_fen IS NOT NEW.amount_fen + coalesce(p.balance_after_fen, 0)
            THEN raise(ABORT, 'refused: bad running balance')
    END
    FROM (SELECT NEW.account_id AS id) n
    LEFT JOIN postings p ON p.account_id = n.id
        AND p.seq = (SELECT max(seq) FROM postings WHERE account_id = NEW.account_id);
    SELECT raise(ABORT, 'refused: balance not allowed') WHERE EXISTS (
        SELECT 1 FROM accounts
        WHERE id = NEW.account_id
          AND ((guard = 'D' AND NEW.balance_after_fen < 0) OR (guard = 'C' AND NEW.balance_after_fen > 0))
    );
END;
CREATE TRIGGER postings_no_update BEFORE UPDATE ON postings
BEGIN
    SELECT raise(ABORT, 'refused: append-only table postings');
END;
CREATE TRIGGER postings_no_delete BEFORE DELETE ON postings
BEGIN
    SELECT raise(ABORT, 'refused: append-only table postings');
END;
