-- A query for changed checks reads this index only. Its last column is there for that.

-- +goose Up
CREATE INDEX checks_version ON checks (organization_id, version, number, name_key) WHERE name_key IS NOT NULL;
