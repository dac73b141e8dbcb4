-- The schema. One text serves both engines; docs/schema.md explains the conventions and lists the
-- tables. migrate.go replaces the markers:
--   {{identity}}   a number that the engine assigns and never reuses
--   {{id}}         a UUID, as 16 bytes
--   {{bytes}}      a hash, as bytes
--   {{key}}        text that is compared and ordered by its bytes
--   {{clustered}}  rows are stored in the order of the primary key, if the engine can
-- Times are microseconds since 1970 UTC, 0 for none. Durations are microseconds. A unique name has
-- a second column for its key, which Go folds. The key is null once the record is deleted.
-- Unique constraints are named table__column, after their last column (classify.go).

-- +goose Up

-- The tenants. Nothing refers across them. They are never deleted.
CREATE TABLE organizations (
	number           {{identity}},
	id               {{id}}  NOT NULL,
	slug             {{key}} NOT NULL,
	name             TEXT    NOT NULL,
	time_zone        TEXT    NOT NULL, -- an IANA name, '' for UTC
	default_country  TEXT    NOT NULL, -- ISO 3166-1 alpha-2, '' for the server's
	strong_passwords BOOLEAN NOT NULL,
	version          BIGINT  NOT NULL,
	policy_version   BIGINT  NOT NULL, -- rises when a role or a group changes
	created_at       BIGINT  NOT NULL
);
CREATE UNIQUE INDEX organizations__id ON organizations (id);
CREATE UNIQUE INDEX organizations__slug ON organizations (slug);

-- What the server remembers about itself.
CREATE TABLE settings (
	name  {{key}} NOT NULL,
	value TEXT    NOT NULL,
	CONSTRAINT settings__name PRIMARY KEY (name)
) {{clustered}};

-- The offices that one server at a time holds. A server that beats no more has lost its office.
CREATE TABLE leases (
	name   {{key}} NOT NULL,
	holder TEXT    NOT NULL, -- the server, for people
	epoch  BIGINT  NOT NULL, -- rises with each holder
	beat   BIGINT  NOT NULL, -- rises while the holder lives
	CONSTRAINT leases__name PRIMARY KEY (name)
) {{clustered}};

-- The departments of users.
CREATE TABLE departments (
	organization BIGINT  NOT NULL REFERENCES organizations (number),
	number       BIGINT  NOT NULL,
	id           {{id}}  NOT NULL,
	name         TEXT    NOT NULL,
	name_key     {{key}},
	version      BIGINT  NOT NULL,
	CONSTRAINT departments__number PRIMARY KEY (organization, number)
);
CREATE UNIQUE INDEX departments__id ON departments (organization, id);
CREATE UNIQUE INDEX departments__name_key ON departments (organization, name_key);

-- The roles, which are sets of permissions.
CREATE TABLE roles (
	organization BIGINT  NOT NULL REFERENCES organizations (number),
	number       BIGINT  NOT NULL,
	id           {{id}}  NOT NULL,
	name         TEXT    NOT NULL,
	name_key     {{key}},
	description  TEXT    NOT NULL,
	permissions  TEXT    NOT NULL, -- names, with blanks between
	shipped      BOOLEAN NOT NULL,
	version      BIGINT  NOT NULL,
	CONSTRAINT roles__number PRIMARY KEY (organization, number)
);
CREATE UNIQUE INDEX roles__id ON roles (organization, id);
CREATE UNIQUE INDEX roles__name_key ON roles (organization, name_key);

-- The groups and teams. Each kind counts its own numbers from 1, so the number of a team is stored
-- as a negative one (storedGroup in identifier.go). 0 stands for the whole organization where a group
-- may be named.
CREATE TABLE groups (
	organization BIGINT  NOT NULL REFERENCES organizations (number),
	number       BIGINT  NOT NULL,
	id           {{id}}  NOT NULL,
	kind         {{key}} NOT NULL, -- group or team
	name         TEXT    NOT NULL,
	name_key     {{key}},
	description  TEXT    NOT NULL,
	active       BOOLEAN NOT NULL,
	alert_filter TEXT    NOT NULL,
	sig_filter   TEXT    NOT NULL,
	landing_page TEXT    NOT NULL, -- a JSON text as given, '' for none
	version      BIGINT  NOT NULL,
	created_at   BIGINT  NOT NULL,
	CONSTRAINT groups__number PRIMARY KEY (organization, number)
);
CREATE UNIQUE INDEX groups__id ON groups (organization, id);
CREATE UNIQUE INDEX groups__name_key ON groups (organization, kind, name_key);

