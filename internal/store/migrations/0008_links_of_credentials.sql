-- A link is valid for one credential version of its user. A user has version 1 until a password is
-- set. So existing links, and those that an older server makes meanwhile, stay valid until then.

-- +goose Up
ALTER TABLE links ADD COLUMN credential_version BIGINT NOT NULL DEFAULT 1;
