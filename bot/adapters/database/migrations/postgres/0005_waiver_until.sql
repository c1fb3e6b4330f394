-- The last day on which a waiver holds (`2027-01-31`, UTC); those of before have no end.
ALTER TABLE waivers ADD COLUMN until text NOT NULL DEFAULT '';
