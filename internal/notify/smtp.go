package notify

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	netmail "net/mail"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/wneessen/go-mail"
	"golang.org/x/net/idna"

	"roster"
)

// Ways to protect the connection to a mail server.
const (
	StartTLS = "starttls" // begins unencrypted and must become TLS (RFC 3207); the default
	WithTLS  = "tls"      // TLS from the first byte (RFC 8314 §3)
	NoTLS    = "none"     // unencrypted: for a relay on the same machine or network
)

// DefaultSMTPTimeout bounds each half of a delivery: the greeting, and the message.
const DefaultSMTPTimeout = 30 * time.Second

// SMTPOptions say how to reach a mail server. Address and From are required.
type SMTPOptions struct {
	Address  string // host:port; the port may be left out
	Username string // "" to send without signing in
	Password string
	From     string // "Roster <roster@example.com>" or a plain address
	TLS      string // StartTLS, WithTLS or NoTLS; default StartTLS

	RootCAs *x509.CertPool // nil: the system's
	Timeout time.Duration  // default DefaultSMTPTimeout
}

// SMTP is a [Mailer] that sends each message to a mail server (RFC 5321), over a new connection.
type SMTP struct {
	from   *netmail.Address
	host   string
	dialer net.Dialer
	tls    *tls.Config // nil: unencrypted
	mode   string
	// connect holds the password, inside closures: nothing that prints an SMTP can print it.
	connect []mail.Option
}

// NewSMTP returns a mailer. It does not connect yet.
//
// Errors: Invalid, all faults at once.
func NewSMTP(o SMTPOptions) (*SMTP, error) {
	mode := cmp.Or(o.TLS, StartTLS)
	var faults roster.Faults
	host, port := splitAddress(o.Address, mode, &faults)
	from, err := sender(o.From)
	if err != nil {
		faults.Add("from", "must be one email address, such as Roster <roster@example.com>")
	}
	switch mode {
	case StartTLS, WithTLS:
	case NoTLS:
		if o.Username != "" && !loopback(host) {
			faults.Add("tls", "must be starttls or tls if a password is sent to another machine")
		}
	default:
		faults.Add("tls", "must be starttls, tls or none")
	}
	if err := faults.Err(); err != nil {
		return nil, err
	}
	s := &SMTP{from: from, host: host, mode: mode, connect: []mail.Option{
		mail.WithPort(port), mail.WithTimeout(cmp.Or(o.Timeout, DefaultSMTPTimeout)), mail.WithoutNoop(), mail.WithoutRset(),
	}}
	if mode != NoTLS {
		s.tls = &tls.Config{ServerName: host, MinVersion: tls.VersionTLS12, RootCAs: o.RootCAs}
	}
	if o.Username != "" {
		s.connect = append(s.connect, signIn(o.Username, o.Password)...)
	}
	return s, nil
}

// signIn offers the mechanisms in the order of preference. The library refuses mechanisms that send
// the password itself, unless the connection is TLS or stays on this machine.
func signIn(username, password string) []mail.Option {
	return []mail.Option{
		mail.WithUsername(username), mail.WithPassword(password),
		mail.WithOpportunisticSMTPAuth(
			mail.SMTPAuthSCRAMSHA256, mail.SMTPAuthPlain, mail.SMTPAuthLogin, mail.SMTPAuthCramMD5),
	}
}

