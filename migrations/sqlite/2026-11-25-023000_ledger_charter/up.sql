-- The ledger has a charter: its first record founds it, later ones certify the keys that sign it.
--
-- A new kind of record needs: its table with `seq`, a row in `ledger_head`, its kind in the trigger
-- `ledger_records_next`, and a trigger of its own with the rules «not the next record» and «record
-- of another kind».

-- certificate: the note by which the root key certified the key.
CREATE TABLE charter_events (
    seq INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    certificate TEXT,
    CONSTRAINT ck_charter_events_kind CHECK (kind IN ('founded', 'certified')),
    CONSTRAINT ck_charter_events_certificate
        CHECK ((kind = 'certified') = (certificate IS NOT NULL))
) STRICT;

DROP VIEW ledger_head;
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

DROP TRIGGER ledger_records_next;
CREATE TRIGGER ledger_records_next BEFORE INSERT ON ledger_records
BEGIN
    SELECT raise(ABORT, 'refused: gap in record numbers') WHERE NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM ledger_records);
    SELECT raise(ABORT, 'refused: recorded before its predecessor') WHERE NEW.recorded_at < (SELECT recorded_at FROM ledger_records WHERE seq = NEW.seq - 1);
    SELECT raise(ABORT, 'refused: no such kind of record') WHERE NEW.kind NOT IN (
        'posted', 'posted_under', 'run', 'order', 'claim', 'appeal', 'period_opened', 'period_closed',
        'charter'
    );
END;
CREATE TRIGGER charter_events_next BEFORE INSERT ON charter_events
BEGIN
    SELECT raise(ABORT, 'refused: not the next record') WHERE NEW.seq IS NOT (SELECT projected_seq + 1 FROM ledger_head);
    SELECT raise(ABORT, 'refused: record of another kind') WHERE NOT EXISTS (
        SELECT 1 FROM ledger_records WHERE seq = NEW.seq AND kind = 'charter'
    );
    SELECT raise(ABORT, 'refused: founded after the first record') WHERE NEW.kind = 'founded' AND NEW.seq <> 1;
    SELECT raise(ABORT, 'refused: certificate exists') WHERE EXISTS (SELECT 1 FROM charter_events WHERE certificate = NEW.certificate);
END;
CREATE TRIGGER charter_events_no_update BEFORE UPDATE ON charter_events
BEGIN
    SELECT raise(ABORT, 'refused: append-only table charter_events');
END;
CREATE TRIGGER charter_events_no_delete BEFORE DELETE ON charter_events
BEGIN
    SELECT raise(ABORT, 'refused: append-only table charter_events');
END;
