CREATE OR REPLACE VIEW ledger_head AS
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
DROP TABLE charter_events;
DROP FUNCTION ledger_charter_events_next();
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
