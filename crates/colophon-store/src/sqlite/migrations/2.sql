-- The span that ordered a job, as the header `traceparent` tells it.
ALTER TABLE job ADD COLUMN trace TEXT;

-- Accounts of an identity provider: its issuer, and whom it means by its `sub`. They have no password.
ALTER TABLE account ADD COLUMN issuer TEXT;
ALTER TABLE account ADD COLUMN subject TEXT;
CREATE UNIQUE INDEX account_subject ON account (issuer, subject) WHERE issuer IS NOT NULL;

-- Those who are on their way through an identity provider; only hashes of states are kept.
CREATE TABLE arrival (
    state    TEXT PRIMARY KEY,
    secrets  TEXT   NOT NULL,
    expires  INTEGER NOT NULL
) WITHOUT ROWID;