-- The business services that teams look after.
CREATE TABLE business_services (
	organization BIGINT  NOT NULL REFERENCES organizations (number),
	number       BIGINT  NOT NULL,
	id           {{id}}  NOT NULL,
	name         TEXT    NOT NULL,
	name_key     {{key}},
	CONSTRAINT business_services__number PRIMARY KEY (organization, number)
);
CREATE UNIQUE INDEX business_services__id ON business_services (organization, id);
CREATE UNIQUE INDEX business_services__name_key ON business_services (organization, name_key);

-- Which team looks after which business service.
CREATE TABLE team_services (
	organization   BIGINT NOT NULL,
	group_number   BIGINT NOT NULL,
	service_number BIGINT NOT NULL,
	CONSTRAINT team_services__service_number PRIMARY KEY (organization, group_number, service_number),
	FOREIGN KEY (organization, group_number) REFERENCES groups (organization, number),
	FOREIGN KEY (organization, service_number) REFERENCES business_services (organization, number)
) {{clustered}};
CREATE INDEX team_services_service ON team_services (organization, service_number, group_number);

-- Where users prove their identity outside of Roster.
CREATE TABLE realms (
	organization  BIGINT  NOT NULL REFERENCES organizations (number),
	id            {{id}}  NOT NULL,
	name          TEXT    NOT NULL,
	name_key      {{key}},
	kind          TEXT    NOT NULL, -- SAML2 or LDAP
	active        BOOLEAN NOT NULL,
	configuration TEXT    NOT NULL, -- a JSON object as given
	version       BIGINT  NOT NULL,
	created_at    BIGINT  NOT NULL,
	updated_at    BIGINT  NOT NULL,
	CONSTRAINT realms__id PRIMARY KEY (organization, id)
);
CREATE UNIQUE INDEX realms__name_key ON realms (organization, name_key);

