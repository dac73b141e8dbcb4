package client

import (
	"errors"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"regexp"
	"strings"
	"time"
)

// The defaults of a client. An option changes each.
const (
	DefaultAttempts = 6                      // of one call
	DefaultElapsed  = time.Minute            // from the beginning of a call to its last attempt's beginning
	DefaultTimeout  = 2 * time.Minute        // of one attempt
	DefaultBackoff  = 200 * time.Millisecond // the longest wait after the first attempt; it doubles with each
	MaxBackoff      = 15 * time.Second       // the longest wait that nobody asked for
)

// MaxBody is the longest answer that is read, in bytes.
const MaxBody = 64 << 20

// Option says how a client works.
type Option func(*settings) error

// settings are what options set.
type settings struct {
	http         *http.Client
	authorize    func(*http.Request) // a closure, so that printing a client shows no credential
	organization string
	userAgent    string
	log          *slog.Logger
	attempts     int
	elapsed      time.Duration
	timeout      time.Duration
	backoff      time.Duration
	jitter       func(time.Duration) time.Duration // a random part of it
}

func defaults() settings {
	return settings{
		http: &http.Client{}, authorize: func(*http.Request) {}, userAgent: "roster-client-go",
		log: slog.New(slog.DiscardHandler), attempts: DefaultAttempts, elapsed: DefaultElapsed, timeout: DefaultTimeout,
		backoff: DefaultBackoff, jitter: func(d time.Duration) time.Duration { return rand.N(d + 1) },
	}
}

// WithToken has the client use an API token. Of several credentials the last one counts.
func WithToken(token string) Option {
	return func(s *settings) error {
		if token == "" || strings.ContainsFunc(token, unsendable) {
			return errors.New("client: the token must be one or more visible ASCII characters")
		}
		s.authorize = func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+token) }
		return nil
	}
}

// WithBasic has the client use a user's name and password.
func WithBasic(userName, password string) Option {
	return func(s *settings) error {
		if strings.Contains(userName, ":") {
			return errors.New("client: a user name with a colon cannot be sent with Basic (RFC 7617 §2)")
		}
		s.authorize = func(r *http.Request) { r.SetBasicAuth(userName, password) }
		return nil
	}
}

// WithSession has the client use a session that [Sessions.Open] opened, by its secret.
func WithSession(secret string) Option {
	return func(s *settings) error {
		if secret == "" || strings.ContainsFunc(secret, unsendable) || strings.ContainsAny(secret, `",;\`) {
			return errors.New("client: the session's secret is none")
		}
		s.authorize = func(r *http.Request) { r.AddCookie(&http.Cookie{Name: sessionCookie, Value: secret}) }
		return nil
	}
}

// unsendable reports what may stand in no header without being quoted.
func unsendable(r rune) bool { return r < '!' || r > '~' }

var slugs = regexp.MustCompile(`^[a-z0-9-]{1,63}$`)

// WithOrganization has the client call another organization than the server's default one, by its
// slug.
func WithOrganization(slug string) Option {
	return func(s *settings) error {
		if !slugs.MatchString(slug) {
			return errors.New("client: an organization's slug is 1 to 63 lower-case letters, digits and hyphens")
		}
		s.organization = slug
		return nil
	}
}

// WithHTTPClient has the client send requests with a copy of h: for a proxy, certificates, or
// connections of its own. The copy follows no redirect and keeps no cookies.
func WithHTTPClient(h *http.Client) Option {
	return func(s *settings) error {
		if h == nil {
			return errors.New("client: the HTTP client is nil")
		}
		s.http = h
		return nil
	}
}

// WithRetries says how often one call is sent at most, and how long after its beginning the last
// attempt may begin. One attempt means no retry.
func WithRetries(attempts int, elapsed time.Duration) Option {
	return func(s *settings) error {
		if attempts < 1 || elapsed < 0 {
			return errors.New("client: a call needs one attempt or more, and no negative time")
		}
		s.attempts, s.elapsed = attempts, elapsed
		return nil
	}
}

// WithBackoff says how long the client waits at most after the first attempt. The limit doubles
// with each further one, up to [MaxBackoff]; the wait is a random part of it.
func WithBackoff(first time.Duration) Option {
	return func(s *settings) error {
		if first <= 0 {
			return errors.New("client: the backoff must be longer than nothing")
		}
		s.backoff = first
		return nil
	}
}

// WithTimeout says how long one attempt may take, until its answer is read. 0 leaves that to the
// context.
func WithTimeout(d time.Duration) Option {
	return func(s *settings) error {
		if d < 0 {
			return errors.New("client: the timeout must not be negative")
		}
		s.timeout = d
		return nil
	}
}

// WithUserAgent says how the client calls itself in the server's access log.
func WithUserAgent(name string) Option {
	return func(s *settings) error {
		if name == "" || strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r > '~' }) {
			return errors.New("client: the user agent must be printable ASCII")
		}
		s.userAgent = name
		return nil
	}
}

// WithLogger has the client log each attempt (level debug) and each retry (level warn): method,
// path, status, request id. Queries, bodies and headers are not logged.
func WithLogger(log *slog.Logger) Option {
	return func(s *settings) error {
		if log == nil {
			return errors.New("client: the logger is nil")
		}
		s.log = log
		return nil
	}
}
