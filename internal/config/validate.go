package config

import (
	"net"
	"net/mail"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Bounds of settings.
const (
	minDatabaseConns = 2 // one holds a transaction while another answers
	maxDatabaseConns = 1000
	maxCacheEntries  = 1_000_000
	minGrace         = time.Second
	maxGrace         = time.Hour
	maxDailyLimit    = 1_000_000_000
	maxRateLimit     = 1_000_000
)

// Validate fills in defaults ("off", the file of the mail password, those of a demonstration) and
// returns everything that is wrong with the settings. It may be called again. Errors:
// [roster.Faults] of kind Invalid, each with the setting's flag, variable and key, and with what to
// do. They contain no secret.
func (s *Serve) Validate() error {
	var f faults
	s.settle(&f)
	s.validateData(&f)
	s.validateAddresses(&f)
	s.validateTLS(&f)
	s.validatePublicURL(&f)
	s.proxies(&f)
	s.validateHeartbeat(&f)
	s.SMTP.validate(&f)
	s.validateBounds(&f)
	return f.err()
}

func (s *Serve) validateData(f *faults) {
	if s.Demo && s.Database != "" {
		f.add("database", "cannot be used by a demonstration, which keeps its people in a folder of its own; leave it out, or leave out --demo")
	}
	if s.DemoAnywhere && !s.Demo {
		f.add("demo-anywhere", "means something only with --demo; leave it out")
	}
	if s.Database != "" && !isPostgres(s.Database) {
		// The text may hold a password and is not repeated.
		f.add("database", "must be a URL such as postgres://user:password@host:5432/name; without it SQLite is used, in the data folder")
	}
}

func isPostgres(text string) bool {
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "postgres" || u.Scheme == "postgresql") && u.Opaque == ""
}

func (s *Serve) validateAddresses(f *faults) {
	if s.HTTP == "" && s.HTTPS == "" {
		f.add("http", "and "+settingName("https")+" are both off, so nobody could reach the server; give one an address")
	}
	for _, a := range []struct{ flag, address string }{{"http", s.HTTP}, {"https", s.HTTPS}} {
		switch {
		case a.address == "":
		case !isListenAddress(a.address):
			f.add(a.flag, "must be an address and a port such as 127.0.0.1:8080, :8080 for every address of this machine, or off")
		case s.Demo && !s.DemoAnywhere && !loopbackOnly(a.address):
			f.add(a.flag, "would show the demonstration, whose passwords everybody knows, to other machines; use 127.0.0.1, or add --demo-anywhere")
		}
	}
	if s.HTTP != "" && s.HTTP == s.HTTPS && !strings.HasSuffix(s.HTTP, ":0") {
		f.add("https", "is the address of "+settingName("http")+" too; choose another port")
	}
}

// isListenAddress reports whether text is "host:port" with a numeric port and an optional host.
func isListenAddress(text string) bool {
	host, port, err := net.SplitHostPort(text)
	if err != nil {
		return false
	}
	if n, err := strconv.Atoi(port); err != nil || n < 0 || n > 65535 {
		return false
	}
	if _, err := netip.ParseAddr(host); err == nil || host == "" {
		return true
	}
	return !strings.ContainsAny(host, ":/@ []")
}

func (s *Serve) validateTLS(f *faults) {
	switch {
	case s.TLSCert != "" && s.TLSKey == "":
		f.add("tls-key", "is missing: "+settingName("tls-cert")+" needs its private key")
	case s.TLSCert == "" && s.TLSKey != "":
		f.add("tls-cert", "is missing: "+settingName("tls-key")+" is the key of a certificate")
	case s.TLSCert != "" && s.HTTPS == "":
		f.add("https", "is off, so the certificate is not used; give it an address such as :8443, or leave the certificate out")
	}
}

