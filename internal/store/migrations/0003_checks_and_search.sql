-- Checks and their events, search by words, several organizations, and versions for more records.

-- +goose Up
ALTER TABLE organizations ADD COLUMN time_zone TEXT NOT NULL DEFAULT '';       -- an IANA name, '' for UTC
ALTER TABLE organizations ADD COLUMN default_country TEXT NOT NULL DEFAULT ''; -- ISO 3166-1 alpha-2, '' for the server's
ALTER TABLE organizations ADD COLUMN strong_passwords BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE organizations ADD COLUMN version BIGINT NOT NULL DEFAULT 1;
ALTER TABLE groups ADD COLUMN version BIGINT NOT NULL DEFAULT 1;
ALTER TABLE departments ADD COLUMN version BIGINT NOT NULL DEFAULT 1;
ALTER TABLE roles ADD COLUMN version BIGINT NOT NULL DEFAULT 1;
ALTER TABLE realms ADD COLUMN version BIGINT NOT NULL DEFAULT 1;
ALTER TABLE tokens ADD COLUMN errors_as_200 BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE users ADD COLUMN server_admin BOOLEAN NOT NULL DEFAULT FALSE; -- may make organizations
ALTER TABLE retries ADD COLUMN fingerprint TEXT NOT NULL DEFAULT '';      -- of the input, where the key was the caller's; '' where it is in the key

-- The words that find a user. Readers of a row check the user again, so stale rows do no harm. That
-- saves the cost of a foreign key.
CREATE TABLE user_words (
	organization_id {{key}} NOT NULL,
	word            {{key}} NOT NULL,
	user_number     BIGINT  NOT NULL,
	CONSTRAINT user_words__user_number PRIMARY KEY (organization_id, word, user_number)
) {{clustered}};

CREATE TABLE check_groups (
	organization_id {{key}} NOT NULL REFERENCES organizations (id),
	id              {{key}} NOT NULL,
	number          BIGINT  NOT NULL,
	name            TEXT    NOT NULL,
	name_key        {{key}},
	description     TEXT    NOT NULL,
	version         BIGINT  NOT NULL,
	created_at      BIGINT  NOT NULL,
	updated_at      BIGINT  NOT NULL,
	CONSTRAINT check_groups__id PRIMARY KEY (organization_id, id)
);
CREATE UNIQUE INDEX check_groups__number ON check_groups (organization_id, number);
CREATE UNIQUE INDEX check_groups__name_key ON check_groups (organization_id, name_key);

CREATE TABLE checks (
	organization_id {{key}} NOT NULL REFERENCES organizations (id),
	id              {{key}} NOT NULL,
	number          BIGINT  NOT NULL,
	name            TEXT    NOT NULL,
	name_key        {{key}},
	description     TEXT    NOT NULL,
	email_alias     TEXT    NOT NULL,
	alias_key       {{key}},          -- null for none, and once the check is deleted
	check_group_id  {{key}},
	definition      TEXT    NOT NULL, -- conditions, interval, window: a JSON object
	status          {{key}} NOT NULL,
	status_at       BIGINT  NOT NULL,
	version         BIGINT  NOT NULL,
	created_at      BIGINT  NOT NULL,
	updated_at      BIGINT  NOT NULL,
	CONSTRAINT checks__id PRIMARY KEY (organization_id, id),
	FOREIGN KEY (organization_id, check_group_id) REFERENCES check_groups (organization_id, id)
);
CREATE UNIQUE INDEX checks__number ON checks (organization_id, number);
CREATE UNIQUE INDEX checks__name_key ON checks (organization_id, name_key);
CREATE UNIQUE INDEX checks__alias_key ON checks (organization_id, alias_key);
CREATE INDEX checks_check_group ON checks (organization_id, check_group_id, number);
CREATE INDEX checks_status ON checks (organization_id, status, number) WHERE name_key IS NOT NULL;

-- The groups and teams whose members are notified of a check.
CREATE TABLE check_told_groups (
	organization_id {{key}} NOT NULL,
	check_id        {{key}} NOT NULL,
	group_id        {{key}} NOT NULL,
	CONSTRAINT check_told_groups__group_id PRIMARY KEY (organization_id, check_id, group_id),
	FOREIGN KEY (organization_id, check_id) REFERENCES checks (organization_id, id),
	FOREIGN KEY (organization_id, group_id) REFERENCES groups (organization_id, id)
) {{clustered}};
CREATE INDEX check_told_groups_group ON check_told_groups (organization_id, group_id, check_id);

-- The permissions of a user, or of a group's members, on the checks of a check group.
CREATE TABLE check_permissions (
	organization_id {{key}} NOT NULL,
	id              {{key}} NOT NULL,
	check_group_id  {{key}} NOT NULL,
	user_number     BIGINT,           -- null for an entry of a group
	group_id        {{key}},          -- null for an entry of a user
	access_level    TEXT    NOT NULL,
	notify          BOOLEAN NOT NULL,
	created_at      BIGINT  NOT NULL,
	CONSTRAINT check_permissions__id PRIMARY KEY (organization_id, id),
	FOREIGN KEY (organization_id, check_group_id) REFERENCES check_groups (organization_id, id),
	FOREIGN KEY (organization_id, user_number) REFERENCES users (organization_id, number),
	FOREIGN KEY (organization_id, group_id) REFERENCES groups (organization_id, id)
);
CREATE INDEX check_permissions_check_group ON check_permissions (organization_id, check_group_id, id);
CREATE UNIQUE INDEX check_permissions__user_number ON check_permissions (organization_id, check_group_id, user_number) WHERE user_number IS NOT NULL;
CREATE UNIQUE INDEX check_permissions__group_id ON check_permissions (organization_id, check_group_id, group_id) WHERE group_id IS NOT NULL;
CREATE INDEX check_permissions_user ON check_permissions (organization_id, user_number, check_group_id) WHERE user_number IS NOT NULL;
CREATE INDEX check_permissions_group ON check_permissions (organization_id, group_id, check_group_id) WHERE group_id IS NOT NULL;

-- The events. check_id is '' if no check claimed the event, so that an index finds these too.
CREATE TABLE events (
	organization_id {{key}} NOT NULL REFERENCES organizations (id),
	id              {{key}} NOT NULL, -- in the order of arrival
	check_id        {{key}} NOT NULL,
	title           TEXT    NOT NULL,
	sender          TEXT    NOT NULL,
	status          TEXT    NOT NULL,
	at              BIGINT  NOT NULL,
	body            TEXT    NOT NULL, -- last: whoever does not ask for it does not read past it
	CONSTRAINT events__id PRIMARY KEY (organization_id, id)
) {{clustered}};
CREATE INDEX events_check ON events (organization_id, check_id, id);
