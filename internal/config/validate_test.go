package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"roster"
)

// defaults returns the settings where nothing is said.
func defaults(t *testing.T, args ...string) Serve {
	t.Helper()
	s, err := Load("", nil, func(string) {}, args...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSettingsThatDoNotMakeSenseAreRefused(t *testing.T) {
	t.Parallel()
	mail := []string{"--public-url=https://x", "--smtp-address=mail.example:587", "--smtp-from=a@b.example"}
	with := func(more ...string) []string { return append(append([]string{}, mail...), more...) }
	cases := []struct {
		name string
		args []string
		want []string // the flag that is named, and a part of what is said
	}{
		{"nothing said", nil, nil},
		{"a demonstration", []string{"--demo"}, nil},
		{
			"a demonstration for other machines",
			[]string{"--demo", "--http=:8080"},
			[]string{"--http (ROSTER_HTTP, http) would show the demonstration", "add --demo-anywhere"},
		},
		{"a demonstration for other machines over HTTPS", []string{"--demo", "--https=0.0.0.0:8443"}, []string{"--https ", "--demo-anywhere"}},
		{"a demonstration for other machines, knowingly", []string{"--demo", "--http=:8080", "--demo-anywhere"}, nil},
		{"a demonstration under the machine's own name", []string{"--demo", "--http=localhost:80", "--https=[::1]:443"}, nil},
		{"demo-anywhere alone", []string{"--demo-anywhere"}, []string{"--demo-anywhere (ROSTER_DEMO_ANYWHERE, demo_anywhere) means something only with --demo"}},
		{"a demonstration on a database", []string{"--demo", "--database=postgres://h/d"}, []string{"--database "}},
		{"a database", []string{"--database=postgresql://u:p@h/d?sslmode=require"}, nil},
		{"a database on a socket", []string{"--database=postgres:///roster?host=/run/postgresql"}, nil},
		{"another database", []string{"--database=mysql://canary@h/d"}, []string{"--database (ROSTER_DATABASE, database) must be a URL such as postgres://"}},
		{"no database", []string{"--database=canary"}, []string{"--database "}},
		{"every address", []string{"--http=:80", "--https=[::]:443"}, nil},
		{"HTTPS only", []string{"--http=off", "--https=:443"}, nil},
		{"no address at all", []string{"--http=off"}, []string{"--http ", "nobody could reach the server"}},
		{"no port", []string{"--http=localhost"}, []string{"--http ", "such as 127.0.0.1:8080"}},
		{"a port by name", []string{"--http=:http"}, []string{"--http "}},
		{"a port that is none", []string{"--https=:65536"}, []string{"--https "}},
		{"a URL for an address", []string{"--http=http://x:80"}, []string{"--http "}},
		{"one address for both", []string{"--http=:80", "--https=:80"}, []string{"--https ", "choose another port"}},
		{"any ports for both", []string{"--http=:0", "--https=:0"}, nil},
		{"a certificate", []string{"--https=:443", "--tls-cert=c", "--tls-key=k"}, nil},
		{"a certificate without its key", []string{"--https=:443", "--tls-cert=c"}, []string{"--tls-key (ROSTER_TLS_KEY, tls_key) is missing"}},
		{"a key without its certificate", []string{"--https=:443", "--tls-key=k"}, []string{"--tls-cert "}},
		{"a certificate without HTTPS", []string{"--tls-cert=c", "--tls-key=k"}, []string{"--https ", "certificate is not used"}},
		{"a public URL", []string{"--public-url=https://roster.example.com:8443/"}, nil},
		{"a public URL without a scheme", []string{"--public-url=roster.example.com"}, []string{"--public-url ", "absolute address"}},
		{"a public URL of another scheme", []string{"--public-url=ftp://x"}, []string{"--public-url "}},
		{"a public URL without a host", []string{"--public-url=https://:80"}, []string{"--public-url "}},
		{"a public URL with a path", []string{"--public-url=https://x/roster"}, []string{"--public-url ", "no path"}},
		{"a public URL with a query", []string{"--public-url=https://x?"}, []string{"--public-url "}},
		{"a public URL with a fragment", []string{"--public-url=https://x#"}, []string{"--public-url "}},
		{"a public URL with a user", []string{"--public-url=https://canary@x"}, []string{"--public-url "}},
		{"proxies", []string{"--trusted-proxies=10.0.0.0/8,::1,192.0.2.7"}, nil},
		{
			"proxies that are none",
			[]string{"--trusted-proxies=10.0.0.0/8,proxy,10.0.0.0/33"},
			[]string{`"proxy" is neither`, `"10.0.0.0/33" is neither`},
		},
		{"mail", mail, nil},
		{"mail to a host", []string{"--public-url=https://x", "--smtp-address=mail.example", "--smtp-from=Roster <a@b.example>"}, nil},
		{"mail without a public URL", []string{"--smtp-address=mail.example:587", "--smtp-from=a@b.example"}, []string{"--public-url (ROSTER_PUBLIC_URL, public_url) is required once mail is configured"}},
		{"mail without a public URL in a demonstration", []string{"--demo", "--smtp-address=mail.example:587", "--smtp-from=a@b.example"}, nil},
		{"mail without a sender", mail[:2], []string{"--smtp-from (ROSTER_SMTP_FROM, smtp.from) must be one email address"}},
		{"mail to no host", []string{"--public-url=https://x", "--smtp-address=:587", "--smtp-from=a@b.example"}, []string{"--smtp-address "}},
		{"mail to a URL", []string{"--public-url=https://x", "--smtp-address=smtp://mail", "--smtp-from=a@b.example"}, []string{"--smtp-address "}},
		{"settings of mail without a server", []string{"--smtp-from=a@b.example"}, []string{"--smtp-address "}},
		{"mail with a sign-in", with("--smtp-username=u", "--smtp-password=canary"), nil},
		{"mail with half a sign-in", with("--smtp-username=u"), []string{"--smtp-password (ROSTER_SMTP_PASSWORD, smtp.password) is missing"}},
		{"mail with the other half", with("--smtp-password=canary"), []string{"--smtp-username "}},
		{"a password in the clear", with("--smtp-username=u", "--smtp-password=canary", "--smtp-tls=none"), []string{"--smtp-tls "}},
		{"a password in the clear to a host without port", []string{
			"--public-url=https://x", "--smtp-address=mail.example", "--smtp-from=a@b.example",
			"--smtp-username=u", "--smtp-password=canary", "--smtp-tls=none",
		}, []string{"--smtp-tls "}},
		{"a password in the clear on this machine", []string{
			"--public-url=https://x", "--smtp-address=127.0.0.1:25", "--smtp-from=a@b.example",
			"--smtp-username=u", "--smtp-password=canary", "--smtp-tls=none",
		}, nil},
		{"a password file that is not there", with("--smtp-username=u", "--smtp-password-file=/nowhere/p"), []string{"--smtp-password-file ", "/nowhere/p"}},
		{"too few connections", []string{"--database-conns=1"}, []string{"--database-conns "}},
		{"too many connections", []string{"--database-conns=1001"}, []string{"--database-conns "}},
		{"no cache", []string{"--passwords-cache-entries=0"}, nil},
		{"too large a cache", []string{"--passwords-cache-entries=1000001"}, []string{"--passwords-cache-entries "}},
		{"a rate limit", []string{"--api-rate-limit=600"}, nil},
		{"too high a rate limit", []string{"--api-rate-limit=1000001"}, []string{"--api-rate-limit "}},
		{"a negative rate limit", []string{"--api-rate-limit=-1"}, []string{"--api-rate-limit "}},
		{"a daily limit", []string{"--checkcentral-daily-limit=10000"}, nil},
		{"too large a daily limit", []string{"--checkcentral-daily-limit=1000000001"}, []string{"--checkcentral-daily-limit "}},
		{"a negative daily limit", []string{"--checkcentral-daily-limit=-1"}, []string{"--checkcentral-daily-limit "}},
		{"a negative cache", []string{"--passwords-cache-entries=-1"}, []string{"--passwords-cache-entries "}},
		{"no grace", []string{"--shutdown-grace=0s"}, []string{"--shutdown-grace "}},
		{"too long a grace", []string{"--shutdown-grace=2h"}, []string{"--shutdown-grace "}},
		{"a country", []string{"--default-country=gb"}, nil},
		{"no country", []string{"--default-country=England"}, []string{"--default-country "}},
		{"several at once", []string{"--http=x", "--tls-key=k", "--public-url=y"}, []string{"--http ", "--tls-cert ", "--public-url "}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := defaults(t, c.args...)
			err := s.Validate()
			if (err == nil) != (c.want == nil) {
				t.Fatalf("error %v, want %q", err, c.want)
			}
			if err == nil {
				return
			}
			for _, want := range c.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("the error lacks %q:\n%v", want, err)
				}
			}
			if strings.Contains(err.Error(), "canary") {
				t.Errorf("the error shows a secret: %v", err)
			}
			if strings.Contains(c.name, "at once") {
				var f roster.Faults
				if !errors.As(err, &f) || len(f) != len(c.want) || roster.KindOf(err) != roster.Invalid {
					t.Errorf("faults: %v", f)
				}
			}
		})
	}
}

