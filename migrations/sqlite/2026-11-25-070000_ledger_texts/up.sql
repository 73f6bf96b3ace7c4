-- What people write stands beside the records, which have a salted commitment to it: it can be erased by
-- a decision, which is a record itself, and every hash goes on holding.
--
-- A new kind of record needs: its table with `seq`, a row in `ledger_head`, its kind in the trigger
-- `ledger_records_next`, and a trigger of its own with the rules «not the next record» and «record
-- of another kind».

-- seq: the first record that has the commitment.
CREATE TABLE texts (
    commitment BLOB NOT NULL,
    seq INTEGER NOT NULL,
    salt BLOB NOT NULL,
    text TEXT NOT NULL,
    CONSTRAINT ck_texts_commitment CHECK (length(commitment) = 32),
    CONSTRAINT ck_texts_salt CHECK (length(salt) = 16),
    CONSTRAINT ck_texts_text CHECK (text <> '')
) STRICT;
CREATE INDEX ix_texts_commitment ON texts (commitment);
CREATE INDEX ix_texts_seq ON texts (seq);

CREATE TABLE erasures (
    seq INTEGER PRIMARY KEY,
    commitment BLOB NOT NULL,
    document TEXT NOT NULL,
    CONSTRAINT ck_erasures_document CHECK (document <> '')
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
        coalesce((SELECT max(seq) FROM charter_events), 0),
        coalesce((SELECT max(seq) FROM erasures), 0)
    ) AS projected_seq,
    coalesce((SELECT max(tree_size) FROM checkpoints), 0) AS sealed_seq;

DROP TRIGGER ledger_records_next;
CREATE TRIGGER ledger_records_next BEFORE INSERT ON ledger_records
BEGIN
    SELECT raise(ABORT, 'refused: gap in record numbers') WHERE NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM ledger_records);
    SELECT raise(ABORT, 'refused: recorded before its predecessor') WHERE NEW.recorded_at < (SELECT recorded_at FROM ledger_records WHERE seq = NEW.seq - 1);
    SELECT raise(ABORT, 'refused: no such kind of record') WHERE NEW.kind NOT IN (
        'posted', 'posted_under', 'run', 'order', 'claim', 'appeal', 'period_opened', 'period_closed',
        'charter', 'erased'
    );
END;
CREATE TRIGGER texts_next BEFORE INSERT ON texts
BEGIN
    SELECT raise(ABORT, 'refused: text exists') WHERE EXISTS (SELECT 1 FROM texts WHERE commitment = NEW.commitment);
    SELECT raise(ABORT, 'refused: text was erased') WHERE EXISTS (SELECT 1 FROM erasures WHERE commitment = NEW.commitment);
    SELECT raise(ABORT, 'refused: text of no record') WHERE NOT EXISTS (SELECT 1 FROM ledger_records WHERE seq = NEW.seq);
    SELECT raise(ABORT, 'refused: text of a sealed record') WHERE NEW.seq <= (SELECT sealed_seq FROM ledger_head);
END;
CREATE TRIGGER texts_no_update BEFORE UPDATE ON texts
BEGIN
    SELECT raise(ABORT, 'refused: append-only table texts');
END;
CREATE TRIGGER texts_erased BEFORE DELETE ON texts
BEGIN
    SELECT raise(ABORT, 'refused: no decision to erase the text') WHERE NOT EXISTS (SELECT 1 FROM erasures WHERE commitment = OLD.commitment);
END;
CREATE TRIGGER erasures_next BEFORE INSERT ON erasures
BEGIN
    SELECT raise(ABORT, 'refused: not the next record') WHERE NEW.seq IS NOT (SELECT projected_seq + 1 FROM ledger_head);
    SELECT raise(ABORT, 'refused: record of another kind') WHERE NOT EXISTS (
        SELECT 1 FROM ledger_records WHERE seq = NEW.seq AND kind = 'erased'
    );
    SELECT raise(ABORT, 'refused: no such text') WHERE NOT EXISTS (SELECT 1 FROM texts WHERE commitment = NEW.commitment);
END;
CREATE TRIGGER erasures_erase AFTER INSERT ON erasures
BEGIN
    DELETE FROM texts WHERE commitment = NEW.commitment;
END;
CREATE TRIGGER erasures_no_update BEFORE UPDATE ON erasures
BEGIN
    SELECT raise(ABORT, 'refused: append-only table erasures');
END;
CREATE TRIGGER erasures_no_delete BEFORE DELETE ON erasures
BEGIN
    SELECT raise(ABORT, 'refused: append-only table erasures');
END;
