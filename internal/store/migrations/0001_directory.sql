-- The schema as it first shipped. One text serves both engines. migrate.go replaces the markers:
--   {{identity}}   a number that the engine assigns and never reuses
--   {{key}}        text that is compared and ordered by its bytes
--   {{clustered}}  rows are stored in the order of the primary key, if the engine can
-- Times are microseconds since 1970 UTC, 0 for none. Durations are microseconds. A unique name has
-- a second column for its key, which Go folds. The key is null once the record is deleted.
-- Unique constraints are named table__column, after their last column (classify.go).

-- +goose Up
CREATE TABLE organizations (
	id         {{key}} NOT NULL,
	slug       {{key}} NOT NULL,
	name       TEXT    NOT NULL,
	created_at BIGINT  NOT NULL,
	CONSTRAINT organizations__id PRIMARY KEY (id)
);
CREATE UNIQUE INDEX organizations__slug ON organizations (slug);

CREATE TABLE departments (
	organization_id {{key}} NOT NULL REFERENCES organizations (id),
	id              {{key}} NOT NULL,
	number          BIGINT  NOT NULL,
	name            TEXT    NOT NULL,
	name_key        {{key}},
	CONSTRAINT departments__id PRIMARY KEY (organization_id, id)
);
CREATE UNIQUE INDEX departments__number ON departments (organization_id, number);
CREATE UNIQUE INDEX departments__name_key ON departments (organization_id, name_key);

CREATE TABLE roles (
	organization_id {{key}} NOT NULL REFERENCES organizations (id),
	id              {{key}} NOT NULL,
	number          BIGINT  NOT NULL,
	name            TEXT    NOT NULL,
	name_key        {{key}},
	description     TEXT    NOT NULL,
	permissions     TEXT    NOT NULL, -- names, with blanks between
	shipped         BOOLEAN NOT NULL,
	CONSTRAINT roles__id PRIMARY KEY (organization_id, id)
);
CREATE UNIQUE INDEX roles__number ON roles (organization_id, number);
CREATE UNIQUE INDEX roles__name_key ON roles (organization_id, name_key);

CREATE TABLE groups (
	organization_id {{key}} NOT NULL REFERENCES organizations (id),
	id              {{key}} NOT NULL,
	kind            {{key}} NOT NULL,
	number          BIGINT  NOT NULL,
	name            TEXT    NOT NULL,
	name_key        {{key}},
	description     TEXT    NOT NULL,
	created_at      BIGINT  NOT NULL,
	CONSTRAINT groups__id PRIMARY KEY (organization_id, id)
);
CREATE UNIQUE INDEX groups__number ON groups (organization_id, kind, number);
CREATE UNIQUE INDEX groups__name_key ON groups (organization_id, kind, name_key);

CREATE TABLE users (
	number             {{identity}},
	organization_id    {{key}} NOT NULL REFERENCES organizations (id),
	id                 {{key}} NOT NULL,
	user_name          TEXT    NOT NULL,
	user_key           {{key}},
	display_name       TEXT    NOT NULL,
	email              TEXT    NOT NULL,
	email_key          {{key}} NOT NULL,
	external_id        TEXT    NOT NULL,
	active             BOOLEAN NOT NULL,
	access_level       TEXT    NOT NULL,
	realm              TEXT    NOT NULL,
	password_hash      TEXT    NOT NULL, -- in PHC string format, '' for none
	credential_version BIGINT  NOT NULL,
	primary_group_id   {{key}},
	department_id      {{key}},
	joined_at          BIGINT  NOT NULL,
	time_zone          TEXT    NOT NULL,
	time_zone_unknown  BOOLEAN NOT NULL,
	contact_number     TEXT    NOT NULL,
	session_expiry     BIGINT  NOT NULL,
	competencies       TEXT    NOT NULL, -- a JSON array, '' for none
	properties         TEXT    NOT NULL, -- a JSON object, '' for none
	managed_profile    TEXT    NOT NULL,
	managed_access     TEXT    NOT NULL,
	managed_groups     TEXT    NOT NULL,
	managed_reach      TEXT    NOT NULL,
	version            BIGINT  NOT NULL,
	created_at         BIGINT  NOT NULL,
	updated_at         BIGINT  NOT NULL,
	FOREIGN KEY (organization_id, primary_group_id) REFERENCES groups (organization_id, id),
	FOREIGN KEY (organization_id, department_id) REFERENCES departments (organization_id, id)
);
CREATE UNIQUE INDEX users__id ON users (organization_id, id);
CREATE UNIQUE INDEX users__number ON users (organization_id, number);
CREATE UNIQUE INDEX users__user_key ON users (organization_id, user_key);
CREATE INDEX users_email_key ON users (organization_id, email_key, number);

-- Rows that belong to a user refer to it by number: numbers are short, and lists are in their
-- order.

CREATE TABLE group_members (
	organization_id {{key}} NOT NULL,
	user_number     BIGINT  NOT NULL,
	group_id        {{key}} NOT NULL,
	CONSTRAINT group_members__group_id PRIMARY KEY (organization_id, user_number, group_id),
	FOREIGN KEY (organization_id, user_number) REFERENCES users (organization_id, number),
	FOREIGN KEY (organization_id, group_id) REFERENCES groups (organization_id, id)
) {{clustered}};
CREATE INDEX group_members_group ON group_members (organization_id, group_id, user_number);

