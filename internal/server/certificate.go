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

// certificateCheck is how often, at most, a handshake looks whether the certificate has changed.
const certificateCheck = time.Minute

// certificate is what HTTPS shows, kept up to date while serving. refresh returns another one where the
// current is not to be used any longer, nil otherwise.
type certificate struct {
	now     func() time.Time
	log     *slog.Logger
	refresh func() (*tls.Certificate, error)

	mu      sync.Mutex
	checked time.Time
	current *tls.Certificate
}

// get returns the certificate (tls.Config.GetCertificate). A new one that cannot be read is logged, and
// the old one stays.
func (c *certificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.now()
	if now.Sub(c.checked) < certificateCheck && !now.Before(c.checked) {
		return c.current, nil
	}
	c.checked = now
	switch next, err := c.refresh(); {
	case err != nil:
		c.log.Warn("the certificate stays as it was", "err", err)
	case next != nil:
		c.current = next
		c.log.Info("certificate replaced", "valid_until", next.Leaf.NotAfter)
	}
	return c.current, nil
}

// openCertificate reads the operator's certificate and looks after it. Errors: [roster.Invalid] for
// files that cannot be read or do not belong together.
func openCertificate(certFile, keyFile string, now func() time.Time, log *slog.Logger) (*certificate, error) {
	seen, err := readFiles(certFile, keyFile)
	var pair tls.Certificate
	if err == nil {
		pair, err = tls.X509KeyPair(seen[0], seen[1])
	}
	if err != nil {
		return nil, &roster.Error{Kind: roster.Invalid, Err: err, Detail: fmt.Sprintf(
			"%s and %s are not a certificate and its key: %v; see --tls-cert and --tls-key", certFile, keyFile, err)}
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
			// Perhaps one of the two is still to be written: the next check looks again.
			return nil, fmt.Errorf("reload certificate: %w", err)
		}
		seen = texts
		return &pair, nil
	}
	return &certificate{now: now, log: log, refresh: refresh, checked: now(), current: &pair}, nil
}

// readFiles returns the texts of two files. They are compared as they are: times of change are too
// coarse, and some ways of copying keep them.
func readFiles(a, b string) (texts [2][]byte, err error) {
	for i, name := range [...]string{a, b} {
		if texts[i], err = os.ReadFile(name); err != nil {
			return texts, err
		}
	}
	return texts, nil
}
