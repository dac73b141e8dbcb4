package app

import (
	"context"
	"errors"
	"io"
	"log/slog"
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
	return Open(t.Context(), Config{Settings: s, Version: "test", Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
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
		must(a.service.RecordEvent(t.Context(), by, directory.NewEvent{Title: title}))(t)
		now = now.Add(time.Hour)
	}
	now = now.Add(-2*time.Hour + 400*24*time.Hour)
	for _, want := range []string{"second first", "second", ""} {
		if err := a.sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		var titles []string
		for _, e := range must(a.service.FindEvents(t.Context(), by, directory.EventList{}))(t).Events {
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
	other := a.system(must(a.service.CreateOrganization(t.Context(), own, directory.NewOrganization{Slug: "other"}))(t).ID)
	must(a.service.CreateGroup(t.Context(), own, directory.NewGroup{Kind: roster.KindGroup, Name: "A"}))(t)
	for name, c := range map[string]struct {
		by     roster.Actor
		groups []roster.Ref
		want   int
	}{
		"of the default organization": {own, nil, http.StatusOK},
		"limited to a group":          {own, []roster.Ref{{Name: "A"}}, http.StatusForbidden},
		"of another organization":     {other, nil, http.StatusForbidden},
	} {
		token := must(a.service.CreateToken(t.Context(), c.by, directory.NewToken{Name: name, Access: roster.AccessRead, Groups: c.groups}))(t)
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
