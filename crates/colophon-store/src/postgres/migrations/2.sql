-- The changes of ../../sqlite/migrations/2.sql.

-- The span that ordered a job, as the header `traceparent` tells it.
ALTER TABLE job ADD COLUMN trace TEXT;

-- Accounts of an identity provider: its issuer, and whom it means by its `sub`. They have no password.
ALTER TABLE account ADD COLUMN issuer TEXT COLLATE "C";
ALTER TABLE account ADD COLUMN subject TEXT COLLATE "C";
CREATE UNIQUE INDEX account_subject ON account (issuer, subject) WHERE issuer IS NOT NULL;

-- Those who are on their way through an identity provider; only hashes of states are kept.
CREATE TABLE arrival (
    state    TEXT COLLATE "C" PRIMARY KEY,
    secrets  TEXT   NOT NULL,
    expires  BIGINT NOT NULL
);