-- A role is granted for the group, or for the whole organization if group_id is ''. So the column
-- has no foreign key. That is harmless: groups are never removed, only their key is.
CREATE TABLE user_roles (
	organization_id {{key}} NOT NULL,
	user_number     BIGINT  NOT NULL,
	role_id         {{key}} NOT NULL,
	group_id        {{key}} NOT NULL,
	CONSTRAINT user_roles__group_id PRIMARY KEY (organization_id, user_number, role_id, group_id),
	FOREIGN KEY (organization_id, user_number) REFERENCES users (organization_id, number),
	FOREIGN KEY (organization_id, role_id) REFERENCES roles (organization_id, id)
) {{clustered}};

-- The groups that the user's access level is granted for. No row means the whole organization.
CREATE TABLE user_level_groups (
	organization_id {{key}} NOT NULL,
	user_number     BIGINT  NOT NULL,
	group_id        {{key}} NOT NULL,
	CONSTRAINT user_level_groups__group_id PRIMARY KEY (organization_id, user_number, group_id),
	FOREIGN KEY (organization_id, user_number) REFERENCES users (organization_id, number),
	FOREIGN KEY (organization_id, group_id) REFERENCES groups (organization_id, id)
) {{clustered}};

CREATE TABLE contact_methods (
	organization_id {{key}} NOT NULL,
	user_number     BIGINT  NOT NULL,
	id              {{key}} NOT NULL,
	service         TEXT    NOT NULL,
	address         TEXT    NOT NULL,
	confirmed_at    BIGINT  NOT NULL,
	created_at      BIGINT  NOT NULL,
	CONSTRAINT contact_methods__id PRIMARY KEY (organization_id, user_number, id),
	FOREIGN KEY (organization_id, user_number) REFERENCES users (organization_id, number)
) {{clustered}};

CREATE TABLE preferences (
	organization_id {{key}} NOT NULL,
	user_number     BIGINT  NOT NULL,
	type            {{key}} NOT NULL,
	services        TEXT    NOT NULL, -- with blanks between
	CONSTRAINT preferences__type PRIMARY KEY (organization_id, user_number, type),
	FOREIGN KEY (organization_id, user_number) REFERENCES users (organization_id, number)
) {{clustered}};

-- The default preferences of new users. group_id '' means the organization's own.
CREATE TABLE default_preferences (
	organization_id {{key}} NOT NULL REFERENCES organizations (id),
	group_id        {{key}} NOT NULL,
	type            {{key}} NOT NULL,
	services        TEXT    NOT NULL,
	CONSTRAINT default_preferences__type PRIMARY KEY (organization_id, group_id, type)
) {{clustered}};

CREATE TABLE sessions (
	id                 {{key}} NOT NULL,
	organization_id    {{key}} NOT NULL,
	user_id            {{key}} NOT NULL,
	token_hash         {{key}} NOT NULL,
	face               TEXT    NOT NULL,
	credential_version BIGINT  NOT NULL,
	created_at         BIGINT  NOT NULL,
	last_used_at       BIGINT  NOT NULL,
	idle               BIGINT  NOT NULL,
	expires_at         BIGINT  NOT NULL,
	over_at            BIGINT  NOT NULL, -- the earlier of expires_at and last_used_at + idle
	CONSTRAINT sessions__id PRIMARY KEY (id),
	FOREIGN KEY (organization_id, user_id) REFERENCES users (organization_id, id)
);
CREATE UNIQUE INDEX sessions__token_hash ON sessions (token_hash);
CREATE INDEX sessions_user ON sessions (organization_id, user_id, created_at, id);
CREATE INDEX sessions_over ON sessions (over_at);

CREATE TABLE tokens (
	id              {{key}} NOT NULL,
	organization_id {{key}} NOT NULL REFERENCES organizations (id),
	name            TEXT    NOT NULL,
	name_key        {{key}}, -- null once the token is revoked
	token_hash      {{key}} NOT NULL,
	access          TEXT    NOT NULL,
	user_id         {{key}}, -- null for a token of the organization
	created_at      BIGINT  NOT NULL,
	expires_at      BIGINT  NOT NULL,
	revoked_at      BIGINT  NOT NULL,
	last_used_at    BIGINT  NOT NULL,
	last_used_from  TEXT    NOT NULL,
	last_used_face  TEXT    NOT NULL,
	CONSTRAINT tokens__id PRIMARY KEY (id),
	FOREIGN KEY (organization_id, user_id) REFERENCES users (organization_id, id)
);
CREATE UNIQUE INDEX tokens__token_hash ON tokens (token_hash);
CREATE UNIQUE INDEX tokens__name_key ON tokens (organization_id, name_key);
CREATE INDEX tokens_organization ON tokens (organization_id, id);

