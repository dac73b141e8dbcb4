-- The key that sorts users by displayName. A background job sets it for existing users.

-- +goose Up
ALTER TABLE users ADD COLUMN display_key {{key}} NOT NULL DEFAULT '';
