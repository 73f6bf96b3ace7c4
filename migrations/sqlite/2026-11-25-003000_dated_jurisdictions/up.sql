-- Jurisdictions change: another version of a code holds from another day on.
CREATE TABLE jurisdictions_dated (
    code TEXT NOT NULL,
    valid_from TEXT NOT NULL,
    valid_to TEXT,
    name TEXT NOT NULL,
    level TEXT NOT NULL,
    parent_code TEXT,
    batch_id INTEGER NOT NULL REFERENCES batches (id),
    PRIMARY KEY (code, valid_from),
    CONSTRAINT ck_jurisdictions_valid CHECK (valid_to > valid_from)
) STRICT;
INSERT INTO jurisdictions_dated (code, valid_from, name, level, parent_code, batch_id)
    SELECT code, '1900-01-01', name, level, parent_code, batch_id FROM jurisdictions;
DROP TABLE jurisdictions;
ALTER TABLE jurisdictions_dated RENAME TO jurisdictions;
