-- The tables of ../../sqlite/migrations/4.sql.
CREATE TABLE log_entry (
    seq        BIGINT PRIMARY KEY,
    record     BYTEA  NOT NULL,
    checkpoint TEXT
);
CREATE FUNCTION log_only_grows() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'the log only grows'; END $$;
CREATE TRIGGER log_stays BEFORE DELETE OR UPDATE OR TRUNCATE ON log_entry
    FOR EACH STATEMENT EXECUTE FUNCTION log_only_grows();
