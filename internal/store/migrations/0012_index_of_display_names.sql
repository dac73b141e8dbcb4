-- In a transaction of its own: see 0006.

-- +goose Up
CREATE INDEX users_display_key ON users (organization_id, display_key, number);
