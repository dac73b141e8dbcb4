-- Jobs that were given up are found by their organization. No other job is in the index, so that to queue and to finish one costs what it did.

-- +goose Up
CREATE INDEX jobs_given_up ON jobs (organization_id, id) WHERE state = 'buried';
