package config

import (
	"log/slog"
	"time"
)

// Serve holds the settings of `roster serve`. Validate fills in the defaults; before that, some are
// "auto" or empty.
type Serve struct {
	Demo         bool   `group:"Data:" help:"Run a demonstration: sample people, known passwords, and an outbox in place of real messages."`
	DemoAnywhere bool   `group:"Data:" help:"Let other machines reach the demonstration, whose passwords everybody knows."`
	Data         string `group:"Data:" placeholder:"DIR" standard:"./roster-data; with --demo ./roster-demo" help:"Folder for the database, the key and the certificate."`
	Database     string `group:"Data:" placeholder:"URL" standard:"SQLite in the data folder" help:"PostgreSQL database, as postgres://user:password@host/name."`

	DatabaseConns int `group:"Data:" default:"16" placeholder:"16" help:"Most connections to PostgreSQL at a time, 2 to 1000."`

	HTTP           string        `group:"Addresses:" name:"http" default:"127.0.0.1:8080" help:"Address for HTTP, or off."`
	HTTPS          string        `group:"Addresses:" name:"https" default:"auto" help:"Address for HTTPS, or off; auto is 127.0.0.1:8443 with --demo and off without."`
	TLSCert        string        `group:"Addresses:" name:"tls-cert" placeholder:"FILE" standard:"self-signed" help:"Certificate for HTTPS (PEM). It is read again when it changes."`
	TLSKey         string        `group:"Addresses:" name:"tls-key" placeholder:"FILE" help:"Private key of the certificate (PEM)."`
	PublicURL      string        `group:"Addresses:" name:"public-url" placeholder:"URL" help:"Address at which people reach the server, for links in messages: https://roster.example.com."`
	TrustedProxies []string      `group:"Addresses:" placeholder:"CIDR" help:"Networks or addresses of the proxies whose X-Forwarded-For, Forwarded and X-Forwarded-Proto are believed."`
	ShutdownGrace  time.Duration `group:"Addresses:" default:"30s" placeholder:"30s" help:"How long requests under way may take when the server is told to stop, 1s to 1h."`

	LogFormat string     `group:"Log:" enum:"auto,text,json" default:"auto" help:"Form of the log: text, json, or auto, which is text on a terminal."`
	LogLevel  slog.Level `group:"Log:" default:"info" placeholder:"info" help:"Least level that is logged: debug, info, warn or error."`

	HeartbeatURL string `group:"Monitoring:" name:"heartbeat-url" placeholder:"URL" help:"Address that is called each minute while the server takes events, sweeps and delivers, so that somebody else notices its silence."`

	SMTP SMTP `embed:"" prefix:"smtp-" group:"Mail:"`

	LDAPFile       string    `group:"Users:" name:"ldap-file" placeholder:"FILE" help:"File that declares LDAP realms: YAML, a list under the key ldap."`
	DefaultCountry string    `group:"Users:" placeholder:"CC" help:"Country of phone numbers that name none (ISO 3166-1 alpha-2, as GB)."`
	Passwords      Passwords `embed:"" prefix:"passwords-" group:"Users:"`

	API          API          `embed:"" prefix:"api-" group:"Dialects:"`
	Graze        Graze        `embed:"" prefix:"graze-" group:"Dialects:"`
	CheckCentral CheckCentral `embed:"" prefix:"checkcentral-" group:"Dialects:"`
}

// SMTP holds the mail settings. Without an address, messages wait in the database.
type SMTP struct {
	Address      string `placeholder:"HOST:PORT" help:"Mail server; without a port 587, with --smtp-tls=tls 465, with none 25."`
	Username     string `placeholder:"NAME" help:"Name to sign in to the mail server with."`
	Password     string `placeholder:"SECRET" help:"Password to sign in with. On a command line other users see it: prefer the environment or a file."`
	PasswordFile string `placeholder:"FILE" help:"File that holds the password to sign in with, and nothing else."`
	From         string `placeholder:"ADDRESS" help:"Sender of messages, as Roster <roster@example.com>."`
	TLS          string `name:"tls" enum:"starttls,tls,none" default:"starttls" help:"Protection of the connection to the mail server: starttls, tls or none."`
}

// Passwords holds the settings of password strength and of the password cache.
type Passwords struct {
	Strong       bool `help:"Refuse passwords that are easy to guess from callers who provision users, too."`
	CacheEntries int  `default:"10000" placeholder:"10000" help:"Verified credentials kept for five minutes so that repeated sign-ins are not hashed again; 0 for none, at most 1000000."`
}

// API holds the limits of the native API.
type API struct {
	RateLimit int `default:"0" placeholder:"0" help:"Most requests a minute to /api/v1 with one credential, counted by each server process; 0 for no limit."`
}

// Graze holds the settings of the Graze dialect.
type Graze struct {
	RequireAllArguments bool `help:"Refuse a createUser that leaves out an argument which the vendor calls required."`
	GrazerGrantsSuper   bool `standard:"false; with --demo true" help:"Let users with the role Grazer create Super Users."`
}

// CheckCentral holds the settings of the CheckCentral dialect.
type CheckCentral struct {
	DefaultPreferences bool `help:"Give a user who is created without notifications the default ones, where the vendor gives none."`
	DailyLimit         int  `default:"0" placeholder:"0" help:"Most calls of one API token in a day (UTC), counted by each server process; 0 for no limit. The vendor's is 10000."`
}
