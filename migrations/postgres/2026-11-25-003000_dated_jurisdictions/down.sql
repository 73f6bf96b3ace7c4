-- The last version of each code.
CREATE TABLE jurisdictions_undated (
    code TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    name TEXT COLLATE "C" NOT NULL,
    level TEXT COLLATE "C" NOT NULL,
    parent_code TEXT COLLATE "C",
    batch_id BIGINT NOT NULL REFERENCES batches (id)
);
INSERT INTO jurisdictions_undated (code, name, level, parent_code, batch_id)
    SELECT code, name, level, parent_code, batch_id FROM jurisdictions AS one
    WHERE valid_from = (SELECT max(valid_from) FROM jurisdictions WHERE code = one.code);
DROP TABLE jurisdictions;
ALTER TABLE jurisdictions_undated RENAME TO jurisdictions;
