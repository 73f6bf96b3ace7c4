-- What people write stands beside the records, which have a salted commitment to it: it can be erased by
-- a decision, which is a record itself, and every hash goes on holding.
--
-- A new kind of record needs: its table with `seq`, a row in `ledger_head` and in `ledger_projections`,
-- its kind in the function `ledger_records_next`, and a trigger of its own with the rules «not the next
-- record» and «record of another kind».

-- seq: the first record that has the commitment.
CREATE TABLE texts (
    commitment BYTEA NOT NULL,
    seq BIGINT NOT NULL,
    salt BYTEA NOT NULL,
    text TEXT NOT NULL,
    CONSTRAINT ck_texts_commitment CHECK (length(commitment) = 32),
    CONSTRAINT ck_texts_salt CHECK (length(salt) = 16),
    CONSTRAINT ck_texts_text CHECK (text <> '')
);
CREATE INDEX ix_texts_commitment ON texts (commitment);
CREATE INDEX ix_texts_seq ON texts (seq);

CREATE TABLE erasures (
    seq BIGINT PRIMARY KEY,
    commitment BYTEA NOT NULL,
    document TEXT NOT NULL,
    CONSTRAINT ck_erasures_document CHECK (document <> '')
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
        coalesce((SELECT max(seq) FROM charter_events), 0),
        coalesce((SELECT max(seq) FROM erasures), 0)
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
UNION ALL SELECT seq FROM charter_events
UNION ALL SELECT seq FROM erasures;

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
            'charter', 'erased'
        )
    )) THEN
        RAISE EXCEPTION 'refused: no such kind of record';
    END IF;
    RETURN NULL;
END;
$$;
CREATE FUNCTION ledger_texts_next() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (EXISTS (SELECT 1 FROM texts WHERE commitment = NEW.commitment)) THEN
        RAISE EXCEPTION 'refused: text exists';
    END IF;
    IF (EXISTS (SELECT 1 FROM erasures WHERE commitment = NEW.commitment)) THEN
        RAISE EXCEPTION 'refused: text was erased';
    END IF;
    IF (NOT EXISTS (SELECT 1 FROM ledger_records WHERE seq = NEW.seq)) THEN
        RAISE EXCEPTION 'refused: text of no record';
    END IF;
    IF (NEW.seq <= (SELECT sealed_seq FROM ledger_head)) THEN
        RAISE EXCEPTION 'refused: text of a sealed record';
    END IF;
    RETURN NEW;
END;
$$;
CREATE FUNCTION ledger_texts_erased() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NOT EXISTS (SELECT 1 FROM erasures WHERE commitment = OLD.commitment)) THEN
        RAISE EXCEPTION 'refused: no decision to erase the text';
    END IF;
    RETURN OLD;
END;
$$;
CREATE FUNCTION ledger_erasures_next() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.seq IS DISTINCT FROM (SELECT projected_seq + 1 FROM ledger_head)) THEN
        RAISE EXCEPTION 'refused: not the next record';
    END IF;
    IF (NOT EXISTS (SELECT 1 FROM ledger_records WHERE seq = NEW.seq AND kind = 'erased')) THEN
        RAISE EXCEPTION 'refused: record of another kind';
    END IF;
    IF (NOT EXISTS (SELECT 1 FROM texts WHERE commitment = NEW.commitment)) THEN
        RAISE EXCEPTION 'refused: no such text';
    END IF;
    RETURN NEW;
END;
$$;
CREATE FUNCTION ledger_erasures_erase() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM texts WHERE commitment = NEW.commitment;
    RETURN NULL;
END;
$$;
CREATE TRIGGER texts_next BEFORE INSERT ON texts
FOR EACH ROW EXECUTE FUNCTION ledger_texts_next();
CREATE TRIGGER texts_no_update BEFORE UPDATE ON texts
FOR EACH ROW EXECUTE FUNCTION ledger_is_append_only();
CREATE TRIGGER texts_erased BEFORE DELETE ON texts
FOR EACH ROW EXECUTE FUNCTION ledger_texts_erased();
CREATE TRIGGER texts_no_truncate BEFORE TRUNCATE ON texts
FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_append_only();
CREATE TRIGGER erasures_next BEFORE INSERT ON erasures
FOR EACH ROW EXECUTE FUNCTION ledger_erasures_next();
CREATE TRIGGER erasures_erase AFTER INSERT ON erasures
FOR EACH ROW EXECUTE FUNCTION ledger_erasures_erase();
CREATE TRIGGER erasures_no_update BEFORE UPDATE ON erasures
FOR EACH ROW EXECUTE FUNCTION ledger_is_append_only();
CREATE TRIGGER erasures_no_delete BEFORE DELETE ON erasures
FOR EACH ROW EXECUTE FUNCTION ledger_is_append_only();
CREATE TRIGGER erasures_no_truncate BEFORE TRUNCATE ON erasures
FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_append_only();
