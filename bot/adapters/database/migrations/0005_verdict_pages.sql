-- The pages of verdicts, where the host turned pages on, and the false alarms that people reported.
CREATE TABLE verdict_pages (
    repository INTEGER NOT NULL REFERENCES repositories (id) ON DELETE CASCADE,
    head_sha TEXT NOT NULL,
    digest TEXT NOT NULL,
    number INTEGER,            -- the judged pull request
    page BLOB NOT NULL,        -- JSON, compressed by zlib
    stored_at REAL NOT NULL,
    PRIMARY KEY (repository, head_sha, digest)
) STRICT;

CREATE INDEX verdict_pages_by_age ON verdict_pages (stored_at);
CREATE INDEX verdict_pages_by_pull_request ON verdict_pages (repository, number, stored_at);

CREATE TABLE false_alarms (
    rule TEXT PRIMARY KEY,
    times INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
