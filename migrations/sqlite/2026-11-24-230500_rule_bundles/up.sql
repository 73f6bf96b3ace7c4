-- Rule bundles that were installed, each newer than all before it of the same pack.
CREATE TABLE rule_bundles (
    pack TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    version TEXT NOT NULL,
    effective_from_on TEXT NOT NULL,
    effective_to_on TEXT,
    sha256 TEXT NOT NULL REFERENCES blobs (sha256),
    rules_sha256 TEXT NOT NULL,
    signer TEXT,
    tested_with TEXT NOT NULL,
    installed_at TEXT NOT NULL,
    installed_by TEXT NOT NULL,
    PRIMARY KEY (pack, sequence),
    CONSTRAINT ck_rule_bundles_sequence CHECK (sequence > 0),
    CONSTRAINT ck_rule_bundles_rules_sha256 CHECK (length(rules_sha256) = 64)
) STRICT;
CREATE TRIGGER tr_rule_bundles_next BEFORE INSERT ON rule_bundles BEGIN
    SELECT RAISE(ABORT, 'refused: not newer than the installed rule bundle')
    WHERE NEW.sequence <= (SELECT max(sequence) FROM rule_bundles WHERE pack = NEW.pack);
END;
CREATE TRIGGER tr_rule_bundles_update BEFORE UPDATE ON rule_bundles BEGIN
    SELECT RAISE(ABORT, 'refused: rule_bundles is append-only');
END;
CREATE TRIGGER tr_rule_bundles_delete BEFORE DELETE ON rule_bundles BEGIN
    SELECT RAISE(ABORT, 'refused: rule_bundles is append-only');
END;
