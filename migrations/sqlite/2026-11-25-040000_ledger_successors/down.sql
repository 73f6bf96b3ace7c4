DROP TABLE successions;
DROP VIEW txn_moved;
-- What a transaction moves: the debits of what is owed and paid; of the budget, or of memo accounts,
-- where it moves nothing else. A carry debits the budget twice, once a year.
CREATE VIEW txn_moved AS
SELECT
    t.seq,
    coalesce(
        (
            SELECT sum(p.amount_fen) FROM txn_legs p JOIN accounts a ON a.id = p.account_id
            WHERE p.seq = t.seq AND p.amount_fen > 0 AND a.account_group = 'P'
        ),
        (
            SELECT sum(p.amount_fen) FROM txn_legs p JOIN accounts a ON a.id = p.account_id
            WHERE p.seq = t.seq AND p.amount_fen > 0 AND a.account_group = 'B'
        ) / CASE t.kind WHEN 'carry' THEN 2 ELSE 1 END,
        (
            SELECT sum(p.amount_fen) FROM txn_legs p JOIN accounts a ON a.id = p.account_id
            WHERE p.seq = t.seq AND p.amount_fen > 0 AND a.account_group = 'M'
        )
    ) AS moved_fen
FROM txns t;

DROP TRIGGER txns_next;
CREATE TRIGGER txns_next BEFORE INSERT ON txns
BEGIN
    SELECT raise(ABORT, 'refused: transaction exists') WHERE EXISTS (SELECT 1 FROM txns WHERE idempotency_key = NEW.idempotency_key);
    SELECT raise(ABORT, 'refused: not the next record') WHERE CASE
        -- One look is enough after another transaction: what else might stand there has a record of its kind.
        WHEN (SELECT max(seq) FROM txns) = NEW.seq - 1 THEN 0
        ELSE NEW.seq IS NOT (SELECT projected_seq + 1 FROM ledger_head)
    END;
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
DROP TRIGGER txns_post;
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
        l.account_id, l.account_seq, NEW.seq, l.leg_index, l.amount_fen, l.balance_after_fen, NEW.period,
        NEW.effective_on,
        -- The last posting of the account mostly is of the same month and day.
        l.amount_fen + CASE WHEN p.period = NEW.period THEN p.period_sum_fen ELSE coalesce((
            SELECT period_sum_fen FROM postings
            WHERE account_id = l.account_id AND period = NEW.period ORDER BY seq DESC LIMIT 1
        ), 0) END,
        l.amount_fen + CASE WHEN p.effective_on = NEW.effective_on THEN p.day_sum_fen ELSE coalesce((
            SELECT day_sum_fen FROM postings
            WHERE account_id = l.account_id AND effective_on = NEW.effective_on
            ORDER BY seq DESC LIMIT 1
        ), 0) END
    FROM (
        SELECT
            value ->> 0 AS account_id, value ->> 1 AS amount_fen, value ->> 2 AS account_seq,
            value ->> 3 AS balance_after_fen, key AS leg_index
        FROM json_each(NEW.legs)
    ) l
    LEFT JOIN postings p ON p.account_id = l.account_id AND p.account_seq = l.account_seq - 1;
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
        WHERE (SELECT kind FROM txns WHERE seq = coalesce(NEW.accrual_seq, NEW.reverses_seq)) IN ('accrue', 'adjust')
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
