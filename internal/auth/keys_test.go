package auth

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"roster"
)

func TestTheFirstStartMakesAKeyThatTheNextOneFinds(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first := makeKeys(t, dir)
	info, err := os.Stat(filepath.Join(dir, KeyFile))
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("the file has mode %o", info.Mode().Perm())
	}
	if again, err := LoadKeys(dir, ""); err != nil || again != first {
		t.Errorf("the next start: %v", err)
	}
	if makeKeys(t, t.TempDir()) == first {
		t.Error("another folder got the same key")
	}
}

func TestAKeyOfAStartThatWasCutOffIsNoneUntilItIsSettled(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if _, err := MakeKeys(dir); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadKeys(dir, ""); err == nil {
		t.Error("it is found")
	}
	first := makeKeys(t, dir)
	if again, err := LoadKeys(dir, ""); err != nil || again != first {
		t.Errorf("after the next start: %v", err)
	}
	if err := SettleKeys(dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("it is settled twice: %v", err)
	}
}

func makeKeys(t *testing.T, dir string) Keys {
	t.Helper()
	k, err := MakeKeys(dir)
	if err == nil {
		err = SettleKeys(dir)
	}
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestTheEnvironmentGoesBeforeTheFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	secret := bytes.Repeat([]byte{0xfb, 0xff}, keyBytes/2)
	for name, text := range map[string]string{
		"hexadecimal":            hex.EncodeToString(secret),
		"base64":                 base64.StdEncoding.EncodeToString(secret),
		"base64 without padding": base64.RawStdEncoding.EncodeToString(secret),
		"base64 for URLs":        base64.URLEncoding.EncodeToString(secret),
		"with a line's end":      base64.StdEncoding.EncodeToString(secret) + "\r\n",
	} {
		k, err := LoadKeys(dir, text)
		if err != nil || !bytes.Equal(k.secret[:], secret) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, KeyFile)); !os.IsNotExist(err) {
		t.Errorf("a file was written: %v", err)
	}
}

func TestAKeyThatCannotBeUsedIsRefusedWithWhatToDo(t *testing.T) {
	t.Parallel()
	const secret = "c2hvcnQgc2VjcmV0"
	file := func(text string, mode os.FileMode) func(t *testing.T) (string, string) {
		return func(t *testing.T) (dir, env string) {
			dir = t.TempDir()
			path := filepath.Join(dir, KeyFile)
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(path, mode); err != nil {
				t.Fatal(err)
			}
			return dir, ""
		}
	}
	env := func(text string) func(t *testing.T) (string, string) {
		return func(t *testing.T) (string, string) { return t.TempDir(), text }
	}
	good := base64.StdEncoding.EncodeToString(make([]byte, keyBytes))
	for name, c := range map[string]struct {
		place func(t *testing.T) (dir, env string)
		want  string
	}{
		"too short, in the environment": {env(secret), "openssl rand -base64 32"},
		"no text of bytes":              {env("correct horse battery staple"), "openssl rand -base64 32"},
		"too long":                      {env(good + good), "openssl rand -base64 32"},
		"an empty file":                 {file("", 0o600), "openssl rand -base64 32"},
		"too short, in the file":        {file(secret, 0o600), "openssl rand -base64 32"},
		"a large file":                  {file(strings.Repeat(" ", 2000)+good, 0o600), "openssl rand -base64 32"},
		"readable by the group":         {file(good, 0o640), "chmod 600"},
		"readable by all":               {file(good, 0o644), "chmod 600"},
		"none at all":                   {env(""), KeyVariable},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir, env := c.place(t)
			k, err := LoadKeys(dir, env)
			e := isKind(t, err, roster.Invalid)
			if !strings.Contains(e.Detail, c.want) || strings.Contains(err.Error(), secret) {
				t.Errorf("the error is %q", err)
			}
			if k != (Keys{}) {
				t.Error("a key was returned")
			}
		})
	}
}

func TestAFolderThatCannotBeWrittenIsAnError(t *testing.T) {
	t.Parallel()
	if _, err := MakeKeys(filepath.Join(t.TempDir(), "missing")); err == nil {
		t.Error("no error")
	}
}

func TestDerivedKeysDifferByLabelAndStay(t *testing.T) {
	t.Parallel()
	k, err := parseKey(strings.Repeat("00", keyBytes), KeyVariable)
	if err != nil {
		t.Fatal(err)
	}
	// HKDF-SHA-256 of 32 zero bytes without salt. It must not change: what it seals is stored.
	const want = "354bf5ca58f9b6da192576ce23bb98795efed4fa85ebef297f3c842d00fb57f8"
	if got := hex.EncodeToString(k.Derive("retry")); got != want {
		t.Errorf("got %s", got)
	}
	if bytes.Equal(k.Derive("retry"), k.Derive("seal")) || len(k.Derive("seal")) != keyBytes {
		t.Error("two labels give one key")
	}
}

func TestKeysDoNotPrint(t *testing.T) {
	t.Parallel()
	k, err := parseKey(strings.Repeat("ab", keyBytes), KeyVariable)
	if err != nil {
		t.Fatal(err)
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%d", "%q"} {
		if got := fmt.Sprintf(verb, k); got != "[key]" {
			t.Errorf("%s prints %s", verb, got)
		}
		if got := fmt.Sprintf(verb, &k); got != "[key]" {
			t.Errorf("%s prints %s of a pointer", verb, got)
		}
	}
	var log bytes.Buffer
	noTime := func(_ []string, a slog.Attr) slog.Attr { // a fraction of a second may hold any digits
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}
	slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{ReplaceAttr: noTime})).Info("started", "keys", k)
	text, err := json.Marshal(struct{ K Keys }{k})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{log.String(), string(text)} {
		if strings.Contains(s, "abab") || strings.Contains(s, "171") {
			t.Errorf("it shows in %s", s)
		}
	}
}
