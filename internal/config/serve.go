package config

import (
	"fmt"
	"log/slog"
	"net/netip"
	"time"
)

// Serve is every setting of the server. Each field is a flag, an environment variable and a key of the
// configuration file.
type Serve struct {
	Demo           bool          `env:"ROSTER_DEMO" help:"Show what Roster does, with known users and passwords. No message leaves the machine."`
	DemoAnywhere   bool          `env:"ROSTER_DEMO_ANYWHERE" help:"Let a demonstration listen on other addresses than loopback."`
	Data           string        `env:"ROSTER_DATA" type:"path" placeholder:"DIR" help:"The data folder (default: ./roster-data, with --demo ./roster-demo)."`
	Database       string        `env:"ROSTER_DATABASE" placeholder:"URL" help:"A PostgreSQL database, postgres://… (default: SQLite in the data folder)."`
	DatabaseConns  int           `env:"ROSTER_DATABASE_CONNS" default:"16" help:"Connections to PostgreSQL at most."`
	HTTP           string        `name:"http" env:"ROSTER_HTTP" default:"127.0.0.1:8080" placeholder:"ADDR" help:"The address for plain HTTP; off turns it off."`
	HTTPS          string        `name:"https" env:"ROSTER_HTTPS" placeholder:"ADDR" help:"The address for HTTPS (default: none, with --demo 127.0.0.1:8443)."`
	TLSCert        string        `name:"tls-cert" env:"ROSTER_TLS_CERT" type:"path" placeholder:"FILE" help:"The certificate for HTTPS, PEM (default: a self-signed one, made in the data folder)."`
	TLSKey         string        `name:"tls-key" env:"ROSTER_TLS_KEY" type:"path" placeholder:"FILE" help:"The key of the certificate, PEM."`
	PublicURL      string        `name:"public-url" env:"ROSTER_PUBLIC_URL" placeholder:"URL" help:"Where people reach the server; links in messages begin with it."`
	TrustedProxies []string      `env:"ROSTER_TRUSTED_PROXIES" placeholder:"CIDR" help:"Proxies whose forwarded addresses count."`
	ShutdownGrace  time.Duration `env:"ROSTER_SHUTDOWN_GRACE" default:"30s" help:"How long requests under way may take once the server is told to stop."`
	DefaultCountry string        `env:"ROSTER_DEFAULT_COUNTRY" placeholder:"CC" help:"Country of phone numbers that name none, such as GB."`
	LogFormat      string        `env:"ROSTER_LOG_FORMAT" enum:"auto,text,json" default:"auto" help:"Form of the log: auto, text or json."`
	LogLevel       slog.Level    `env:"ROSTER_LOG_LEVEL" default:"info" help:"Least level that is logged: debug, info, warn or error."`

	Graze        Graze        `embed:"" prefix:"graze-"`
	CheckCentral CheckCentral `embed:"" prefix:"checkcentral-"`
	SMTP         SMTP         `embed:"" prefix:"smtp-"`
	Passwords    Passwords    `embed:"" prefix:"passwords-"`
}

// Graze is the settings of Graze's dialect.
type Graze struct {
	RequireAllArguments bool `env:"ROSTER_GRAZE_REQUIRE_ALL_ARGUMENTS" help:"Require every argument of createUser, as the published table has it."`
	GrazerGrantsSuper   bool `env:"ROSTER_GRAZE_GRAZER_GRANTS_SUPER" help:"Let the role Grazer create Super Users, as the published example does."`
}

// CheckCentral is the settings of CheckCentral's dialect.
type CheckCentral struct {
	DefaultPreferences bool `env:"ROSTER_CHECKCENTRAL_DEFAULT_PREFERENCES" help:"Give users created without notifications the default matrix, not none."`
}

// SMTP says how email leaves.
type SMTP struct {
	Address  string `env:"ROSTER_SMTP_ADDRESS" placeholder:"HOST:PORT" help:"The mail server (default: none; messages wait)."`
	Username string `env:"ROSTER_SMTP_USERNAME" help:"User name at the mail server."`
	Password string `env:"ROSTER_SMTP_PASSWORD" help:"Password at the mail server; better in the environment or a file."`
	From     string `env:"ROSTER_SMTP_FROM" placeholder:"EMAIL" help:"Sender of messages."`
	TLS      string `name:"tls" env:"ROSTER_SMTP_TLS" enum:"starttls,tls,none" default:"starttls" help:"Encryption to the mail server: starttls, tls or none."`
}

// Passwords is the settings of passwords.
type Passwords struct {
	Strong       bool `env:"ROSTER_PASSWORDS_STRONG" help:"Ask for strength also of passwords that others provision."`
	CacheEntries int  `env:"ROSTER_PASSWORDS_CACHE_ENTRIES" default:"10000" help:"Verified credentials that are remembered for five minutes; 0 remembers none."`
}

// Proxies returns the trusted proxies. A bare address stands for itself.
func (s Serve) Proxies() ([]netip.Prefix, error) {
	proxies := make([]netip.Prefix, len(s.TrustedProxies))
	for i, text := range s.TrustedProxies {
		if addr, err := netip.ParseAddr(text); err == nil {
			proxies[i] = netip.PrefixFrom(addr, addr.BitLen())
			continue
		}
		prefix, err := netip.ParsePrefix(text)
		if err != nil {
			return nil, fmt.Errorf("--trusted-proxies: %q is neither an address nor a CIDR", text)
		}
		proxies[i] = prefix.Masked()
	}
	return proxies, nil
}

// Validate fills in the defaults that depend on other settings, and returns every fault.
func (s *Serve) Validate() error {
	if s.Data == "" {
		s.Data = "./roster-data"
		if s.Demo {
			s.Data = "./roster-demo"
		}
	}
	if s.Demo && s.HTTPS == "" {
		s.HTTPS = "127.0.0.1:8443"
	}
	return nil
}
