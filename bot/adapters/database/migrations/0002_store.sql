-- What must outlive a job. Everything hangs on an installation or a repository and goes with it.
CREATE TABLE installations (
    id INTEGER PRIMARY KEY,
    account TEXT NOT NULL,
    suspended INTEGER NOT NULL,
    owner_layer_seen INTEGER NOT NULL,
    configuration_sha TEXT,
    configuration TEXT,
    configuration_at REAL -- this and the other times: seconds since 1970-01-01 UTC
) STRICT;

CREATE TABLE repositories (
    id INTEGER PRIMARY KEY,
    installation INTEGER NOT NULL REFERENCES installations (id) ON DELETE CASCADE,
    owner TEXT NOT NULL,
    name TEXT NOT NULL,
    first_seen REAL NOT NULL,
    governed INTEGER,
    configuration_sha TEXT,
    configuration TEXT,
    configuration_at REAL
) STRICT;

CREATE INDEX repositories_by_installation ON repositories (installation);

CREATE TABLE hints (
    repository INTEGER NOT NULL REFERENCES repositories (id) ON DELETE CASCADE,
    key TEXT NOT NULL,
    hint TEXT NOT NULL,
    PRIMARY KEY (repository, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE reports (
    repository INTEGER NOT NULL REFERENCES repositories (id) ON DELETE CASCADE,
    head_sha TEXT NOT NULL,
    digest TEXT NOT NULL,
    check_run INTEGER,
    conclusion TEXT NOT NULL,
    report TEXT NOT NULL,
    stored_at REAL NOT NULL,
    PRIMARY KEY (repository, head_sha)
) STRICT;

CREATE INDEX reports_by_age ON reports (stored_at);

CREATE TABLE comments (
    repository INTEGER NOT NULL REFERENCES repositories (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    kind TEXT NOT NULL,
    id INTEGER NOT NULL,
    node TEXT NOT NULL,
    digest TEXT NOT NULL,
    PRIMARY KEY (repository, number, kind)
) STRICT, WITHOUT ROWID;

CREATE TABLE offers (
    repository INTEGER NOT NULL REFERENCES repositories (id) ON DELETE CASCADE,
    root TEXT NOT NULL,
    issue INTEGER NOT NULL,
    number TEXT NOT NULL,
    until REAL NOT NULL,
    PRIMARY KEY (repository, root, issue),
    UNIQUE (repository, root, number)
) STRICT;

CREATE TABLE waivers (
    repository INTEGER NOT NULL REFERENCES repositories (id) ON DELETE CASCADE,
    rule TEXT NOT NULL,
    finding TEXT NOT NULL,
    folder TEXT NOT NULL,
    tree TEXT NOT NULL,
    reason TEXT NOT NULL,
    by TEXT NOT NULL,
    number INTEGER NOT NULL,
    given_at REAL NOT NULL,
    PRIMARY KEY (repository, rule, finding, folder)
) STRICT;

CREATE TABLE cursors (
    name TEXT PRIMARY KEY,
    position TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE uses (
    repository INTEGER NOT NULL REFERENCES repositories (id) ON DELETE CASCADE,
    user TEXT NOT NULL,
    at REAL NOT NULL
) STRICT;

CREATE INDEX uses_by_user ON uses (repository, user, at);

CREATE TABLE redeliveries (
    delivery TEXT PRIMARY KEY,
    times INTEGER NOT NULL,
    last_at REAL NOT NULL
) STRICT, WITHOUT ROWID;
