-- With which role somebody gave a waiver; those of before were given by maintainers or admins.
ALTER TABLE waivers ADD COLUMN role TEXT NOT NULL DEFAULT 'maintain';