func TestSettlingGivesTheDemonstrationItsOwnDefaults(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name              string
		args              []string
		data, http, https string
		grants            bool
	}{
		{"for real", nil, "./roster-data", "127.0.0.1:8080", "", false},
		{"a demonstration", []string{"--demo"}, "./roster-demo", "127.0.0.1:8080", "127.0.0.1:8443", true},
		{"a demonstration elsewhere", []string{"--demo", "--data=d", "--http=off", "--https=:0", "--demo-anywhere"}, "d", "", ":0", true},
		{"a demonstration without HTTPS", []string{"--demo", "--https=off"}, "./roster-demo", "127.0.0.1:8080", "", true},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := defaults(t, c.args...)
			for range 2 { // settling twice changes nothing
				if err := s.Validate(); err != nil {
					t.Fatal(err)
				}
				if s.Data != c.data || s.HTTP != c.http || s.HTTPS != c.https || s.Graze.GrazerGrantsSuper != c.grants {
					t.Errorf("got %q %q %q %v", s.Data, s.HTTP, s.HTTPS, s.Graze.GrazerGrantsSuper)
				}
			}
		})
	}
}

func TestThePasswordMayStandInAFile(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, text, given string
		want              string // "" for a fault
	}{
		{"with the end of its line", "canary\n", "", "canary"},
		{"without", "canary", "", "canary"},
		{"of Windows", "canary\r\n", "", "canary"},
		{"with blanks", " canary ", "", " canary "},
		{"empty", "\n", "", ""},
		{"on two lines", "canary\nmore", "", ""},
		{"without end", strings.Repeat("canary", 1000), "", ""},
		{"beside another", "canary", "other", ""},
		{"beside itself", "canary", "canary", "canary"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			name := filepath.Join(t.TempDir(), "password")
			if err := os.WriteFile(name, []byte(c.text), 0o600); err != nil {
				t.Fatal(err)
			}
			s := defaults(t, "--public-url=https://x", "--smtp-address=mail", "--smtp-from=a@b.example", "--smtp-username=u",
				"--smtp-password="+c.given, "--smtp-password-file="+name)
			for range 2 {
				err := s.Validate()
				if (err == nil) != (c.want != "") || err == nil && s.SMTP.Password != c.want {
					t.Errorf("password %q, %v; want %q", s.SMTP.Password, err, c.want)
				}
				if err != nil && strings.Contains(err.Error(), "canary") {
					t.Errorf("the error shows it: %v", err)
				}
			}
		})
	}
}

