-- Recordings in which someone agrees to the use of a voice. The recording lies in the folder of consents.
CREATE TABLE voice_consent (
    seq         INTEGER PRIMARY KEY AUTOINCREMENT,
    id          TEXT    NOT NULL UNIQUE,
    owner       TEXT    NOT NULL,
    name        TEXT    NOT NULL,
    language    TEXT    NOT NULL,
    phrase      TEXT    NOT NULL,
    heard       TEXT    NOT NULL,
    agreement   REAL    NOT NULL,
    media_type  TEXT    NOT NULL,
    bytes       INTEGER NOT NULL,
    sha256      TEXT    NOT NULL,
    created     INTEGER NOT NULL
);
CREATE INDEX voice_consent_owner ON voice_consent (owner, seq);
