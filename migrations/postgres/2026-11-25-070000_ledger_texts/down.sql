-- Up to which record the projections go, and up to which the log is signed.
CREATE OR REPLACE VIEW ledger_head AS
SELECT
    greatest(
        coalesce((SELECT max(seq) FROM txns), 0),
        coalesce((SELECT max(seq) FROM period_events), 0),
        coalesce((SELECT max(seq) FROM run_events), 0),
        coalesce((SELECT max(seq) FROM order_events), 0),
        coalesce((SELECT max(seq) FROM claim_events), 0),
        coalesce((SELECT max(seq) FROM appeal_events), 0),
        coalesce((SELECT max(seq) FROM charter_events), 0)
    ) AS projected_seq,
    coalesce((SELECT max(tree_size) FROM checkpoints), 0) AS sealed_seq;

-- The records that have a projection.
CREATE OR REPLACE VIEW ledger_projections AS
SELECT seq FROM txns
UNION ALL SELECT seq FROM period_events
UNION ALL SELECT seq FROM run_events
UNION ALL SELECT seq FROM order_events
UNION ALL SELECT seq FROM claim_events
UNION ALL SELECT seq FROM appeal_events
UNION ALL SELECT seq FROM charter_events;

CREATE OR REPLACE FUNCTION ledger_records_next() RETURNS trigger LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
    first_seq BIGINT;
    last_seq BIGINT;
    how_many BIGINT;
BEGIN
    SELECT min(seq), max(seq), count(*) INTO first_seq, last_seq, how_many FROM fresh;
    IF (how_many > 0 AND (
        last_seq - first_seq + 1 <> how_many
        OR first_seq <> 1 + coalesce((SELECT max(seq) FROM ledger_records WHERE seq < first_seq), 0)
        OR EXISTS (SELECT 1 FROM ledger_records WHERE seq > last_seq)
    )) THEN
        RAISE EXCEPTION 'refused: gap in record numbers';
    END IF;
    IF (EXISTS (
        SELECT 1 FROM fresh f
        WHERE f.recorded_at < (SELECT recorded_at FROM ledger_records WHERE seq = f.seq - 1)
    )) THEN
        RAISE EXCEPTION 'refused: recorded before its predecessor';
    END IF;
    IF (EXISTS (
        SELECT 1 FROM fresh WHERE kind NOT IN (
            'posted', 'posted_under', 'run', 'order', 'claim', 'appeal', 'period_opened', 'period_closed',
            'charter'
        )
    )) THEN
        RAISE EXCEPTION 'refused: no such kind of record';
    END IF;
    RETURN NULL;
END;
$$;
DROP TABLE texts;
DROP TABLE erasures;
DROP FUNCTION ledger_texts_next();
DROP FUNCTION ledger_texts_erased();
DROP FUNCTION ledger_erasures_next();
DROP FUNCTION ledger_erasures_erase();
