-- What others report of a department: judgements of assessors, counts of offices and platforms.
-- Numbers are decimals as text, never computed with here.
CREATE TABLE judgements (
    period TEXT NOT NULL,
    department_id TEXT NOT NULL,
    indicator_id TEXT NOT NULL,
    value TEXT NOT NULL,
    reason TEXT NOT NULL,
    assessor TEXT NOT NULL,
    signed_on TEXT NOT NULL,
    batch_id INTEGER NOT NULL REFERENCES batches (id),
    line INTEGER NOT NULL,
    PRIMARY KEY (period, department_id, indicator_id),
    CONSTRAINT ck_judgements_reason CHECK (reason <> ''),
    CONSTRAINT ck_judgements_assessor CHECK (assessor <> '')
) STRICT;

-- What a correction replaced: written by the database itself, so that no way round it is silent.
CREATE TABLE superseded_judgements (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    period TEXT NOT NULL,
    department_id TEXT NOT NULL,
    indicator_id TEXT NOT NULL,
    value TEXT NOT NULL,
    reason TEXT NOT NULL,
    assessor TEXT NOT NULL,
    signed_on TEXT NOT NULL,
    batch_id INTEGER NOT NULL REFERENCES batches (id),
    line INTEGER NOT NULL,
    superseded_by INTEGER NOT NULL REFERENCES batches (id)
) STRICT;
CREATE INDEX ix_superseded_judgements_period ON superseded_judgements (period);

CREATE TABLE measures (
    period TEXT NOT NULL,
    department_id TEXT NOT NULL,
    measure_id TEXT NOT NULL,
    achieved TEXT NOT NULL,
    population TEXT NOT NULL,
    batch_id INTEGER NOT NULL REFERENCES batches (id),
    line INTEGER NOT NULL,
    PRIMARY KEY (period, department_id, measure_id)
) STRICT;

CREATE TRIGGER tr_judgements_supersede AFTER UPDATE ON judgements
WHEN OLD.value IS NOT NEW.value OR OLD.reason IS NOT NEW.reason
    OR OLD.assessor IS NOT NEW.assessor OR OLD.signed_on IS NOT NEW.signed_on
BEGIN
    INSERT INTO superseded_judgements (
        period, department_id, indicator_id, value, reason, assessor, signed_on, batch_id, line,
        superseded_by
    ) VALUES (
        OLD.period, OLD.department_id, OLD.indicator_id, OLD.value, OLD.reason, OLD.assessor,
        OLD.signed_on, OLD.batch_id, OLD.line, NEW.batch_id
    );
END;
CREATE TRIGGER tr_judgements_delete BEFORE DELETE ON judgements BEGIN
    SELECT RAISE(ABORT, 'refused: judgements are corrected, never deleted');
END;
CREATE TRIGGER tr_superseded_judgements_update BEFORE UPDATE ON superseded_judgements BEGIN
    SELECT RAISE(ABORT, 'refused: superseded_judgements is append-only');
END;
CREATE TRIGGER tr_superseded_judgements_delete BEFORE DELETE ON superseded_judgements BEGIN
    SELECT RAISE(ABORT, 'refused: superseded_judgements is append-only');
END;