-- The users. Their numbers are unique in the whole server. The store takes the organization's number
-- from its table, so the column needs no foreign key: that would be a lock of one row for each
-- create on PostgreSQL. This holds for every table that is written with each request.
CREATE TABLE users (
	number               {{identity}},
	organization         BIGINT  NOT NULL,
	id                   {{id}}  NOT NULL,
	user_name            TEXT    NOT NULL,
	user_key             {{key}},
	display_name         TEXT    NOT NULL,
	display_key          {{key}} NOT NULL,
	title                TEXT    NOT NULL, -- such as "Vice President" (RFC 7643 §4.1.1); '' for none
	email                TEXT    NOT NULL,
	email_key            {{key}} NOT NULL,
	email_confirmed_at   BIGINT  NOT NULL, -- by the person, 0 for not yet
	email_set_at         BIGINT  NOT NULL, -- 0 for when the user was created
	external_id          TEXT    NOT NULL,
	active               BOOLEAN NOT NULL,
	access_level         TEXT    NOT NULL,
	server_admin         BOOLEAN NOT NULL DEFAULT FALSE, -- may make organizations
	realm                TEXT    NOT NULL,
	password_hash        TEXT    NOT NULL, -- in PHC string format, '' for none
	credential_version   BIGINT  NOT NULL,
	create_fingerprint   {{bytes}} NOT NULL, -- of the create that made the user, empty for none
	email_claim          {{key}},            -- the email that no other user may claim
	primary_group_number BIGINT,
	department_number    BIGINT,
	joined_at            BIGINT  NOT NULL,
	time_zone            TEXT    NOT NULL,
	time_zone_unknown    BOOLEAN NOT NULL,
	contact_number       TEXT    NOT NULL,
	session_expiry       BIGINT  NOT NULL,
	competencies         TEXT    NOT NULL, -- a JSON array, '' for none
	properties           TEXT    NOT NULL, -- a JSON object, '' for none
	preferences          TEXT    NOT NULL, -- such as failures=email,sms+5 digest=email (preference.go), '' for none
	wants_unmatched      BOOLEAN NOT NULL, -- whether preferences have a service for it, as an index needs it
	wants_digest         BOOLEAN NOT NULL,
	managed_profile      TEXT    NOT NULL,
	managed_access       TEXT    NOT NULL,
	managed_groups       TEXT    NOT NULL,
	managed_reach        TEXT    NOT NULL,
	version              BIGINT  NOT NULL,
	created_at           BIGINT  NOT NULL,
	updated_at           BIGINT  NOT NULL,
	FOREIGN KEY (organization, primary_group_number) REFERENCES groups (organization, number),
	FOREIGN KEY (organization, department_number) REFERENCES departments (organization, number)
);
CREATE UNIQUE INDEX users__id ON users (organization, id);
CREATE UNIQUE INDEX users__number ON users (organization, number);
CREATE UNIQUE INDEX users__user_key ON users (organization, user_key);
CREATE UNIQUE INDEX users__email_claim ON users (organization, email_claim) WHERE email_claim IS NOT NULL;
CREATE INDEX users_email_key ON users (organization, email_key, number);
CREATE INDEX users_display_key ON users (organization, display_key, number);
CREATE INDEX users_external_id ON users (organization, external_id, number) WHERE external_id <> '';
CREATE INDEX users_department ON users (organization, department_number, number) WHERE department_number IS NOT NULL;
CREATE INDEX users_unmatched ON users (organization, number) WHERE wants_unmatched;
CREATE INDEX users_digest ON users (organization, number) WHERE wants_digest;
CREATE INDEX users_administrators ON users (organization, number) WHERE access_level = 'administrator';

-- The users who were deleted and can be restored. A document holds all that a deletion removed. It
-- is sealed: only the server's key opens it.
CREATE TABLE deleted_users (
	organization BIGINT  NOT NULL,
	user_number  BIGINT  NOT NULL,
	user_key     {{key}} NOT NULL, -- of the name that the user had
	document     TEXT    NOT NULL,
	deleted_at   BIGINT  NOT NULL,
	CONSTRAINT deleted_users__user_number PRIMARY KEY (organization, user_number),
	FOREIGN KEY (organization, user_number) REFERENCES users (organization, number)
) {{clustered}};
CREATE INDEX deleted_users_user_key ON deleted_users (organization, user_key, deleted_at, user_number);
CREATE INDEX deleted_users_deleted ON deleted_users (deleted_at);

-- The words that find a user. Readers of a row check the user again, so stale rows do no harm. That
-- saves the cost of a foreign key.
CREATE TABLE user_words (
	organization BIGINT  NOT NULL,
	word         {{key}} NOT NULL,
	user_number  BIGINT  NOT NULL,
	CONSTRAINT user_words__user_number PRIMARY KEY (organization, word, user_number)
) {{clustered}};

-- Which user is in which group or team.
CREATE TABLE group_members (
	organization BIGINT NOT NULL,
	user_number  BIGINT NOT NULL,
	group_number BIGINT NOT NULL,
	CONSTRAINT group_members__group_number PRIMARY KEY (organization, user_number, group_number),
	FOREIGN KEY (organization, user_number) REFERENCES users (organization, number),
	FOREIGN KEY (organization, group_number) REFERENCES groups (organization, number)
) {{clustered}};
CREATE INDEX group_members_group ON group_members (organization, group_number, user_number);

