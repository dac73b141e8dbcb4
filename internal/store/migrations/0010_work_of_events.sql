-- Why no check could claim an event, and the size of the regular expressions of a check. Of checks that are there already it
-- counts from their next change on.

-- +goose Up
ALTER TABLE events ADD COLUMN reason TEXT NOT NULL DEFAULT '';
ALTER TABLE checks ADD COLUMN program_size BIGINT NOT NULL DEFAULT 0;
CREATE INDEX checks_program_size ON checks (organization_id, id, program_size) WHERE program_size > 0 AND name_key IS NOT NULL;
