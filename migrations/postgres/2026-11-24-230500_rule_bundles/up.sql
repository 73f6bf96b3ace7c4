-- Rule bundles that were installed, each newer than all before it of the same pack.
CREATE TABLE rule_bundles (
    pack TEXT COLLATE "C" NOT NULL,
    sequence BIGINT NOT NULL,
    version TEXT COLLATE "C" NOT NULL,
    effective_from_on DATE NOT NULL,
    effective_to_on DATE,
    sha256 TEXT COLLATE "C" NOT NULL REFERENCES blobs (sha256),
    rules_sha256 TEXT COLLATE "C" NOT NULL,
    signer TEXT COLLATE "C",
    tested_with TEXT COLLATE "C" NOT NULL,
    installed_at TIMESTAMP NOT NULL,
    installed_by TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (pack, sequence),
    CONSTRAINT ck_rule_bundles_sequence CHECK (sequence > 0),
    CONSTRAINT ck_rule_bundles_rules_sha256 CHECK (length(rules_sha256) = 64)
);
CREATE FUNCTION rule_bundles_next() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.sequence <= (SELECT max(sequence) FROM rule_bundles WHERE pack = NEW.pack)) THEN
        RAISE EXCEPTION 'refused: not newer than the installed rule bundle';
    END IF;
    RETURN NEW;
END;
$$;
CREATE TRIGGER tr_rule_bundles_next BEFORE INSERT ON rule_bundles
    FOR EACH ROW EXECUTE FUNCTION rule_bundles_next();
CREATE TRIGGER tr_rule_bundles_change BEFORE UPDATE OR DELETE ON rule_bundles
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER tr_rule_bundles_truncate BEFORE TRUNCATE ON rule_bundles
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
