-- What must outlive a job. Everything hangs on an installation or a repository and goes with it.
CREATE TABLE installations (
    id bigint PRIMARY KEY,
    account text NOT NULL,
    suspended boolean NOT NULL,
    owner_layer_seen boolean NOT NULL,
    configuration_sha text,
    configuration text,
    configuration_at double precision -- this and the other times: seconds since 1970-01-01 UTC
);

CREATE TABLE repositories (
    id bigint PRIMARY KEY,
    installation bigint NOT NULL REFERENCES installations (id) ON DELETE CASCADE,
    owner text NOT NULL,
    name text NOT NULL,
    first_seen double precision NOT NULL,
    governed boolean,
    configuration_sha text,
    configuration text,
    configuration_at double precision
);

CREATE INDEX repositories_by_installation ON repositories (installation);

CREATE TABLE hints (
    repository bigint NOT NULL REFERENCES repositories (id) ON DELETE CASCADE,
    key text NOT NULL,
    hint text NOT NULL,
    PRIMARY KEY (repository, key)
);

CREATE TABLE reports (
    repository bigint NOT NULL REFERENCES repositories (id) ON DELETE CASCADE,
    head_sha text NOT NULL,
    digest text NOT NULL,
    check_run bigint,
    conclusion text NOT NULL,
    report text NOT NULL,
    stored_at double precision NOT NULL,
    PRIMARY KEY (repository, head_sha)
);

CREATE INDEX reports_by_age ON reports (stored_at);

CREATE TABLE comments (
    repository bigint NOT NULL REFERENCES repositories (id) ON DELETE CASCADE,
    number bigint NOT NULL,
    kind text NOT NULL,
    id bigint NOT NULL,
    node text NOT NULL,
    digest text NOT NULL,
    PRIMARY KEY (repository, number, kind)
);

CREATE TABLE offers (
    repository bigint NOT NULL REFERENCES repositories (id) ON DELETE CASCADE,
    root text NOT NULL,
    issue bigint NOT NULL,
    number text NOT NULL,
    until double precision NOT NULL,
    PRIMARY KEY (repository, root, issue),
    UNIQUE (repository, root, number)
);

CREATE TABLE waivers (
    repository bigint NOT NULL REFERENCES repositories (id) ON DELETE CASCADE,
    rule text NOT NULL,
    finding text NOT NULL,
    folder text NOT NULL,
    tree text NOT NULL,
    reason text NOT NULL,
    by text NOT NULL,
    number bigint NOT NULL,
    given_at double precision NOT NULL,
    PRIMARY KEY (repository, rule, finding, folder)
);

CREATE TABLE cursors (
    name text PRIMARY KEY,
    position text NOT NULL
);

CREATE TABLE uses (
    repository bigint NOT NULL REFERENCES repositories (id) ON DELETE CASCADE,
    "user" text NOT NULL,
    at double precision NOT NULL
);

CREATE INDEX uses_by_user ON uses (repository, "user", at);

CREATE TABLE redeliveries (
    delivery text PRIMARY KEY,
    times bigint NOT NULL,
    last_at double precision NOT NULL
);
