package app

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"roster"
	"roster/internal/auth"
	"roster/internal/config"
	"roster/internal/directory"
)

// openIn opens an app on a data folder, and closes it with the test.
func openIn(t *testing.T, dir string, change ...func(*config.Serve)) (*App, error) {
	t.Helper()
	s := config.Serve{Data: dir, HTTP: "127.0.0.1:0", DatabaseConns: 4}
	for _, c := range change {
		c(&s)
	}
	return Open(t.Context(), Config{Settings: s, Version: "test", Listen: true, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
}

// must returns the value of a call that may not fail.
func must[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func TestADatabaseIsNotOpenedWithANewKey(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	a, err := openIn(t, dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	key := filepath.Join(dir, auth.KeyFile)
	if err := os.Remove(key); err != nil {
		t.Fatal(err)
	}
	if _, err := openIn(t, dir); err == nil || !strings.Contains(err.Error(), auth.KeyVariable) {
		t.Errorf("got %v, want to be asked for the key", err)
	}
	if _, err := os.Stat(key); !errors.Is(err, os.ErrNotExist) {
		t.Error("a new key was made that belongs to no database")
	}
}

func TestAKeyWhoseDatabaseIsGoneDoesNotStartAnEmptyDirectory(t *testing.T) {
	t.Parallel()
	for name, harm := range map[string]func(string) error{
		"the database is removed":   os.Remove,
		"the database is cut short": func(file string) error { return os.Truncate(file, 0) },
	} {
		dir := t.TempDir()
		a, err := openIn(t, dir)
		if err != nil {
			t.Fatal(err)
		}
		if err := a.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := harm(filepath.Join(dir, databaseFile)); err != nil {
			t.Fatal(err)
		}
		key := filepath.Join(dir, auth.KeyFile)
		if b, err := openIn(t, dir); err == nil {
			_ = b.Close(t.Context())
			t.Errorf("%s: it starts", name)
		} else if !strings.Contains(err.Error(), "backup") || !strings.Contains(err.Error(), "rm '"+key+"'") {
			t.Errorf("%s: %v does not say how to go on", name, err)
		}
		if err := os.Remove(key); err != nil {
			t.Fatal(err)
		}
		b, err := openIn(t, dir)
		if err != nil {
			t.Fatalf("%s: without the key too: %v", name, err)
		}
		_ = b.Close(t.Context())
	}
}

func TestAFirstStartThatIsKilledIsFollowedByAnother(t *testing.T) {
	t.Parallel()
	for name, at := range map[string]func(dir string) error{
		"before the database is made": func(dir string) error { _, err := auth.MakeKeys(dir); return err },
		"before the key is settled": func(dir string) error {
			a, err := openIn(t, dir)
			if err == nil {
				err = a.Close(t.Context())
			}
			key := filepath.Join(dir, auth.KeyFile)
			return errors.Join(err, os.Rename(key, key+".new"))
		},
	} {
		dir := t.TempDir()
		if err := at(dir); err != nil {
			t.Fatal(err)
		}
		a, err := openIn(t, dir)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if err := a.Close(t.Context()); err != nil {
			t.Error(err)
		}
	}
}

func TestAStartThatFailsMakesNothing(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	for name, c := range map[string]struct {
		change func(*config.Serve)
		says   string
	}{
		"on a port in use": {func(s *config.Serve) { s.HTTP = taken.Addr().String() }, "in use"},
		"with a bad certificate": {func(s *config.Serve) {
			s.HTTPS, s.TLSCert, s.TLSKey = "127.0.0.1:0", "/nowhere/cert.pem", "/nowhere/key.pem"
		}, "--tls-cert"},
		"with a bad list of realms": {func(s *config.Serve) { s.LDAPFile = "/nowhere/ldap.yaml" }, "--ldap-file"},
		"with a bad mail server":    {func(s *config.Serve) { s.SMTP.Address, s.SMTP.From = "nonsense:nonsense", "x" }, ""},
	} {
		dir := filepath.Join(t.TempDir(), "data")
		a, err := openIn(t, dir, c.change)
		if err == nil {
			_ = a.Close(t.Context())
			t.Errorf("%s: it starts", name)
		} else if !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s: it left a data folder", name)
		}
	}
}

func TestWhatIsInThePlaceOfAFileIsNamed(t *testing.T) {
	t.Parallel()
	for _, file := range []string{databaseFile, databaseFile + "-wal", databaseFile + "-shm", auth.KeyFile, lockFile, SocketFile} {
		dir := t.TempDir()
		path := filepath.Join(dir, file)
		if err := os.Mkdir(path, 0o700); err != nil {
			t.Fatal(err)
		}
		a, err := openIn(t, dir)
		if err == nil {
			_ = a.Close(t.Context())
			t.Errorf("a folder in place of %s: it starts", file)
			continue
		}
		for _, want := range []string{path + " is a folder", "mv '" + path + "' '" + path + ".old'"} {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("a folder in place of %s: %v; want %q", file, err, want)
			}
		}
	}
}

func TestADemonstrationAnswersToItsOwnNamesOnly(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		change func(*config.Serve)
		host   string
		want   int
	}{
		{"the address that is printed", nil, "127.0.0.1:8080", 200},
		{"without its port", nil, "127.0.0.1", 200},
		{"its name", nil, "LocalHost:8443", 200},
		{"IPv6", nil, "[::1]:8080", 200},
		{"IPv6 without its port", nil, "[::1]", 200},
		{"a site whose name stands for 127.0.0.1", nil, "rebound.example:8080", 421},
		{"a name that begins alike", nil, "127.0.0.1.rebound.example", 421},
		{"another address", nil, "192.0.2.1:8080", 421},
		{"none", nil, "", 421},
		{"the public URL", func(s *config.Serve) { s.PublicURL = "https://demo.example:8443" }, "Demo.example", 200},
		{"a demonstration for others too", func(s *config.Serve) { s.DemoAnywhere = true }, "lan.example:8080", 200},
		{"a server in real use", func(s *config.Serve) { s.Demo = false }, "roster.example", 200},
	} {
		s := config.Serve{Data: t.TempDir(), Demo: true, DatabaseConns: 4}
		if c.change != nil {
			c.change(&s)
		}
		a, err := Open(t.Context(), Config{Settings: s, Log: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		handler := must(a.Handler())(t)
		for _, path := range []string{"/livez", "/api/v1/openapi.json"} {
			r := httptest.NewRequest(http.MethodGet, path, nil)
			r.Host = c.host
			w := httptest.NewRecorder()
			if handler.ServeHTTP(w, r); w.Code != c.want {
				t.Errorf("%s: %s for the host %q is answered %d, want %d", c.name, path, c.host, w.Code, c.want)
			}
			if w.Code == 421 && !strings.Contains(w.Body.String(), "--public-url") {
				t.Errorf("%s: %s does not say what to do: %s", c.name, path, w.Body)
			}
		}
		_ = a.Close(t.Context())
	}
}

func TestADataFolderHasOneOwner(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	a, err := openIn(t, dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := openIn(t, dir); !errors.Is(err, ErrLocked) {
		t.Errorf("the second owner gets %v", err)
	}
	if err := a.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	again, err := openIn(t, dir)
	if err != nil {
		t.Fatalf("after the first has closed: %v", err)
	}
	_ = again.Close(t.Context())
}

func TestADemonstrationAndRealUseDoNotShareAFolder(t *testing.T) {
	t.Parallel()
	demo := func(s *config.Serve) { s.Demo = true }
	for name, c := range map[string]struct{ first, second func(*config.Serve) }{
		"a demonstration's folder in real use":     {demo, func(*config.Serve) {}},
		"a folder in real use for a demonstration": {func(*config.Serve) {}, demo},
	} {
		dir := t.TempDir()
		a, err := openIn(t, dir, c.first)
		if err != nil {
			t.Fatal(err)
		}
		_ = a.Close(t.Context())
		if b, err := openIn(t, dir, c.second); err == nil {
			_ = b.Close(t.Context())
			t.Errorf("%s is opened", name)
		} else if !strings.Contains(err.Error(), "--data") {
			t.Errorf("%s: %v does not say what to do", name, err)
		}
	}
}

func TestACheckIsOverdueOnceItsIntervalIsOver(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)
	a, err := Open(t.Context(), Config{
		Settings: config.Serve{Data: t.TempDir(), DatabaseConns: 4}, Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return now },
	})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close(t.Context())
	by := a.system(a.org.ID)
	c := must(a.directory.CreateCheck(t.Context(), by, directory.NewCheck{CheckFields: directory.CheckFields{
		Name: roster.Some("backup"), EmailAlias: roster.Some("backup"), IntervalUnit: roster.Some(roster.IntervalHour), OverdueMinutes: roster.Some(0),
	}}))(t)
	for _, want := range []roster.State{roster.StateNew, roster.StateNew, roster.StateOverdue} {
		if err := a.silence(t.Context(), a.store.Update); err != nil {
			t.Fatal(err)
		}
		if got := must(a.directory.GetCheck(t.Context(), by, c.ID))(t).State.State; got != want {
			t.Errorf("at %s it is %s, want %s", now, got, want)
		}
		now = now.Add(30 * time.Minute)
	}
}

func TestASweepDeletesEventsAfter400Days(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)
	a, err := Open(t.Context(), Config{
		Settings: config.Serve{Data: t.TempDir(), DatabaseConns: 4}, Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return now },
	})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close(t.Context())
	by := a.system(a.org.ID)
	for _, title := range []string{"first", "second"} {
		must(a.directory.RecordEvent(t.Context(), by, directory.NewEvent{Title: title}))(t)
		now = now.Add(time.Hour)
	}
	now = now.Add(-2*time.Hour + 400*24*time.Hour)
	for _, want := range []string{"second first", "second", ""} {
		if err := a.sweep(t.Context(), a.store.Update); err != nil {
			t.Fatal(err)
		}
		var titles []string
		for _, e := range must(a.directory.FindEvents(t.Context(), by, directory.EventList{}))(t).Events {
			titles = append(titles, e.Title)
		}
		if got := strings.Join(titles, " "); got != want {
			t.Errorf("at %s there are %q, want %q", now, got, want)
		}
		now = now.Add(time.Hour)
	}
}

