package server

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"log/slog"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

const (
	selfSignedCert = "tls-cert.pem" // in the data folder
	selfSignedKey  = "tls-key.pem"

	selfSignedLife  = 365 * 24 * time.Hour
	selfSignedRenew = 30 * 24 * time.Hour // before it expires
)

// openSelfSigned reads the server's own certificate from the folder, or makes one, and renews it in
// time.
func openSelfSigned(dir string, now func() time.Time, log *slog.Logger) (*certificate, error) {
	current := readSelfSigned(dir, now())
	if current == nil {
		var err error
		if current, err = makeSelfSigned(dir, now()); err != nil {
			return nil, err
		}
		log.Info("made a self-signed certificate", "file", filepath.Join(dir, selfSignedCert),
			"valid_until", current.Leaf.NotAfter)
	}
	end := current.Leaf.NotAfter
	refresh := func() (*tls.Certificate, error) {
		if now().Before(end.Add(-selfSignedRenew)) {
			return nil, nil
		}
		next, err := makeSelfSigned(dir, now())
		if err != nil {
			return nil, err
		}
		end = next.Leaf.NotAfter
		return next, nil
	}
	return &certificate{now: now, log: log, refresh: refresh, lookedAt: now(), current: current}, nil
}

// readSelfSigned returns the certificate in the folder, nil if there is none or it expires soon.
func readSelfSigned(dir string, now time.Time) *tls.Certificate {
	pair, err := tls.LoadX509KeyPair(filepath.Join(dir, selfSignedCert), filepath.Join(dir, selfSignedKey))
	if err != nil || now.Before(pair.Leaf.NotBefore) || !now.Before(pair.Leaf.NotAfter.Add(-selfSignedRenew)) {
		return nil
	}
	return &pair
}

// makeSelfSigned makes a certificate for this machine's names and stores it in the folder.
func makeSelfSigned(dir string, now time.Time) (*tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make key: %w", err)
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, fmt.Errorf("make serial number: %w", err)
	}
	form := &x509.Certificate{
		SerialNumber:          serial,
		Subject:               pkix.Name{CommonName: "Roster, self-signed"},
		NotBefore:             now.Add(-time.Hour), // for clocks that are a little slow
		NotAfter:              now.Add(selfSignedLife),
		KeyUsage:              x509.KeyUsageDigitalSignature,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true,
		DNSNames:              localNames(),
		IPAddresses:           []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},
	}
	der, err := x509.CreateCertificate(rand.Reader, form, form, key.Public(), key)
	if err != nil {
		return nil, fmt.Errorf("sign certificate: %w", err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("encode key: %w", err)
	}
	// The key first: after a crash between the two, the pair does not match and is made again.
	keyPEM, err := storePEM(dir, selfSignedKey, "PRIVATE KEY", keyDER)
	if err != nil {
		return nil, err
	}
	certPEM, err := storePEM(dir, selfSignedCert, "CERTIFICATE", der)
	if err != nil {
		return nil, err
	}
	pair, err := tls.X509KeyPair(certPEM, keyPEM)
	return &pair, err
}

// localNames returns the names by which a browser on this machine or near it may reach the server.
func localNames() []string {
	names := []string{"localhost"}
	if host, err := os.Hostname(); err == nil && host != "" && host != "localhost" {
		names = append(names, host)
	}
	return names
}

// storePEM writes one block to a file that only its owner can read (0600), whole or not at all.
func storePEM(dir, name, kind string, der []byte) ([]byte, error) {
	text := pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
	file, err := os.CreateTemp(dir, name+".*") // 0600
	if err != nil {
		return nil, fmt.Errorf("store %s: %w", name, err)
	}
	defer os.Remove(file.Name()) // already renamed on success
	if _, err := file.Write(text); err != nil {
		file.Close()
		return nil, fmt.Errorf("store %s: %w", name, err)
	}
	if err := file.Close(); err != nil {
		return nil, fmt.Errorf("store %s: %w", name, err)
	}
	if err := os.Rename(file.Name(), filepath.Join(dir, name)); err != nil {
		return nil, fmt.Errorf("store %s: %w", name, err)
	}
	return text, nil
}
