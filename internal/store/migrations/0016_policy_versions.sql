-- The version of what gives rights to users: it rises when a role or a group changes.

-- +goose Up
ALTER TABLE organizations ADD COLUMN policy_version BIGINT NOT NULL DEFAULT 1;
