-- The ledger has a charter: its first record founds it, later ones certify the keys that sign it.
--
-- A new kind of record needs: its table with `seq`, a row in `ledger_head`, its kind in the function
-- `ledger_records_next`, and a trigger of its own with the rules «not the next record» and «record
-- of another kind».

-- certificate: the note by which the root key certified the key.
CREATE TABLE charter_events (
    seq BIGINT PRIMARY KEY,
    kind TEXT NOT NULL,
    certificate TEXT,
    CONSTRAINT ck_charter_events_kind CHECK (kind IN ('founded', 'certified')),
    CONSTRAINT ck_charter_events_certificate
        CHECK ((kind = 'certified') = (certificate IS NOT NULL))
);

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

CREATE OR REPLACE FUNCTION ledger_records_next() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.seq IS DISTINCT FROM (SELECT coalesce(max(seq), 0) + 1 FROM ledger_records)) THEN
        RAISE EXCEPTION 'refused: gap in record numbers';
    END IF;
    IF (NEW.recorded_at < (SELECT recorded_at FROM ledger_records WHERE seq = NEW.seq - 1)) THEN
        RAISE EXCEPTION 'refused: recorded before its predecessor';
    END IF;
    IF (NEW.kind NOT IN (
        'posted', 'posted_under', 'run', 'order', 'claim', 'appeal', 'period_opened', 'period_closed',
        'charter'
    )) THEN
        RAISE EXCEPTION 'refused: no such kind of record';
    END IF;
    RETURN NEW;
END;
$$;
CREATE OR REPLACE FUNCTION ledger_charter_events_next() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.seq IS DISTINCT FROM (SELECT projected_seq + 1 FROM ledger_head)) THEN
        RAISE EXCEPTION 'refused: not the next record';
    END IF;
    IF (NOT EXISTS (SELECT 1 FROM ledger_records WHERE seq = NEW.seq AND kind = 'charter')) THEN
        RAISE EXCEPTION 'refused: record of another kind';
    END IF;
    IF (NEW.kind = 'founded' AND NEW.seq <> 1) THEN
        RAISE EXCEPTION 'refused: founded after the first record';
    END IF;
    IF (EXISTS (SELECT 1 FROM charter_events WHERE certificate = NEW.certificate)) THEN
        RAISE EXCEPTION 'refused: certificate exists';
    END IF;
    RETURN NEW;
END;
$$;
CREATE TRIGGER charter_events_next BEFORE INSERT ON charter_events
FOR EACH ROW EXECUTE FUNCTION ledger_charter_events_next();
CREATE TRIGGER charter_events_no_update BEFORE UPDATE ON charter_events
FOR EACH ROW EXECUTE FUNCTION ledger_is_append_only();
CREATE TRIGGER charter_events_no_delete BEFORE DELETE ON charter_events
FOR EACH ROW EXECUTE FUNCTION ledger_is_append_only();
CREATE TRIGGER charter_events_no_truncate BEFORE TRUNCATE ON charter_events
FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_append_only();
