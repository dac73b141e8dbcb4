-- Indexes of existing tables, in a transaction of their own. After an ALTER TABLE nobody can read
-- the table until the transaction ends, and building an index of many rows takes a while.

-- +goose Up
CREATE INDEX IF NOT EXISTS users_department ON users (organization_id, department_id, number) WHERE department_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS users_external_id ON users (organization_id, external_id, number) WHERE external_id <> '';
CREATE INDEX IF NOT EXISTS tokens_user ON tokens (organization_id, user_id) WHERE user_id IS NOT NULL; -- to revoke those of a user who is deleted
CREATE INDEX IF NOT EXISTS jobs_open ON jobs (organization_id, id) WHERE state <> 'done';

-- The users of a role: for deleting an unused role, and for keeping the last administrator.
CREATE INDEX IF NOT EXISTS user_roles_role ON user_roles (organization_id, role_id, user_number);
CREATE INDEX IF NOT EXISTS users_administrators ON users (organization_id, number) WHERE access_level = 'administrator';
