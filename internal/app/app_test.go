package app

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

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
