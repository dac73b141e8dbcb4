-- Failed sign-ins, counted where several servers share the database. A key is an HMAC: no name or address can be read from it.

-- +goose Up
CREATE TABLE IF NOT EXISTS guesses (
	guess_key {{key}} NOT NULL,
	room      BIGINT  NOT NULL, -- tries that still fit into the window
	since     BIGINT  NOT NULL, -- start of the window; a refund names it
	ends_at   BIGINT  NOT NULL, -- end of the window
	CONSTRAINT guesses__guess_key PRIMARY KEY (guess_key)
) {{clustered}};
CREATE INDEX IF NOT EXISTS guesses_ends ON guesses (ends_at);
