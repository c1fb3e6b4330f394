-- Whether an account lets the App comment; those of before are read again from GitHub at the next sweep.
ALTER TABLE installations ADD COLUMN comments boolean NOT NULL DEFAULT TRUE;
