package realm

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	"github.com/crewjam/saml"

	"roster"
)

// The weakest keys that may sign assertions (NIST SP 800-131A Rev. 2 §3).
const (
	minRSABits   = 2048
	maxRSABits   = 16384 // larger keys only cost time
	minCurveBits = 256   // SP 800-131A requires 224; no curve below 256 is in use
)

// certificates keeps the usable signing certificates. The others are faults only if none is usable.
func (m *Metadata) certificates(idp saml.IDPSSODescriptor, now time.Time, f *roster.Faults) {
	var bad []string
	count, valid := 0, false
	for _, key := range idp.KeyDescriptors {
		if key.Use != "" && key.Use != "signing" {
			continue
		}
		for _, given := range key.KeyInfo.X509Data.X509Certificates {
			if count++; count > maxCertificates {
				f.Add("", fmt.Sprintf("must not hold more than %d certificates for signing", maxCertificates))
				return
			}
			cert, detail := usable(given.Data, now)
			if detail != "" {
				bad = append(bad, detail)
				continue
			}
			m.Certificates = append(m.Certificates, cert)
			valid = valid || !now.Before(cert.NotBefore)
		}
	}
	switch {
	case valid:
	case len(m.Certificates) > 0:
		f.Add("", "holds no certificate for signing that is valid yet")
	case len(bad) == 0:
		f.Add("", "must hold the certificate by which assertions are signed")
	}
	if !valid {
		for _, detail := range bad {
			f.Add("", detail)
		}
	}
}

// usable returns the certificate, or what is wrong with it.
func usable(data string, now time.Time) (cert *x509.Certificate, detail string) {
	der, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(data), ""))
	if err == nil {
		cert, err = x509.ParseCertificate(der)
	}
	if err != nil {
		return nil, "holds a certificate that cannot be read"
	}
	if now.After(cert.NotAfter) {
		return nil, "holds a certificate that expired on " + cert.NotAfter.UTC().Format(time.DateOnly)
	}
	if detail := weakness(cert.PublicKey); detail != "" {
		return nil, detail
	}
	return cert, ""
}

// weakness returns why a key is too weak, "" if it is not.
func weakness(key any) string {
	switch k := key.(type) {
	case *rsa.PublicKey:
		if n := k.N.BitLen(); n < minRSABits || n > maxRSABits {
			return fmt.Sprintf("holds an RSA key of %d bits; it must have %d to %d", n, minRSABits, maxRSABits)
		}
	case *ecdsa.PublicKey:
		if n := k.Curve.Params().BitSize; n < minCurveBits {
			return fmt.Sprintf("holds an elliptic key of %d bits; it must have at least %d", n, minCurveBits)
		}
	case ed25519.PublicKey:
	default:
		return "holds a key of a kind that is not used: it must be RSA, ECDSA or Ed25519"
	}
	return ""
}