CREATE TABLE token_groups (
	organization_id {{key}} NOT NULL,
	token_id        {{key}} NOT NULL REFERENCES tokens (id),
	group_id        {{key}} NOT NULL,
	CONSTRAINT token_groups__group_id PRIMARY KEY (organization_id, token_id, group_id),
	FOREIGN KEY (organization_id, group_id) REFERENCES groups (organization_id, id)
) {{clustered}};

CREATE TABLE links (
	id              {{key}} NOT NULL,
	organization_id {{key}} NOT NULL,
	user_id         {{key}} NOT NULL,
	purpose         {{key}} NOT NULL,
	link_hash       {{key}} NOT NULL,
	address         TEXT    NOT NULL,
	created_at      BIGINT  NOT NULL,
	expires_at      BIGINT  NOT NULL,
	CONSTRAINT links__id PRIMARY KEY (id),
	FOREIGN KEY (organization_id, user_id) REFERENCES users (organization_id, id)
);
CREATE UNIQUE INDEX links__link_hash ON links (link_hash);
CREATE UNIQUE INDEX links__purpose ON links (organization_id, user_id, purpose);

-- The addresses that a user name has signed in from. The key is the name, not the user: the
-- throttle reads it before the user is known.
CREATE TABLE known_addresses (
	organization_id {{key}} NOT NULL REFERENCES organizations (id),
	user_key        {{key}} NOT NULL,
	address         {{key}} NOT NULL,
	seen_at         BIGINT  NOT NULL,
	CONSTRAINT known_addresses__address PRIMARY KEY (organization_id, user_key, address)
) {{clustered}};

CREATE TABLE audit_entries (
	organization_id {{key}} NOT NULL REFERENCES organizations (id),
	id              {{key}} NOT NULL,
	at              BIGINT  NOT NULL,
	actor_kind      TEXT    NOT NULL,
	actor           TEXT    NOT NULL,
	actor_name      TEXT    NOT NULL,
	face            TEXT    NOT NULL,
	address         TEXT    NOT NULL,
	request_id      TEXT    NOT NULL,
	action          TEXT    NOT NULL,
	target          {{key}} NOT NULL,
	target_name     TEXT    NOT NULL,
	details_hash    TEXT    NOT NULL,
	seq             BIGINT, -- place in the organization's chain, null while unsealed
	hash            TEXT    NOT NULL,
	CONSTRAINT audit_entries__id PRIMARY KEY (organization_id, id)
) {{clustered}};
CREATE UNIQUE INDEX audit_entries__seq ON audit_entries (organization_id, seq) WHERE seq IS NOT NULL;
CREATE INDEX audit_entries_unsealed ON audit_entries (id) WHERE seq IS NULL;
CREATE INDEX audit_entries_target ON audit_entries (organization_id, target, id);

-- The part of an audit entry that may be erased. The entry keeps its hash.
CREATE TABLE audit_details (
	organization_id {{key}} NOT NULL,
	audit_id        {{key}} NOT NULL,
	salt            TEXT    NOT NULL,
	details         TEXT    NOT NULL,
	CONSTRAINT audit_details__audit_id PRIMARY KEY (organization_id, audit_id),
	FOREIGN KEY (organization_id, audit_id) REFERENCES audit_entries (organization_id, id)
) {{clustered}};

CREATE TABLE jobs (
	id              {{key}} NOT NULL,
	organization_id {{key}} NOT NULL REFERENCES organizations (id),
	lane            {{key}} NOT NULL,
	kind            TEXT    NOT NULL,
	job_key         {{key}}, -- null for none
	payload         TEXT    NOT NULL,
	run_at          BIGINT  NOT NULL,
	attempts        BIGINT  NOT NULL,
	state           TEXT    NOT NULL, -- ready, running, done or buried
	due_at          BIGINT,           -- when it may be claimed: run_at, or the end of the lease; null once finished
	reason          TEXT    NOT NULL, -- why the last attempt failed
	created_at      BIGINT  NOT NULL,
	ended_at        BIGINT  NOT NULL,
	CONSTRAINT jobs__id PRIMARY KEY (id)
) {{clustered}};
CREATE UNIQUE INDEX jobs__job_key ON jobs (organization_id, job_key) WHERE due_at IS NOT NULL AND job_key IS NOT NULL;
CREATE INDEX jobs_due ON jobs (lane, due_at, id, state) WHERE due_at IS NOT NULL;
CREATE INDEX jobs_done ON jobs (ended_at) WHERE state = 'done';
CREATE INDEX jobs_buried ON jobs (lane) WHERE state = 'buried';

CREATE TABLE retries (
	organization_id {{key}} NOT NULL REFERENCES organizations (id),
	retry_key       {{key}} NOT NULL,
	resource_id     TEXT    NOT NULL,
	version         BIGINT  NOT NULL,
	created_at      BIGINT  NOT NULL,
	CONSTRAINT retries__retry_key PRIMARY KEY (organization_id, retry_key)
) {{clustered}};
CREATE INDEX retries_created ON retries (created_at);

CREATE TABLE settings (
	name  {{key}} NOT NULL,
	value TEXT    NOT NULL,
	CONSTRAINT settings__name PRIMARY KEY (name)
) {{clustered}};
