package server

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// clock is a time that a test puts forward.
type clock struct{ at time.Time }

func (c *clock) now() time.Time          { return c.at }
func (c *clock) advance(d time.Duration) { c.at = c.at.Add(d) }

func newClock() *clock { return &clock{time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)} }

// shown returns the serial number of what a handshake would get.
func shown(t *testing.T, c *certificate) string {
	t.Helper()
	pair, err := c.get(nil)
	if err != nil {
		t.Fatal(err)
	}
	return pair.Leaf.SerialNumber.String()
}

func selfSigned(t *testing.T, dir string, c *clock) *certificate {
	t.Helper()
	cert, err := openSelfSigned(dir, c.now, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return cert
}

func TestASelfSignedCertificateIsForThisMachineAndPrivate(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	pair, err := selfSigned(t, dir, newClock()).get(nil)
	if err != nil {
		t.Fatal(err)
	}
	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"localhost", "127.0.0.1", "::1", host} {
		if err := pair.Leaf.VerifyHostname(name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if pair.Leaf.PublicKeyAlgorithm != x509.ECDSA || pair.Leaf.IsCA {
		t.Errorf("algorithm %v, CA %v", pair.Leaf.PublicKeyAlgorithm, pair.Leaf.IsCA)
	}
	var names []string
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		info, err := file.Info()
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v, %v", file.Name(), info.Mode(), err)
		}
		names = append(names, file.Name())
	}
	if !slices.Equal(names, []string{"tls-cert.pem", "tls-key.pem"}) {
		t.Errorf("the folder holds %v", names)
	}
}

func TestASelfSignedCertificateIsKeptAsLongAsItIsGood(t *testing.T) {
	t.Parallel()
	spoil := func(name, text string) func(*testing.T, string) {
		return func(t *testing.T, dir string) {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	nothing := func(*testing.T, string) {}
	cases := []struct {
		name   string
		later  time.Duration
		happen func(*testing.T, string)
		same   bool
	}{
		{"the next day", 24 * time.Hour, nothing, true},
		{"31 days before its end", (365 - 31) * 24 * time.Hour, nothing, true},
		{"30 days before its end", (365 - 30) * 24 * time.Hour, nothing, false},
		{"after its end", 400 * 24 * time.Hour, nothing, false},
		{"before its time", -48 * time.Hour, nothing, false},
		{"a certificate that cannot be read", 0, spoil("tls-cert.pem", "rubbish"), false},
		{"a key that cannot be read", 0, spoil("tls-key.pem", ""), false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir, time := t.TempDir(), newClock()
			first := shown(t, selfSigned(t, dir, time))
			time.advance(c.later)
			c.happen(t, dir)
			second := shown(t, selfSigned(t, dir, time))
			if (first == second) != c.same {
				t.Errorf("first %s, then %s; same: want %v", first, second, c.same)
			}
			if third := shown(t, selfSigned(t, dir, time)); third != second {
				t.Error("what was made anew was not kept")
			}
		})
	}
}

func TestASelfSignedCertificateIsRenewedWhileServing(t *testing.T) {
	t.Parallel()
	time := newClock()
	cert := selfSigned(t, t.TempDir(), time)
	first := shown(t, cert)
	time.advance(334 * 24 * 60 * 60 * 1e9)
	if shown(t, cert) != first {
		t.Error("renewed too early")
	}
	time.advance(2 * 24 * 60 * 60 * 1e9)
	if shown(t, cert) == first {
		t.Error("not renewed")
	}
}

func TestTheOperatorsCertificateIsReadAgainWhenItsFilesChange(t *testing.T) {
	t.Parallel()
	clock, book := newClock(), new(logBook)
	dir, next := t.TempDir(), t.TempDir()
	shown1 := shown(t, selfSigned(t, dir, clock)) // any pair will do
	shown2 := shown(t, selfSigned(t, next, clock))
	certFile, keyFile := filepath.Join(dir, selfSignedCert), filepath.Join(dir, selfSignedKey)
	cert, err := openCertificate(certFile, keyFile, clock.now, slog.New(slog.NewTextHandler(book, nil)))
	if err != nil {
		t.Fatal(err)
	}
	step := func(what, want string, happen func()) {
		t.Helper()
		happen()
		clock.advance(time.Minute)
		if got := shown(t, cert); got != want {
			t.Errorf("%s: %s, want %s", what, got, want)
		}
	}
	move := func(name string) func() {
		return func() {
			if err := os.Rename(filepath.Join(next, name), filepath.Join(dir, name)); err != nil {
				t.Fatal(err)
			}
		}
	}
	step("unchanged", shown1, func() {})
	step("half written", shown1, move(selfSignedKey))
	if !strings.Contains(book.String(), "the certificate stays as it was") {
		t.Errorf("log: %s", book)
	}
	step("written", shown2, move(selfSignedCert))
	step("unchanged again", shown2, func() {})
	if n := strings.Count(book.String(), "certificate replaced"); n != 1 {
		t.Errorf("replaced %d times, want once", n)
	}
	step("gone", shown2, func() { _ = os.Remove(certFile) })
}

func TestACertificateThatCannotBeUsedIsRefusedAtOnce(t *testing.T) {
	t.Parallel()
	const cert, key = "/nowhere/cert.pem", "/nowhere/key.pem"
	_, err := New(Options{
		Handler: http.NotFoundHandler(), Log: slog.New(slog.DiscardHandler), Now: time.Now,
		Listeners: listen(t, "", "127.0.0.1:0"), TLSCert: cert, TLSKey: key,
	})
	if err == nil || !strings.Contains(err.Error(), "--tls-cert") {
		t.Errorf("error %v", err)
	}
	if err := ValidateCertificate(cert, key); err == nil || !strings.Contains(err.Error(), "--tls-cert") {
		t.Errorf("error %v", err)
	}
}

func TestHTTPSIsServedWithHTTP2AndNothingOlderThanTLS12(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, _ := newServer(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, r.Proto)
	}), func(o *Options) { o.Listeners, o.DataDir = listen(t, "", "127.0.0.1:0"), dir })
	// A listener for HTTP that is served before that for HTTPS, as either may come first: it
	// decides for both.
	gone, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = gone.Close()
	if err := s.http.Serve(gone); err == nil {
		t.Fatal("a closed listener was served")
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx) }()
	plain, address := s.o.Listeners.Addrs()
	if plain != "" {
		t.Errorf("HTTP at %q, want none", plain)
	}

	text, err := os.ReadFile(filepath.Join(dir, selfSignedCert))
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(text)
	get := func(max uint16) (string, error) {
		client := &http.Client{Transport: &http.Transport{
			TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS10, MaxVersion: max}, ForceAttemptHTTP2: true,
		}}
		defer client.CloseIdleConnections()
		res, err := client.Get("https://" + address + "/")
		if err != nil {
			return "", err
		}
		defer res.Body.Close()
		body, err := io.ReadAll(res.Body)
		return string(body), err
	}
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		if proto, err := get(version); proto != "HTTP/2.0" {
			t.Errorf("%s: %q, %v", tls.VersionName(version), proto, err)
		}
	}
	old, err := tls.Dial("tcp", address, &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11})
	if err == nil {
		_ = old.Close()
		t.Error("TLS 1.1 was accepted")
	}
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("Serve: %v", err)
	}
}
