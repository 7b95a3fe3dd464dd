-- The log of works, where machines that share no folder keep it: row n makes a log of n entries of one of
-- n - 1. Row 0 is the empty log.
CREATE TABLE log_entry (
    seq        INTEGER PRIMARY KEY,
    record     BLOB    NOT NULL,
    -- The signed note about the log up to here; some rows have none, the last one always has.
    checkpoint TEXT
);
CREATE TRIGGER log_stays BEFORE DELETE ON log_entry BEGIN SELECT RAISE(ABORT, 'the log only grows'); END;
CREATE TRIGGER log_is BEFORE UPDATE ON log_entry BEGIN SELECT RAISE(ABORT, 'the log only grows'); END;
