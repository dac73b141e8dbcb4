-- Counts of failed sign-ins, shared by all servers on the database. A key is an HMAC: it reveals no
-- name or address.

-- +goose Up
CREATE TABLE IF NOT EXISTS guesses (
	guess_key {{key}} NOT NULL,
	room      BIGINT  NOT NULL, -- tries that still fit into the window
	since     BIGINT  NOT NULL, -- start of the window; a refund names it
	ends_at   BIGINT  NOT NULL, -- end of the window
	CONSTRAINT guesses__guess_key PRIMARY KEY (guess_key)
) {{clustered}};
CREATE INDEX IF NOT EXISTS guesses_ends ON guesses (ends_at);