-- The roles of users. A role is granted for a group, or for the whole organization if the group's
-- number is 0. So that column has no foreign key. Groups are never removed, only their key is.
CREATE TABLE user_roles (
	organization BIGINT NOT NULL,
	user_number  BIGINT NOT NULL,
	role_number  BIGINT NOT NULL,
	group_number BIGINT NOT NULL,
	CONSTRAINT user_roles__group_number PRIMARY KEY (organization, user_number, role_number, group_number),
	FOREIGN KEY (organization, user_number) REFERENCES users (organization, number),
	FOREIGN KEY (organization, role_number) REFERENCES roles (organization, number)
) {{clustered}};
CREATE INDEX user_roles_role ON user_roles (organization, role_number, user_number);

-- The groups that a user's access level is granted for. No row means the whole organization.
CREATE TABLE user_level_groups (
	organization BIGINT NOT NULL,
	user_number  BIGINT NOT NULL,
	group_number BIGINT NOT NULL,
	CONSTRAINT user_level_groups__group_number PRIMARY KEY (organization, user_number, group_number),
	FOREIGN KEY (organization, user_number) REFERENCES users (organization, number),
	FOREIGN KEY (organization, group_number) REFERENCES groups (organization, number)
) {{clustered}};

-- The addresses at which users are reached, besides their primary email.
CREATE TABLE contact_methods (
	organization BIGINT  NOT NULL,
	user_number  BIGINT  NOT NULL,
	id           {{id}}  NOT NULL,
	service      {{key}} NOT NULL,
	address      TEXT    NOT NULL,
	address_key  {{key}} NOT NULL, -- the address as it is compared, '' for one that is a secret
	confirmed_at BIGINT  NOT NULL,
	created_at   BIGINT  NOT NULL,
	CONSTRAINT contact_methods__id PRIMARY KEY (organization, user_number, id),
	FOREIGN KEY (organization, user_number) REFERENCES users (organization, number)
) {{clustered}};
CREATE INDEX contact_methods_address ON contact_methods (organization, address_key, service, user_number) WHERE address_key <> '';

-- The preferences of new users: those of each group, and of the organization as group 0.
CREATE TABLE default_preferences (
	organization BIGINT NOT NULL REFERENCES organizations (number),
	group_number BIGINT NOT NULL,
	preferences  TEXT   NOT NULL, -- as of users
	CONSTRAINT default_preferences__group_number PRIMARY KEY (organization, group_number)
) {{clustered}};

-- The sessions of users who are signed in.
CREATE TABLE sessions (
	id                 {{id}}    NOT NULL,
	organization       BIGINT    NOT NULL,
	user_number        BIGINT    NOT NULL,
	token_hash         {{bytes}} NOT NULL,
	face               TEXT      NOT NULL,
	credential_version BIGINT    NOT NULL,
	created_at         BIGINT    NOT NULL,
	last_used_at       BIGINT    NOT NULL,
	idle               BIGINT    NOT NULL,
	expires_at         BIGINT    NOT NULL,
	over_at            BIGINT    NOT NULL, -- the earlier of expires_at and last_used_at + idle
	CONSTRAINT sessions__id PRIMARY KEY (id),
	FOREIGN KEY (organization, user_number) REFERENCES users (organization, number)
);
CREATE UNIQUE INDEX sessions__token_hash ON sessions (token_hash);
CREATE INDEX sessions_user ON sessions (organization, user_number, created_at, id);
CREATE INDEX sessions_over ON sessions (over_at);

-- The API tokens of users and of organizations.
CREATE TABLE tokens (
	id             {{id}}    NOT NULL,
	organization   BIGINT    NOT NULL REFERENCES organizations (number),
	name           TEXT      NOT NULL,
	name_key       {{key}},  -- null once the token is revoked
	token_hash     {{bytes}} NOT NULL,
	access         TEXT      NOT NULL,
	user_number    BIGINT,   -- null for a token of the organization
	errors_as_200  BOOLEAN   NOT NULL,
	created_at     BIGINT    NOT NULL,
	expires_at     BIGINT    NOT NULL,
	revoked_at     BIGINT    NOT NULL,
	last_used_at   BIGINT    NOT NULL,
	last_used_from TEXT      NOT NULL,
	last_used_face TEXT      NOT NULL,
	CONSTRAINT tokens__id PRIMARY KEY (id),
	FOREIGN KEY (organization, user_number) REFERENCES users (organization, number)
);
CREATE UNIQUE INDEX tokens__token_hash ON tokens (token_hash);
CREATE UNIQUE INDEX tokens__name_key ON tokens (organization, name_key);
CREATE INDEX tokens_organization ON tokens (organization, id);
CREATE INDEX tokens_user ON tokens (organization, user_number) WHERE user_number IS NOT NULL; -- to revoke those of a user who is deleted

