-- The queue: accepted deliveries and the jobs that stand for them.
CREATE TABLE jobs (
    id INTEGER PRIMARY KEY AUTOINCREMENT, -- never used twice, also after old jobs were forgotten
    delivery TEXT NOT NULL,               -- the first that this job stands for
    name TEXT NOT NULL,
    event BLOB NOT NULL,
    serial TEXT NOT NULL,
    twin TEXT,                            -- the coalesce key
    state TEXT NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'dead')),
    attempts INTEGER NOT NULL DEFAULT 0,
    crashes INTEGER NOT NULL DEFAULT 0,   -- holders that died with it
    accepted_at REAL NOT NULL,            -- this and the other times: seconds since 1970-01-01 UTC
    not_before REAL NOT NULL,
    ended_at REAL,
    holder TEXT,
    error TEXT
) STRICT;

CREATE INDEX jobs_by_state ON jobs (state, id);

-- The two keys' rules, held by the database itself.
CREATE UNIQUE INDEX jobs_one_running_per_serial ON jobs (serial) WHERE state = 'running';
CREATE UNIQUE INDEX jobs_one_waiting_per_twin ON jobs (twin) WHERE state = 'waiting' AND twin IS NOT NULL;

CREATE TABLE deliveries (
    delivery TEXT PRIMARY KEY,
    job INTEGER NOT NULL REFERENCES jobs (id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE INDEX deliveries_by_job ON deliveries (job);

-- One row, written to see whether writing works.
CREATE TABLE probe (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    written_at REAL NOT NULL
) STRICT;
