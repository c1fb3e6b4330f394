-- Turns are handed out by an engine whose tables lie in a schema of their own; here is for which version they were made.
CREATE TABLE engine (version text NOT NULL);

-- The worker that a holder is to the engine, which also keeps its heartbeat.
DELETE FROM holders;
ALTER TABLE holders DROP COLUMN beats;
ALTER TABLE holders ADD COLUMN worker bigint NOT NULL UNIQUE;
