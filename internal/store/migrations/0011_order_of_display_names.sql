-- What users are sorted by where they are listed by displayName. The background work gives it to users who are there already.

-- +goose Up
ALTER TABLE users ADD COLUMN display_key {{key}} NOT NULL DEFAULT '';
