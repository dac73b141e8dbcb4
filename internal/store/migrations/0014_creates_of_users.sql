-- The fingerprint of the create that made a user (empty for none), and the email that no other user
-- may claim.

-- +goose Up
ALTER TABLE users ADD COLUMN create_fingerprint TEXT NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN email_claim {{key}};