func (s *Serve) validatePublicURL(f *faults) {
	if s.PublicURL == "" {
		if s.SMTP.Address != "" && !s.Demo {
			f.add("public-url", "is required once mail is configured: links in messages are built from it; give the address that people type, such as https://roster.example.com")
		}
		return
	}
	u, err := url.Parse(s.PublicURL)
	switch {
	case err != nil, u.Scheme != "http" && u.Scheme != "https", u.Hostname() == "":
		f.add("public-url", "must be an absolute address such as https://roster.example.com")
	case u.Path != "" || u.RawQuery != "" || u.ForceQuery || strings.Contains(s.PublicURL, "#") || u.User != nil:
		f.add("public-url", "must be scheme and host only, such as https://roster.example.com: no path, query or user name")
	}
}

// validateHeartbeat does not repeat the address: its path may be a secret.
func (s *Serve) validateHeartbeat(f *faults) {
	if s.HeartbeatURL == "" {
		return
	}
	u, err := url.Parse(s.HeartbeatURL)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" {
		f.add("heartbeat-url", "must be an absolute address such as https://hc-ping.com/…")
	}
}

func (s *SMTP) validate(f *faults) {
	if !oneOf(s.TLS, "starttls", "tls", "none") {
		f.add("smtp-tls", "must be starttls, tls or none")
	}
	if s.Address == "" {
		if s.Username != "" || s.Password != "" || s.PasswordFile != "" || s.From != "" {
			f.add("smtp-address", "is missing: the other settings of mail mean nothing without it; give the mail server, such as smtp.example.com:587")
		}
		return
	}
	if !isMailServer(s.Address) {
		f.add("smtp-address", "must be a host and a port, such as smtp.example.com:587")
	}
	if _, err := mail.ParseAddress(s.From); err != nil {
		f.add("smtp-from", "must be one email address, such as Roster <roster@example.com>")
	}
	switch {
	case s.Username != "" && s.Password == "" && s.PasswordFile == "":
		f.add("smtp-password", "is missing: "+settingName("smtp-username")+" needs one; give it, or "+settingName("smtp-password-file"))
	case s.Username == "" && s.Password != "":
		f.add("smtp-username", "is missing: a password is given and no name to sign in with")
	case s.Username != "" && s.TLS == "none" && !loopbackOnly(s.Address):
		f.add("smtp-tls", "must be starttls or tls if a password is sent to another machine")
	}
}

// isMailServer reports whether text is a host with an optional port.
func isMailServer(text string) bool {
	host, port, err := net.SplitHostPort(text)
	if err != nil {
		host, port = strings.TrimSuffix(strings.TrimPrefix(text, "["), "]"), "587"
	}
	n, err := strconv.Atoi(port)
	return err == nil && n > 0 && n <= 65535 && host != "" && !strings.ContainsAny(host, "/@ []")
}

func (s *Serve) validateBounds(f *faults) {
	if s.DatabaseConns < minDatabaseConns || s.DatabaseConns > maxDatabaseConns {
		f.add("database-conns", "must be 2 to 1000")
	}
	if s.Passwords.CacheEntries < 0 || s.Passwords.CacheEntries > maxCacheEntries {
		f.add("passwords-cache-entries", "must be 0 to 1000000")
	}
	if s.API.RateLimit < 0 || s.API.RateLimit > maxRateLimit {
		f.add("api-rate-limit", "must be 0 to 1000000")
	}
	if s.CheckCentral.DailyLimit < 0 || s.CheckCentral.DailyLimit > maxDailyLimit {
		f.add("checkcentral-daily-limit", "must be 0 to 1000000000")
	}
	if s.ShutdownGrace < minGrace || s.ShutdownGrace > maxGrace {
		f.add("shutdown-grace", "must be 1s to 1h")
	}
	if !oneOf(s.LogFormat, "auto", "text", "json") {
		f.add("log-format", "must be auto, text or json")
	}
	if s.DefaultCountry != "" && !isCountry(s.DefaultCountry) {
		f.add("default-country", "must be two letters, such as GB (ISO 3166-1 alpha-2)")
	}
}

func isCountry(s string) bool {
	return len(s) == 2 && 'A' <= s[0] && s[0] <= 'Z' && 'A' <= s[1] && s[1] <= 'Z'
}

func oneOf(s string, allowed ...string) bool {
	for _, a := range allowed {
		if s == a {
			return true
		}
	}
	return false
}
