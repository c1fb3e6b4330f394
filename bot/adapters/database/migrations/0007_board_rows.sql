-- The last verdict of each pull request and branch, for the board of the repository, where the host turned pages on.
CREATE TABLE board_rows (
    repository INTEGER NOT NULL REFERENCES repositories (id) ON DELETE CASCADE,
    place TEXT NOT NULL,       -- `#12`, or the name of a branch without a pull request
    content TEXT NOT NULL,     -- JSON
    stored_at REAL NOT NULL,
    closed_at REAL,            -- null while it is open
    PRIMARY KEY (repository, place)
) STRICT;
