-- The routing that Graze stores with a team, the business services of teams, and realms.

-- +goose Up
ALTER TABLE groups ADD COLUMN active BOOLEAN NOT NULL DEFAULT TRUE;
ALTER TABLE groups ADD COLUMN alert_filter TEXT NOT NULL DEFAULT '';
ALTER TABLE groups ADD COLUMN sig_filter TEXT NOT NULL DEFAULT '';
ALTER TABLE groups ADD COLUMN landing_page TEXT NOT NULL DEFAULT ''; -- a JSON text as given, '' for none

CREATE TABLE business_services (
	organization_id {{key}} NOT NULL REFERENCES organizations (id),
	id              {{key}} NOT NULL,
	number          BIGINT  NOT NULL,
	name            TEXT    NOT NULL,
	name_key        {{key}},
	CONSTRAINT business_services__id PRIMARY KEY (organization_id, id)
);
CREATE UNIQUE INDEX business_services__number ON business_services (organization_id, number);
CREATE UNIQUE INDEX business_services__name_key ON business_services (organization_id, name_key);

CREATE TABLE team_services (
	organization_id {{key}} NOT NULL,
	group_id        {{key}} NOT NULL,
	service_id      {{key}} NOT NULL,
	CONSTRAINT team_services__service_id PRIMARY KEY (organization_id, group_id, service_id),
	FOREIGN KEY (organization_id, group_id) REFERENCES groups (organization_id, id),
	FOREIGN KEY (organization_id, service_id) REFERENCES business_services (organization_id, id)
) {{clustered}};
CREATE INDEX team_services_service ON team_services (organization_id, service_id, group_id);

CREATE TABLE realms (
	organization_id {{key}} NOT NULL REFERENCES organizations (id),
	id              {{key}} NOT NULL,
	name            TEXT    NOT NULL,
	name_key        {{key}},
	kind            TEXT    NOT NULL, -- SAML2 or LDAP
	active          BOOLEAN NOT NULL,
	configuration   TEXT    NOT NULL, -- a JSON object as given
	created_at      BIGINT  NOT NULL,
	updated_at      BIGINT  NOT NULL,
	CONSTRAINT realms__id PRIMARY KEY (organization_id, id)
);
CREATE UNIQUE INDEX realms__name_key ON realms (organization_id, name_key);
