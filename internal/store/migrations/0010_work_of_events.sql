-- The reason why no check could claim an event, and the size of the regular expressions of each
-- check that has any. The size of an existing check is stored with its next change.

-- +goose Up
ALTER TABLE events ADD COLUMN reason TEXT NOT NULL DEFAULT '';
CREATE TABLE check_programs (
	organization_id {{key}} NOT NULL,
	check_id        {{key}} NOT NULL,
	size            BIGINT  NOT NULL,
	CONSTRAINT check_programs__check_id PRIMARY KEY (organization_id, check_id),
	FOREIGN KEY (organization_id, check_id) REFERENCES checks (organization_id, id)
) {{clustered}};
