-- In a transaction of its own, as in 0006.

-- +goose Up
CREATE INDEX users_display_key ON users (organization_id, display_key, number);
