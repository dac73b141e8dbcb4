-- The title of a user, such as "Vice President" (RFC 7643 §4.1.1); '' for none.

-- +goose Up
ALTER TABLE users ADD COLUMN title TEXT NOT NULL DEFAULT '';
