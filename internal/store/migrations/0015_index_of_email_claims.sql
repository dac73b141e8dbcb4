-- In a transaction of its own, as in 0006.

-- +goose Up
CREATE UNIQUE INDEX users__email_claim ON users (organization_id, email_claim) WHERE email_claim IS NOT NULL;
