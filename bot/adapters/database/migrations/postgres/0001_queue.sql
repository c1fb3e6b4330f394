-- The shared queue: accepted deliveries, the jobs that stand for them, and who is alive to hold them.
CREATE TABLE jobs (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    delivery text NOT NULL,              -- the first that this job stands for
    name text NOT NULL,
    event bytea NOT NULL,
    serial text NOT NULL,
    twin text,                           -- the coalesce key
    state text NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'dead')),
    attempts integer NOT NULL DEFAULT 0,
    crashes integer NOT NULL DEFAULT 0,  -- holders that died with it
    accepted_at double precision NOT NULL, -- this and the other times: seconds since 1970-01-01 UTC
    not_before double precision NOT NULL,
    ended_at double precision,
    holder text,
    error text
);

-- What is still to be done is a handful among all that was done in a week.
CREATE INDEX jobs_waiting ON jobs (id) WHERE state = 'waiting';
CREATE INDEX jobs_waiting_by_time ON jobs (not_before) WHERE state = 'waiting';
CREATE INDEX jobs_waiting_by_serial ON jobs (serial, id) WHERE state = 'waiting';
CREATE INDEX jobs_by_state ON jobs (state, id);

-- The two keys' rules, held by the database itself.
CREATE UNIQUE INDEX jobs_one_running_per_serial ON jobs (serial) WHERE state = 'running';
CREATE UNIQUE INDEX jobs_one_waiting_per_twin ON jobs (twin) WHERE state = 'waiting' AND twin IS NOT NULL;

CREATE TABLE deliveries (
    delivery text PRIMARY KEY,
    job bigint NOT NULL REFERENCES jobs (id) ON DELETE CASCADE
);

CREATE INDEX deliveries_by_job ON deliveries (job);

-- One row for each living worker. It counts up; whoever sees it stand still for too long removes it.
CREATE TABLE holders (
    holder text PRIMARY KEY,
    beats bigint NOT NULL DEFAULT 0
);

-- One row, written to see whether writing works.
CREATE TABLE probe (
    id integer PRIMARY KEY CHECK (id = 1),
    written_at double precision NOT NULL
);

-- Files whose contents were moved here, so that none is moved twice.
CREATE TABLE moved (
    source text PRIMARY KEY,
    moved_at double precision NOT NULL
);