func TestProxiesAreNetworks(t *testing.T) {
	t.Parallel()
	s := defaults(t, "--trusted-proxies=10.1.2.3/8, 192.0.2.7,::1,::ffff:192.0.2.8,::ffff:10.0.0.0/104,fd00::/8")
	got, err := s.Proxies()
	var want []netip.Prefix
	for _, p := range []string{"10.0.0.0/8", "192.0.2.7/32", "::1/128", "192.0.2.8/32", "10.0.0.0/8", "fd00::/8"} {
		want = append(want, netip.MustParsePrefix(p))
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v, %v", got, err)
	}
	s.TrustedProxies = []string{"x"}
	if _, err := s.Proxies(); roster.KindOf(err) != roster.Invalid {
		t.Errorf("error %v", err)
	}
}

func TestNoSecretIsPrintedWhateverTheWay(t *testing.T) {
	t.Parallel()
	s := defaults(t, "--smtp-password=canary", "--database=postgres://u:canary@h/d?password=canary", "--smtp-address=mail.example")
	var log strings.Builder
	logger := slog.New(slog.NewTextHandler(&log, nil))
	logger.Info("x", "settings", s, "pointer", &s, "mail", s.SMTP)
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "settings", s, "pointer", &s, "mail", s.SMTP)
	wrapped := struct{ Serve }{s}
	shown := log.String()
	for _, v := range []any{s, &s, s.SMTP, &s.SMTP, wrapped, []Serve{s}, map[string]any{"s": s}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x"} {
			shown += fmt.Sprintf(verb, v) + "\n"
		}
		text, err := json.Marshal(v)
		if err != nil {
			t.Error(err)
		}
		shown += string(text)
	}
	if strings.Contains(shown, "canary") || strings.Contains(shown, fmt.Sprintf("%x", "canary")) {
		t.Errorf("a secret is shown:\n%s", shown)
	}
	if !strings.Contains(shown, "mail.example") || !strings.Contains(shown, "[hidden]") {
		t.Errorf("what is no secret is hidden too:\n%s", shown)
	}
}
