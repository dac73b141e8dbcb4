-- A link is good for the credential version of the user that it was made for. A user has version 1 until a password is
-- set. So links that are there already, and those of an older server beside this one, are good until then.

-- +goose Up
ALTER TABLE links ADD COLUMN credential_version BIGINT NOT NULL DEFAULT 1;
