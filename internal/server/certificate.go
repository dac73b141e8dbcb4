package server

import (
	"bytes"
	"crypto/tls"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"

	"roster"
)

// lookEvery is the shortest time between two looks for a changed certificate. Handshakes
// trigger them.
const lookEvery = time.Minute

// certificate is the certificate of HTTPS, kept up to date while serving. refresh returns its
// replacement, nil if it is still to be used.
type certificate struct {
	now     func() time.Time
	log     *slog.Logger
	refresh func() (*tls.Certificate, error)

	mu       sync.Mutex
	lookedAt time.Time
	current  *tls.Certificate
}

// get implements tls.Config.GetCertificate. If a new certificate cannot be read, it logs the error
// and returns the old one.
func (c *certificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.now()
	if now.Sub(c.lookedAt) < lookEvery && !now.Before(c.lookedAt) {
		return c.current, nil
	}
	c.lookForNew(now)
	return c.current, nil
}

// lookForNew looks for a new certificate. The caller holds mu.
func (c *certificate) lookForNew(now time.Time) {
	c.lookedAt = now
	switch next, err := c.refresh(); {
	case err != nil:
		c.log.Warn("the certificate stays as it was", "err", err)
	case next != nil:
		c.current = next
		c.log.Info("certificate replaced", "valid_until", next.Leaf.NotAfter)
	}
}

// reload looks for a new certificate now.
func (c *certificate) reload() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lookForNew(c.now())
	c.log.Info("read the certificate again", "valid_until", c.current.Leaf.NotAfter)
}

// Reload reads the certificate again, and says so in the log.
func (s *Server) Reload() {
	if s.cert == nil {
		s.log.Info("nothing to read again: HTTPS is off")
		return
	}
	s.cert.reload()
}

// ValidateCertificate returns an error unless the files hold a certificate and its key. Two empty
// names are valid. Errors: [roster.Invalid].
func ValidateCertificate(certFile, keyFile string) error {
	if certFile == "" && keyFile == "" {
		return nil
	}
	_, _, err := readPair(certFile, keyFile)
	return err
}

// readPair reads a certificate and its key, and also returns their texts. Errors: [roster.Invalid].
func readPair(certFile, keyFile string) (pair tls.Certificate, texts [2][]byte, err error) {
	texts, err = readFiles(certFile, keyFile)
	if err == nil {
		pair, err = tls.X509KeyPair(texts[0], texts[1])
	}
	if err != nil {
		err = &roster.Error{Kind: roster.Invalid, Err: err, Detail: fmt.Sprintf(
			"%s and %s are not a certificate and its key: %v; see --tls-cert and --tls-key", certFile, keyFile, err)}
	}
	return pair, texts, err
}

// openCertificate reads the operator's certificate and watches its files. Errors: [roster.Invalid]
// for files that cannot be read or do not belong together.
func openCertificate(certFile, keyFile string, now func() time.Time, log *slog.Logger) (*certificate, error) {
	pair, seen, err := readPair(certFile, keyFile)
	if err != nil {
		return nil, err
	}
	refresh := func() (*tls.Certificate, error) {
		texts, err := readFiles(certFile, keyFile)
		if err != nil {
			return nil, fmt.Errorf("reload certificate: %w", err)
		}
		if bytes.Equal(texts[0], seen[0]) && bytes.Equal(texts[1], seen[1]) {
			return nil, nil
		}
		pair, err := tls.X509KeyPair(texts[0], texts[1])
		if err != nil {
			// One of the files may not be written yet: the next look reads them again.
			return nil, fmt.Errorf("reload certificate: %w", err)
		}
		seen = texts
		return &pair, nil
	}
	return &certificate{now: now, log: log, refresh: refresh, lookedAt: now(), current: &pair}, nil
}

// readFiles returns the texts of two files. Whole texts are compared, because modification times
// are too coarse and some ways of copying keep them.
func readFiles(a, b string) (texts [2][]byte, err error) {
	for i, name := range [...]string{a, b} {
		if texts[i], err = os.ReadFile(name); err != nil {
			return texts, err
		}
	}
	return texts, nil
}