-- The groups that a token is limited to. No row means no limit.
CREATE TABLE token_groups (
	organization BIGINT NOT NULL,
	token_id     {{id}} NOT NULL REFERENCES tokens (id),
	group_number BIGINT NOT NULL,
	CONSTRAINT token_groups__group_number PRIMARY KEY (organization, token_id, group_number),
	FOREIGN KEY (organization, group_number) REFERENCES groups (organization, number)
) {{clustered}};

-- The links by which users set a password or confirm an address. A user has one for each purpose.
-- It is good for one credential version of the user.
CREATE TABLE links (
	organization       BIGINT    NOT NULL,
	user_number        BIGINT    NOT NULL,
	purpose            {{key}}   NOT NULL,
	id                 {{id}}    NOT NULL,
	link_hash          {{bytes}} NOT NULL,
	address            TEXT      NOT NULL,
	credential_version BIGINT    NOT NULL,
	created_at         BIGINT    NOT NULL,
	expires_at         BIGINT    NOT NULL,
	CONSTRAINT links__purpose PRIMARY KEY (organization, user_number, purpose),
	FOREIGN KEY (organization, user_number) REFERENCES users (organization, number)
) {{clustered}};
CREATE UNIQUE INDEX links__link_hash ON links (link_hash);

-- The addresses that a user name has signed in from. The key is the name, not the user: the
-- throttle reads it before the user is known.
CREATE TABLE known_addresses (
	organization BIGINT  NOT NULL,
	user_key     {{key}} NOT NULL,
	address      {{key}} NOT NULL,
	seen_at      BIGINT  NOT NULL,
	CONSTRAINT known_addresses__address PRIMARY KEY (organization, user_key, address)
) {{clustered}};

-- The counts of failed sign-ins, shared by all servers on the database. A key is an HMAC: it reveals
-- no name or address.
CREATE TABLE guesses (
	guess_key {{bytes}} NOT NULL,
	room      BIGINT    NOT NULL, -- tries that still fit into the window
	since     BIGINT    NOT NULL, -- start of the window; a refund names it
	ends_at   BIGINT    NOT NULL, -- end of the window
	CONSTRAINT guesses__guess_key PRIMARY KEY (guess_key)
) {{clustered}};
CREATE INDEX guesses_ends ON guesses (ends_at);

-- The answers to creates, so that a repeat gets the same one. Keys are HMACs.
CREATE TABLE retries (
	organization BIGINT    NOT NULL,
	retry_key    {{bytes}} NOT NULL,
	resource_id  TEXT      NOT NULL, -- an id, or a JSON array of what a batch made
	version      BIGINT    NOT NULL,
	fingerprint  {{bytes}} NOT NULL, -- of the input, where the key was the caller's; empty where it is in the key
	created_at   BIGINT    NOT NULL,
	CONSTRAINT retries__retry_key PRIMARY KEY (organization, retry_key)
) {{clustered}};
CREATE INDEX retries_created ON retries (created_at);

