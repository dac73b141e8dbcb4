package auth

import (
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"roster"
)

const (
	// KeyFile is the name of the server's key in its data folder.
	KeyFile = "roster.key"

	// newKeyFile is the file's name until the database is made.
	newKeyFile = KeyFile + ".new"

	// KeyVariable is the environment variable that can hold the key instead.
	KeyVariable = "ROSTER_KEY"

	keyBytes    = 32
	maxKeyFile  = 1024 // bytes: a longer file holds no key
	keyHint     = "make one with: openssl rand -base64 32"
	badKey      = "does not hold a key of 32 bytes in base64 or hexadecimal; " + keyHint
	noKeyOnDisk = "no key: set " + KeyVariable + ", the same on every replica, or put it into the file "
)

// Keys are the server's own key and everything derived from it. They seal stored secrets and make
// HMACs that must stay valid after a restart (DECISIONS 18). They cannot be printed.
type Keys struct{ secret [keyBytes]byte }

// LoadKeys returns the key in env, the value of KeyVariable, or if that is empty the key in the
// folder's KeyFile. Errors: Invalid with a Detail that says what to do.
func LoadKeys(dir, env string) (Keys, error) {
	if env != "" {
		return parseKey(env, KeyVariable)
	}
	path := filepath.Join(dir, KeyFile)
	k, err := readKey(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Keys{}, keyFault(noKeyOnDisk + path + "; " + keyHint)
	}
	return k, err
}

// MakeKeys makes a key and returns once it is on disk, readable by its owner only. The key becomes
// a KeyFile with [SettleKeys]. A first start that is cut off between the two leaves no key that the
// next start would take for the key of a lost database.
func MakeKeys(dir string) (Keys, error) {
	path := filepath.Join(dir, newKeyFile)
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return Keys{}, fmt.Errorf("create key: %w", err)
	}
	return createKey(path)
}

// SettleKeys makes the key of [MakeKeys] the folder's KeyFile. It returns [fs.ErrNotExist] if there
// is none.
func SettleKeys(dir string) error {
	if err := os.Rename(filepath.Join(dir, newKeyFile), filepath.Join(dir, KeyFile)); err != nil {
		return fmt.Errorf("keep key: %w", err)
	}
	if err := syncDir(dir); err != nil {
		return fmt.Errorf("keep key: %w", err)
	}
	return nil
}

// Derive returns 32 bytes for one purpose, which the label names (HKDF-SHA-256, RFC 5869). Keys of
// different labels reveal nothing about one another.
func (k Keys) Derive(label string) []byte {
	key, err := hkdf.Key(sha256.New, k.secret[:], nil, label, keyBytes)
	if err != nil {
		panic("auth: derive key: " + err.Error()) // the length is fixed: it cannot be too long
	}
	return key
}

// Format prints the keys as "[key]", whatever the verb.
func (k Keys) Format(s fmt.State, _ rune) { fmt.Fprint(s, "[key]") }

// LogValue logs the keys as "[key]".
func (k Keys) LogValue() slog.Value { return slog.StringValue("[key]") }

// readKey returns the key in the file. It refuses a file that others can read.
func readKey(path string) (Keys, error) {
	info, err := os.Stat(path)
	if err != nil {
		return Keys{}, fmt.Errorf("read key: %w", err)
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		return Keys{}, keyFault(fmt.Sprintf("others can read %s (mode %04o); run: chmod 600 %s", path, info.Mode().Perm(), path))
	}
	if !info.Mode().IsRegular() || info.Size() > maxKeyFile {
		return Keys{}, keyFault(path + " " + badKey)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return Keys{}, fmt.Errorf("read key: %w", err)
	}
	return parseKey(string(text), path)
}

// parseKey reads a key in base64 or hexadecimal. The error names where the key came from and does
// not show it.
func parseKey(text, where string) (k Keys, err error) {
	text = strings.TrimSpace(text)
	decoders := []func(string) ([]byte, error){
		hex.DecodeString,
		base64.StdEncoding.DecodeString, base64.RawStdEncoding.DecodeString,
		base64.URLEncoding.DecodeString, base64.RawURLEncoding.DecodeString,
	}
	for _, decode := range decoders {
		if b, err := decode(text); err == nil && len(b) == keyBytes {
			copy(k.secret[:], b)
			return k, nil
		}
	}
	return Keys{}, keyFault(where + " " + badKey)
}

// createKey makes a key and returns once it is on disk, in a new file.
func createKey(path string) (k Keys, err error) {
	rand.Read(k.secret[:])
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return Keys{}, fmt.Errorf("create key: %w", err)
	}
	_, err = f.WriteString(base64.StdEncoding.EncodeToString(k.secret[:]) + "\n")
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return Keys{}, errors.Join(fmt.Errorf("write key: %w", err), os.Remove(path))
	}
	if err := syncDir(filepath.Dir(path)); err != nil {
		return Keys{}, fmt.Errorf("write key: %w", err)
	}
	return k, nil
}

// syncDir makes a new name in the folder durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

func keyFault(detail string) error { return &roster.Error{Kind: roster.Invalid, Detail: detail} }
