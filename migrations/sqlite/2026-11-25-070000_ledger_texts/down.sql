DROP TRIGGER ledger_records_next;
DROP VIEW ledger_head;
DROP TABLE texts;
DROP TABLE erasures;
-- Up to which record the projections go, and up to which the log is signed.
CREATE VIEW ledger_head AS
SELECT
    max(
        coalesce((SELECT max(seq) FROM txns), 0),
        coalesce((SELECT max(seq) FROM period_events), 0),
        coalesce((SELECT max(seq) FROM run_events), 0),
        coalesce((SELECT max(seq) FROM order_events), 0),
        coalesce((SELECT max(seq) FROM claim_events), 0),
        coalesce((SELECT max(seq) FROM appeal_events), 0),
        coalesce((SELECT max(seq) FROM charter_events), 0)
    ) AS projected_seq,
    coalesce((SELECT max(tree_size) FROM checkpoints), 0) AS sealed_seq;

CREATE TRIGGER ledger_records_next BEFORE INSERT ON ledger_records
BEGIN
    SELECT raise(ABORT, 'refused: gap in record numbers') WHERE NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM ledger_records);
    SELECT raise(ABORT, 'refused: recorded before its predecessor') WHERE NEW.recorded_at < (SELECT recorded_at FROM ledger_records WHERE seq = NEW.seq - 1);
    SELECT raise(ABORT, 'refused: no such kind of record') WHERE NEW.kind NOT IN (
        'posted', 'posted_under', 'run', 'order', 'claim', 'appeal', 'period_opened', 'period_closed',
        'charter'
    );
END;
