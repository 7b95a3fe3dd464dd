-- Times are milliseconds since 1970. Requests, results and errors are JSON.

CREATE TABLE job (
    seq         INTEGER PRIMARY KEY AUTOINCREMENT,
    id          TEXT    NOT NULL UNIQUE,
    owner       TEXT    NOT NULL,
    kind        TEXT    NOT NULL,
    title       TEXT    NOT NULL,
    request     TEXT    NOT NULL,
    state       TEXT    NOT NULL,
    priority    INTEGER NOT NULL,
    attempt     INTEGER NOT NULL DEFAULT 0,
    attempts    INTEGER NOT NULL,
    created     INTEGER NOT NULL,
    ready       INTEGER NOT NULL,
    deadline    INTEGER,
    started     INTEGER,
    finished    INTEGER,
    worker      TEXT,
    lease       INTEGER,
    cancel      INTEGER NOT NULL DEFAULT 0,
    progress    TEXT,
    preview     INTEGER NOT NULL DEFAULT 0,
    error       TEXT,
    result      TEXT,
    once        TEXT,
    webhook     TEXT,
    tags        TEXT    NOT NULL DEFAULT '[]'
);
CREATE UNIQUE INDEX job_once ON job (owner, once) WHERE once IS NOT NULL;
CREATE INDEX job_queued ON job (priority DESC, seq) WHERE state = 'queued';
CREATE INDEX job_open ON job (owner, priority, seq, kind, ready) WHERE state = 'queued';
CREATE INDEX job_running ON job (owner) WHERE state = 'running';
CREATE INDEX job_owner ON job (owner, seq);
CREATE INDEX job_deadline ON job (deadline) WHERE state = 'queued' AND deadline IS NOT NULL;

CREATE TABLE event (
    seq   INTEGER PRIMARY KEY AUTOINCREMENT,
    job   INTEGER NOT NULL REFERENCES job (seq) ON DELETE CASCADE,
    at    INTEGER NOT NULL,
    name  TEXT    NOT NULL,
    data  TEXT    NOT NULL
);
CREATE INDEX event_job ON event (job, seq);

-- What each owner was given: time of engines, in milliseconds, for a fair order.
CREATE TABLE share (
    owner   TEXT PRIMARY KEY,
    served  INTEGER NOT NULL,
    last    INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE usage (
    owner     TEXT    NOT NULL,
    day       INTEGER NOT NULL,
    requests  INTEGER NOT NULL DEFAULT 0,
    tokens    INTEGER NOT NULL DEFAULT 0,
    pixels    INTEGER NOT NULL DEFAULT 0,
    seconds   INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (owner, day)
) WITHOUT ROWID;

CREATE TABLE work (
    seq         INTEGER PRIMARY KEY AUTOINCREMENT,
    id          TEXT    NOT NULL UNIQUE,
    job         TEXT,
    owner       TEXT    NOT NULL,
    kind        TEXT    NOT NULL,
    modality    TEXT    NOT NULL,
    title       TEXT    NOT NULL,
    prompt      TEXT    NOT NULL,
    lang        TEXT    NOT NULL,
    media_type  TEXT    NOT NULL,
    name        TEXT    NOT NULL,
    folder      TEXT    NOT NULL,
    bytes       INTEGER NOT NULL,
    sha256      TEXT    NOT NULL,
    log_index   INTEGER,
    created     INTEGER NOT NULL,
    trashed     INTEGER,
    favourite   INTEGER NOT NULL DEFAULT 0,
    width       INTEGER,
    height      INTEGER,
    seconds     REAL,
    label       TEXT,
    thumbnail   TEXT,
    files       TEXT    NOT NULL DEFAULT '[]',
    receipt     TEXT    NOT NULL,
    vector      BLOB
);
CREATE INDEX work_owner ON work (owner, seq);
CREATE INDEX work_modality ON work (modality, seq);
CREATE INDEX work_job ON work (job);

CREATE TABLE tag (
    work  INTEGER NOT NULL REFERENCES work (seq) ON DELETE CASCADE,
    tag   TEXT    NOT NULL,
    PRIMARY KEY (work, tag)
) WITHOUT ROWID;
CREATE INDEX tag_name ON tag (tag);

CREATE TABLE upload (
    id          TEXT PRIMARY KEY,
    owner       TEXT    NOT NULL,
    name        TEXT    NOT NULL,
    media_type  TEXT    NOT NULL,
    bytes       INTEGER NOT NULL,
    created     INTEGER NOT NULL,
    expires     INTEGER NOT NULL
) WITHOUT ROWID;

-- Webhooks that are still to be told.
CREATE TABLE delivery (
    seq      INTEGER PRIMARY KEY AUTOINCREMENT,
    id       TEXT    NOT NULL UNIQUE,
    job      TEXT    NOT NULL,
    url      TEXT    NOT NULL,
    body     TEXT    NOT NULL,
    attempt  INTEGER NOT NULL DEFAULT 0,
    ready    INTEGER NOT NULL
);

CREATE TABLE account (
    name      TEXT PRIMARY KEY,
    role      TEXT    NOT NULL,
    password  TEXT    NOT NULL,
    created   INTEGER NOT NULL
) WITHOUT ROWID;

-- Only hashes of tokens are kept.
CREATE TABLE session (
    token    TEXT PRIMARY KEY,
    account  TEXT    NOT NULL REFERENCES account (name) ON DELETE CASCADE,
    csrf     TEXT    NOT NULL,
    created  INTEGER NOT NULL,
    expires  INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE api_key (
    name     TEXT PRIMARY KEY,
    hash     TEXT    NOT NULL UNIQUE,
    salt     TEXT    NOT NULL DEFAULT '',
    role     TEXT    NOT NULL,
    scopes   TEXT    NOT NULL DEFAULT '[]',
    quota    TEXT    NOT NULL DEFAULT '{}',
    created  INTEGER NOT NULL,
    expires  INTEGER,
    used     INTEGER
) WITHOUT ROWID;

CREATE TABLE setting (
    name   TEXT PRIMARY KEY,
    value  TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE audit (
    seq      INTEGER PRIMARY KEY AUTOINCREMENT,
    at       INTEGER NOT NULL,
    who      TEXT    NOT NULL,
    what     TEXT    NOT NULL,
    about    TEXT    NOT NULL DEFAULT '',
    outcome  TEXT    NOT NULL DEFAULT 'done'
);
CREATE TRIGGER audit_stays BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log only grows'); END;
CREATE TRIGGER audit_is BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log only grows'); END;