func TestOnlyTheDefaultOrganizationsWholeTokensReadTheMetrics(t *testing.T) {
	t.Parallel()
	a, err := openIn(t, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close(t.Context())
	handler := must(a.Handler())(t)
	own := a.system(a.org.ID)
	other := a.system(must(a.directory.CreateOrganization(t.Context(), own, directory.NewOrganization{Slug: "other"}))(t).ID)
	must(a.directory.CreateGroup(t.Context(), own, directory.NewGroup{Kind: roster.KindGroup, Name: "A"}))(t)
	for name, c := range map[string]struct {
		by     roster.Actor
		groups []roster.Ref
		want   int
	}{
		"of the default organization": {own, nil, http.StatusOK},
		"limited to a group":          {own, []roster.Ref{{Name: "A"}}, http.StatusForbidden},
		"of another organization":     {other, nil, http.StatusForbidden},
	} {
		token := must(a.directory.CreateToken(t.Context(), c.by, directory.NewToken{Name: name, Access: roster.AccessRead, Groups: c.groups}))(t)
		r := httptest.NewRequest(http.MethodGet, "/metrics", nil)
		r.Header.Set("Authorization", "Bearer "+token.Secret)
		w := httptest.NewRecorder()
		if handler.ServeHTTP(w, r); w.Code != c.want {
			t.Errorf("with a token %s: %d, want %d", name, w.Code, c.want)
		}
	}
}

func TestAServerIndexesUsers(t *testing.T) {
	t.Parallel()
	a, err := openIn(t, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	ended := make(chan error, 1)
	go func() { ended <- a.Serve(ctx, io.Discard) }()
	for indexed := false; !indexed; {
		select {
		case err := <-ended:
			t.Fatalf("it ended with %v", err)
		default:
		}
		err := a.store.View(t.Context(), func(tx directory.Tx) (err error) {
			_, indexed, err = tx.Setting("user-words")
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	stop()
	if err := errors.Join(<-ended, a.Close(t.Context())); err != nil {
		t.Error(err)
	}
}

func TestWorkThatIsToBeDoneOnceEndsWithItsSuccessOrTheServer(t *testing.T) {
	t.Parallel()
	a := &App{log: slog.New(slog.DiscardHandler)}
	done := 0
	a.once(t.Context(), "test", func(context.Context) error {
		done++
		return nil
	})
	ctx, stop := context.WithCancel(t.Context())
	a.once(ctx, "test", func(context.Context) error {
		done++
		stop()
		return errors.New("not yet")
	})
	if done != 2 {
		t.Errorf("it was done %d times", done)
	}
}
