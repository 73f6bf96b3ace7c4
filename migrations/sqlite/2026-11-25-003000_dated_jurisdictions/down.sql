-- The last version of each code.
CREATE TABLE jurisdictions_undated (
    code TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    level TEXT NOT NULL,
    parent_code TEXT,
    batch_id INTEGER NOT NULL REFERENCES batches (id)
) STRICT;
INSERT INTO jurisdictions_undated (code, name, level, parent_code, batch_id)
    SELECT code, name, level, parent_code, batch_id FROM jurisdictions AS one
    WHERE valid_from = (SELECT max(valid_from) FROM jurisdictions WHERE code = one.code);
DROP TABLE jurisdictions;
ALTER TABLE jurisdictions_undated RENAME TO jurisdictions;