-- The work that is done after the answer.
CREATE TABLE jobs (
	id           {{id}}  NOT NULL,
	organization BIGINT  NOT NULL,
	lane         {{key}} NOT NULL,
	kind         TEXT    NOT NULL,
	job_key      {{key}}, -- null for none
	payload      TEXT    NOT NULL,
	run_at       BIGINT  NOT NULL,
	attempts     BIGINT  NOT NULL,
	claim        BIGINT  NOT NULL, -- number of the latest claim; never starts anew
	state        TEXT    NOT NULL, -- ready, running, done, withdrawn or buried
	due_at       BIGINT,           -- when it may be claimed: run_at, or the end of the lease; null once finished
	again_at     BIGINT  NOT NULL, -- when it is due once more after this run; 0 for not at all
	withdrawn    BOOLEAN NOT NULL, -- while it runs: this run is the last
	reason       TEXT    NOT NULL, -- why the last attempt failed
	created_at   BIGINT  NOT NULL,
	ended_at     BIGINT  NOT NULL,
	CONSTRAINT jobs__id PRIMARY KEY (id)
) {{clustered}};
CREATE UNIQUE INDEX jobs__job_key ON jobs (organization, job_key) WHERE due_at IS NOT NULL AND job_key IS NOT NULL;
CREATE INDEX jobs_due ON jobs (lane, due_at, id, state) WHERE due_at IS NOT NULL;
CREATE INDEX jobs_done ON jobs (ended_at) WHERE state IN ('done', 'withdrawn');
CREATE INDEX jobs_open ON jobs (organization, id) WHERE state NOT IN ('done', 'withdrawn');
CREATE INDEX jobs_buried ON jobs (organization, id, lane) WHERE state = 'buried';

-- Who changed what. Names, address and details can be erased; personal_hash is a commitment to them.
CREATE TABLE audit_entries (
	organization  BIGINT    NOT NULL,
	id            {{id}}    NOT NULL,
	at            BIGINT    NOT NULL,
	actor_kind    TEXT      NOT NULL,
	actor         TEXT      NOT NULL,
	actor_name    TEXT      NOT NULL, -- '' once the actor's side is erased
	face          TEXT      NOT NULL,
	address       TEXT      NOT NULL, -- '' once the actor's side is erased
	request_id    TEXT      NOT NULL,
	action        TEXT      NOT NULL,
	target        {{id}},             -- the record; null for the organization itself
	target_name   TEXT      NOT NULL, -- '' once the target's side is erased
	details       TEXT      NOT NULL, -- a JSON object, '' once the target's side is erased
	salt          {{bytes}} NOT NULL, -- of personal_hash; audit_personal.go says what is left of it by an erasure
	personal_hash {{bytes}} NOT NULL,
	CONSTRAINT audit_entries__id PRIMARY KEY (organization, id)
) {{clustered}};
CREATE INDEX audit_entries_target ON audit_entries (organization, target, id);

-- The seals of the audit: each is a page of entries and the next link of the organization's chain.
CREATE TABLE audit_seals (
	organization BIGINT    NOT NULL,
	number       BIGINT    NOT NULL, -- from 1, without gaps
	ids          {{bytes}} NOT NULL, -- of the page's entries, 16 bytes each
	entry_hashes {{bytes}} NOT NULL, -- the first 8 bytes of each entry's hash, which tell which entry was changed
	through_id   {{id}}    NOT NULL, -- the next page in order begins after this entry
	hash         {{bytes}} NOT NULL, -- over the seal before, and the page
	sealed_at    BIGINT    NOT NULL,
	CONSTRAINT audit_seals__number PRIMARY KEY (organization, number)
);

-- The groups of checks on which users and groups have permissions.
CREATE TABLE check_groups (
	organization BIGINT  NOT NULL REFERENCES organizations (number),
	number       BIGINT  NOT NULL,
	id           {{id}}  NOT NULL,
	name         TEXT    NOT NULL,
	name_key     {{key}},
	description  TEXT    NOT NULL,
	version      BIGINT  NOT NULL,
	created_at   BIGINT  NOT NULL,
	updated_at   BIGINT  NOT NULL,
	CONSTRAINT check_groups__number PRIMARY KEY (organization, number)
);
CREATE UNIQUE INDEX check_groups__id ON check_groups (organization, id);
CREATE UNIQUE INDEX check_groups__name_key ON check_groups (organization, name_key);

