-- The last verdict of each pull request and branch, for the board of the repository, where the host turned pages on.
CREATE TABLE board_rows (
    repository bigint NOT NULL REFERENCES repositories (id) ON DELETE CASCADE,
    place text NOT NULL,       -- `#12`, or the name of a branch without a pull request
    content text NOT NULL,     -- JSON
    stored_at double precision NOT NULL,
    closed_at double precision, -- null while it is open
    PRIMARY KEY (repository, place)
);
