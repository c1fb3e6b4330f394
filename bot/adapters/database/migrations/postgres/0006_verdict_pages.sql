-- The pages of verdicts, where the host turned pages on, and the false alarms that people reported.
CREATE TABLE verdict_pages (
    repository bigint NOT NULL REFERENCES repositories (id) ON DELETE CASCADE,
    head_sha text NOT NULL,
    digest text NOT NULL,
    number bigint,             -- the judged pull request
    page bytea NOT NULL,       -- JSON, compressed by zlib
    stored_at double precision NOT NULL,
    PRIMARY KEY (repository, head_sha, digest)
);

CREATE INDEX verdict_pages_by_age ON verdict_pages (stored_at);
CREATE INDEX verdict_pages_by_pull_request ON verdict_pages (repository, number, stored_at);

CREATE TABLE false_alarms (
    rule text PRIMARY KEY,
    times bigint NOT NULL
);
