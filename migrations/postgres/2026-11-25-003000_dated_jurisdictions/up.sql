-- Jurisdictions change: another version of a code holds from another day on.
CREATE TABLE jurisdictions_dated (
    code TEXT COLLATE "C" NOT NULL,
    valid_from DATE NOT NULL,
    valid_to DATE,
    name TEXT COLLATE "C" NOT NULL,
    level TEXT COLLATE "C" NOT NULL,
    parent_code TEXT COLLATE "C",
    batch_id BIGINT NOT NULL REFERENCES batches (id),
    PRIMARY KEY (code, valid_from),
    CONSTRAINT ck_jurisdictions_valid CHECK (valid_to > valid_from)
);
INSERT INTO jurisdictions_dated (code, valid_from, name, level, parent_code, batch_id)
    SELECT code, DATE '1900-01-01', name, level, parent_code, batch_id FROM jurisdictions;
DROP TABLE jurisdictions;
ALTER TABLE jurisdictions_dated RENAME TO jurisdictions;
