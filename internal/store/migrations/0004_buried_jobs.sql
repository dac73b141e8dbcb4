-- An index of buried jobs by organization. It holds no other jobs, so queuing and finishing a job
-- costs no more than before.

-- +goose Up
CREATE INDEX jobs_given_up ON jobs (organization_id, id) WHERE state = 'buried';