-- The checks, which claim events.
CREATE TABLE checks (
	organization       BIGINT  NOT NULL REFERENCES organizations (number),
	number             BIGINT  NOT NULL,
	id                 {{id}}  NOT NULL,
	name               TEXT    NOT NULL,
	name_key           {{key}},
	description        TEXT    NOT NULL,
	email_alias        TEXT    NOT NULL,
	alias_key          {{key}},          -- null for none, and once the check is deleted
	check_group_number BIGINT,
	definition         TEXT    NOT NULL, -- conditions, interval, window: a JSON object
	version            BIGINT  NOT NULL,
	created_at         BIGINT  NOT NULL,
	updated_at         BIGINT  NOT NULL,
	CONSTRAINT checks__number PRIMARY KEY (organization, number),
	FOREIGN KEY (organization, check_group_number) REFERENCES check_groups (organization, number)
);
CREATE UNIQUE INDEX checks__id ON checks (organization, id);
CREATE UNIQUE INDEX checks__name_key ON checks (organization, name_key);
CREATE UNIQUE INDEX checks__alias_key ON checks (organization, alias_key);
CREATE INDEX checks_check_group ON checks (organization, check_group_number, number);
-- A query for changed checks reads this index only. Its last column is there for that.
CREATE INDEX checks_version ON checks (organization, version, number, name_key) WHERE name_key IS NOT NULL;

-- The size of the regular expressions of each check that has any.
CREATE TABLE check_programs (
	organization BIGINT NOT NULL,
	check_number BIGINT NOT NULL,
	size         BIGINT NOT NULL,
	CONSTRAINT check_programs__check_number PRIMARY KEY (organization, check_number),
	FOREIGN KEY (organization, check_number) REFERENCES checks (organization, number)
) {{clustered}};

-- The groups and teams whose members are notified of a check.
CREATE TABLE check_told_groups (
	organization BIGINT NOT NULL,
	check_number BIGINT NOT NULL,
	group_number BIGINT NOT NULL,
	CONSTRAINT check_told_groups__group_number PRIMARY KEY (organization, check_number, group_number),
	FOREIGN KEY (organization, check_number) REFERENCES checks (organization, number),
	FOREIGN KEY (organization, group_number) REFERENCES groups (organization, number)
) {{clustered}};
CREATE INDEX check_told_groups_group ON check_told_groups (organization, group_number, check_number);

-- The permissions of a user, or of a group's members, on the checks of a check group.
CREATE TABLE check_permissions (
	organization       BIGINT  NOT NULL,
	id                 {{id}}  NOT NULL,
	check_group_number BIGINT  NOT NULL,
	user_number        BIGINT,           -- null for an entry of a group
	group_number       BIGINT,           -- null for an entry of a user
	access_level       TEXT    NOT NULL,
	notify             BOOLEAN NOT NULL,
	created_at         BIGINT  NOT NULL,
	CONSTRAINT check_permissions__id PRIMARY KEY (organization, id),
	FOREIGN KEY (organization, check_group_number) REFERENCES check_groups (organization, number),
	FOREIGN KEY (organization, user_number) REFERENCES users (organization, number),
	FOREIGN KEY (organization, group_number) REFERENCES groups (organization, number)
);
CREATE INDEX check_permissions_check_group ON check_permissions (organization, check_group_number, id);
-- One entry for each user and each group. The check group comes last, so that the indexes find the
-- entries of a user and of a group, too.
CREATE UNIQUE INDEX check_permissions_user__check_group_number ON check_permissions (organization, user_number, check_group_number) WHERE user_number IS NOT NULL;
CREATE UNIQUE INDEX check_permissions_group__check_group_number ON check_permissions (organization, group_number, check_group_number) WHERE group_number IS NOT NULL;

-- What events make of the checks. A row is made and deleted with its check, and each event that the
-- check claims updates it. So it is narrow, and an event that changes neither state nor due time
-- touches no index.
CREATE TABLE check_states (
	organization  BIGINT  NOT NULL,
	check_number  BIGINT  NOT NULL,
	state         {{key}} NOT NULL,
	status        {{key}} NOT NULL, -- of the last event; '' before the first
	running_since BIGINT  NOT NULL,
	run           TEXT    NOT NULL,
	last_event    {{id}},           -- null before the first
	last_at       BIGINT  NOT NULL, -- of the last event; before the first, when counting began
	occurred_at   BIGINT  NOT NULL, -- of the latest event without a key
	due_at        BIGINT  NOT NULL, -- when silence is a failure; 0 for never
	CONSTRAINT check_states__check_number PRIMARY KEY (organization, check_number),
	FOREIGN KEY (organization, check_number) REFERENCES checks (organization, number)
) {{clustered}};
CREATE INDEX check_states_due ON check_states (due_at) WHERE due_at > 0;
CREATE INDEX check_states_state ON check_states (organization, state, status);