// splitAddress returns host and port. The default port is that of the mode.
func splitAddress(address string, mode string, f *roster.Faults) (host string, port int) {
	host, text, err := net.SplitHostPort(address)
	if err != nil {
		host, text = strings.Trim(address, "[]"), map[string]string{WithTLS: "465", NoTLS: "25"}[mode]
		text = cmp.Or(text, "587")
	}
	port, err = strconv.Atoi(text)
	if host == "" || strings.ContainsAny(host, "/@ ") || err != nil || port < 1 || port > 65535 {
		f.Add("address", "must be a host and a port, such as smtp.example.com:587")
	}
	return host, port
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Send implements [Mailer].
func (s *SMTP) Send(ctx context.Context, m Message) error {
	to, err := deliverable(m.To)
	if err != nil {
		return err
	}
	msg, err := s.compose(m, to)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // closes the connection at any stage
	client, err := s.client(ctx, to.Address)
	if err != nil {
		return connectionFailed(err)
	}
	conn, err := client.DialToSMTPClientWithContext(ctx)
	if err != nil {
		return connectionFailed(err)
	}
	if offered, _ := conn.Extension("SMTPUTF8"); !offered {
		if err := needsUTF8(s.from.Address, to.Address); err != nil {
			_ = conn.Quit()
			return err
		}
	}
	if err := client.SendWithSMTPClient(conn, msg); err != nil {
		return refused(err)
	}
	_ = conn.Quit() // the server has taken the message; what follows does not matter
	return nil
}

// client returns a client for one connection, which is closed when ctx ends.
func (s *SMTP) client(ctx context.Context, to string) (*mail.Client, error) {
	policy := mail.NoTLS
	if s.mode == StartTLS {
		policy = mail.TLSMandatory
	}
	options := append([]mail.Option{
		mail.WithTLSPolicy(policy),
		mail.WithDialContextFunc(func(dial context.Context, network, address string) (net.Conn, error) {
			return s.dial(ctx, dial, network, address)
		}),
	}, s.connect...)
	if s.tls != nil {
		options = append(options, mail.WithTLSConfig(s.tls.Clone()))
	}
	if s.mode == WithTLS {
		options = append(options, func(c *mail.Client) error { c.SetSSL(true); return nil })
	}
	if ascii(s.from.Address + to) {
		// A message that asks for SMTPUTF8 without need is refused by servers without it (RFC 6531
		// §3.4).
		options = append(options, mail.WithoutSMTPUTF8())
	}
	return mail.NewClient(s.host, options...)
}

func (s *SMTP) dial(ctx, dial context.Context, network, address string) (net.Conn, error) {
	conn, err := s.dialer.DialContext(dial, network, address)
	if err != nil {
		return nil, err
	}
	context.AfterFunc(ctx, func() { _ = conn.Close() })
	if s.mode != WithTLS {
		return conn, nil
	}
	secured := tls.Client(conn, s.tls)
	return secured, secured.HandshakeContext(dial)
}

// compose builds the message. Errors: Invalid.
func (s *SMTP) compose(m Message, to *netmail.Address) (*mail.Msg, error) {
	if strings.ContainsFunc(m.Subject+m.ID, unicode.IsControl) {
		return nil, &roster.Error{Kind: roster.Invalid, Detail: "the subject or the id of the message holds a control character"}
	}
	msg := mail.NewMsg(mail.WithNoDefaultUserAgent())
	msg.FromMailAddress(s.from)
	msg.ToMailAddress(to)
	msg.Subject(m.Subject)
	msg.SetDateWithValue(m.At)
	msg.SetMessageIDWithValue(m.ID + "@" + s.from.Address[strings.LastIndexByte(s.from.Address, '@')+1:])
	msg.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834 §5: asks for no automatic replies
	msg.SetBodyString(mail.TypeTextPlain, m.Text)
	if m.HTML != "" {
		msg.AddAlternativeString(mail.TypeTextHTML, m.HTML)
	}
	return msg, nil
}

// sender returns the sender's address, with its domain as [deliverable] returns it.
func sender(from string) (*netmail.Address, error) {
	parsed, err := netmail.ParseAddress(from)
	if err != nil {
		return nil, err
	}
	good, err := deliverable(parsed.Address)
	if err != nil {
		return nil, err
	}
	good.Name = parsed.Name
	return good, nil
}

// needsUTF8 returns the error of a message that a mail server without SMTPUTF8 cannot take (RFC
// 6531 §3.2). A message to such a recipient fails for good. A sender's address may be changed while
// the message waits.
func needsUTF8(from, to string) error {
	switch {
	case !ascii(to):
		return &roster.Error{
			Kind: roster.Invalid, Field: "emails",
			Detail: "the mail server does not take addresses beyond ASCII (it lacks SMTPUTF8, RFC 6531); give the user an address in ASCII",
		}
	case !ascii(from):
		return &roster.Error{
			Kind:   roster.Unavailable,
			Detail: "the mail server does not take a sender beyond ASCII (it lacks SMTPUTF8, RFC 6531); set smtp.from to an address in ASCII",
		}
	}
	return nil
}

// deliverable returns the address with its domain in the form that every server understands (RFC
// 5891).
func deliverable(address string) (*netmail.Address, error) {
	bad := &roster.Error{Kind: roster.Invalid, Field: "emails", Detail: "is no address that mail can be sent to"}
	parsed, err := netmail.ParseAddress(address)
	if err != nil || parsed.Address != address || strings.ContainsFunc(address, unicode.IsControl) {
		return nil, bad
	}
	at := strings.LastIndexByte(address, '@')
	domain := address[at+1:]
	if !ascii(domain) {
		if domain, err = idna.Lookup.ToASCII(domain); err != nil {
			return nil, bad
		}
	}
	return &netmail.Address{Address: address[:at+1] + domain}, nil
}

func ascii(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r >= 0x80 })
}
