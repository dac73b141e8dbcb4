-- Whether any check has changed since is read from this index alone: the last column is there for that.

-- +goose Up
CREATE INDEX checks_version ON checks (organization_id, version, number, name_key) WHERE name_key IS NOT NULL;