-- The alerts. An alert is one trouble of a check and a key, and at most one of both is open.
CREATE TABLE alerts (
	organization              BIGINT  NOT NULL,
	id                        {{id}}  NOT NULL,
	check_number              BIGINT  NOT NULL,
	dedup_key                 {{key}} NOT NULL, -- '' where the source has none, and for silence
	title                     TEXT    NOT NULL,
	labels                    TEXT    NOT NULL, -- a JSON object, or ''
	state                     {{key}} NOT NULL, -- the last one before it ended
	highest                   TEXT    NOT NULL,
	silent                    BOOLEAN NOT NULL,
	urgency                   TEXT    NOT NULL,
	failures                  BIGINT  NOT NULL,
	opened_at                 BIGINT  NOT NULL,
	raised_at                 BIGINT  NOT NULL,
	last_event_at             BIGINT  NOT NULL,
	occurred_at               BIGINT  NOT NULL,
	ended_at                  BIGINT  NOT NULL, -- 0 while it is open
	acknowledging_user_number BIGINT,
	acknowledged_at           BIGINT  NOT NULL,
	acknowledged_until        BIGINT  NOT NULL,
	CONSTRAINT alerts__id PRIMARY KEY (organization, id),
	FOREIGN KEY (organization, check_number) REFERENCES checks (organization, number),
	FOREIGN KEY (organization, acknowledging_user_number) REFERENCES users (organization, number)
);
CREATE UNIQUE INDEX alerts__dedup_key ON alerts (organization, check_number, dedup_key) WHERE ended_at = 0;
CREATE INDEX alerts_key ON alerts (organization, check_number, dedup_key, id);
CREATE INDEX alerts_check ON alerts (organization, check_number, id);
-- Of the open ones the worst comes first: failure, overdue, warning.
CREATE INDEX alerts_worst ON alerts (organization, check_number, state) WHERE ended_at = 0;
CREATE INDEX alerts_open ON alerts (organization, id) WHERE ended_at = 0;

-- The changes of the states of checks and alerts.
CREATE TABLE flips (
	organization BIGINT NOT NULL,
	id           {{id}} NOT NULL,
	check_number BIGINT NOT NULL,
	alert_id     {{id}},          -- null if only the check changed
	from_state   TEXT   NOT NULL,
	to_state     TEXT   NOT NULL,
	at           BIGINT NOT NULL,
	event_id     {{id}},          -- null if no event caused it
	cause        TEXT   NOT NULL,
	CONSTRAINT flips__id PRIMARY KEY (organization, id)
);
CREATE INDEX flips_check ON flips (organization, check_number, id);

-- The events. check_number is 0 if no check claimed the event, so that an index finds these too.
CREATE TABLE events (
	organization BIGINT NOT NULL,
	id           {{id}} NOT NULL, -- in the order of arrival
	check_number BIGINT NOT NULL,
	title        TEXT   NOT NULL,
	sender       TEXT   NOT NULL,
	status       TEXT   NOT NULL,
	at           BIGINT NOT NULL,
	occurred_at  BIGINT NOT NULL, -- when it happened, if the sender says so; else 0
	dedup_key    TEXT   NOT NULL,
	labels       TEXT   NOT NULL, -- a JSON object, or ''
	reason       TEXT   NOT NULL, -- why no check could claim it
	body         TEXT   NOT NULL, -- last: whoever does not ask for it does not read past it
	CONSTRAINT events__id PRIMARY KEY (organization, id)
) {{clustered}};
CREATE INDEX events_check ON events (organization, check_number, id);
