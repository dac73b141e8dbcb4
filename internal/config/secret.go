package config

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/url"
)

// hidden is printed instead of a secret.
const hidden = "[hidden]"

// bare is Serve without its methods, so that printing it does not recurse.
type bare Serve

// shown returns the settings without secrets.
func (s Serve) shown() bare {
	s.SMTP = SMTP(s.SMTP.shown())
	s.Database = shownURL(s.Database)
	if s.HeartbeatURL != "" {
		s.HeartbeatURL = hidden
	}
	return bare(s)
}

// shownURL returns a database's URL without its password. It hides a URL that cannot be parsed
// completely.
func shownURL(text string) string {
	u, err := url.Parse(text)
	switch {
	case text == "":
		return ""
	case err != nil || u.Host == "":
		return hidden
	}
	u.RawQuery = "" // may contain "?password="
	return u.Redacted()
}

// Format prints the settings without secrets for any verb.
func (s Serve) Format(f fmt.State, verb rune) { fmt.Fprintf(f, fmt.FormatString(f, verb), s.shown()) }

// LogValue logs the settings without secrets.
func (s Serve) LogValue() slog.Value { return slog.StringValue(fmt.Sprintf("%+v", s.shown())) }

// MarshalJSON writes the settings without secrets.
func (s Serve) MarshalJSON() ([]byte, error) { return json.Marshal(s.shown()) }

type bareSMTP SMTP

func (s SMTP) shown() bareSMTP {
	if s.Password != "" {
		s.Password = hidden
	}
	return bareSMTP(s)
}

// Format prints the mail settings without the password for any verb.
func (s SMTP) Format(f fmt.State, verb rune) { fmt.Fprintf(f, fmt.FormatString(f, verb), s.shown()) }

// LogValue logs the mail settings without the password.
func (s SMTP) LogValue() slog.Value { return slog.StringValue(fmt.Sprintf("%+v", s.shown())) }

// MarshalJSON writes the mail settings without the password.
func (s SMTP) MarshalJSON() ([]byte, error) { return json.Marshal(s.shown()) }
