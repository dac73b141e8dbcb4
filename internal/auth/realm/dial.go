package realm

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"time"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"
)

// dialer makes connections.
type dialer struct {
	startTLS bool
	roots    *x509.CertPool // nil: the system's
	insecure bool
	connect  time.Duration // until a connection is ready
	read     time.Duration // for one answer
}

// dial connects to the server, with TLS if the settings require it.
func (d dialer) dial(ctx context.Context, s *server) (*conn, error) {
	ctx, cancel := context.WithTimeout(ctx, d.connect)
	defer cancel()
	var network net.Dialer
	raw, err := network.DialContext(ctx, "tcp", s.address)
	if err != nil {
		return nil, &brokenError{cause: fmt.Errorf("connect: %w", err)}
	}
	secured, err := d.secure(ctx, raw, s)
	if err != nil {
		_ = raw.Close()
		return nil, &brokenError{cause: fmt.Errorf("connect to %s: %w", s.address, err)}
	}
	g := newGuard(secured)
	client := ldap.NewConn(g, secured != raw)
	client.Start()
	return &conn{client: client, guard: g, server: s, timeout: d.read}, nil
}

// secure adds TLS to the connection if the settings require it.
func (d dialer) secure(ctx context.Context, raw net.Conn, s *server) (net.Conn, error) {
	if !s.secure && !d.startTLS {
		return raw, nil
	}
	stop := context.AfterFunc(ctx, func() { _ = raw.Close() })
	defer stop()
	if !s.secure {
		if err := askForTLS(raw); err != nil {
			return nil, fmt.Errorf("start TLS: %w", err)
		}
	}
	host, _, err := net.SplitHostPort(s.address)
	if err != nil {
		return nil, fmt.Errorf("read address: %w", err)
	}
	secured := tls.Client(raw, &tls.Config{
		ServerName: host, RootCAs: d.roots, MinVersion: tls.VersionTLS12, InsecureSkipVerify: d.insecure,
	})
	if err := secured.HandshakeContext(ctx); err != nil {
		return nil, fmt.Errorf("TLS: %w", err)
	}
	return secured, nil
}

// The StartTLS request (RFC 4511 §4.14.1), and the tag of its response.
const (
	startTLSName     = "1.3.6.1.4.1.1466.20037"
	startTLSRequest  = "\x30\x1d\x02\x01\x01\x77\x18\x80\x16" + startTLSName
	extendedResponse = ldap.ApplicationExtendedResponse
)

// askForTLS sends the StartTLS request and reads the response. The client cannot do it, because the
// guard must see the bytes before and inside TLS. It reads no byte beyond the response: bytes that
// somebody injected after it break the handshake and are never read as content of TLS.
func askForTLS(raw net.Conn) error {
	if _, err := raw.Write([]byte(startTLSRequest)); err != nil {
		return err
	}
	var stream elements
	var message []byte
	for one := make([]byte, 1); len(message) == 0 || !stream.whole(); {
		if _, err := raw.Read(one); err != nil {
			return err
		}
		if err := stream.feed(one); err != nil {
			return err
		}
		message = append(message, one[0])
	}
	packet, err := ber.DecodePacketErr(message)
	if err != nil || len(packet.Children) < 2 || packet.Children[1].Tag != extendedResponse {
		return errNotLDAP
	}
	if ldap.GetLDAPError(packet) != nil {
		return fmt.Errorf("the directory refuses to begin TLS")
	}
	return nil
}
