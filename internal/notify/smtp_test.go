package notify_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/http/httptest"
	"net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"roster"
	"roster/internal/notify"
)

// canary stands for a secret: it must be in no error.
const canary = "Kx9-canary_Tq2"

// mailServer is a real SMTP server that keeps what it takes.
type mailServer struct {
	address string
	roots   *x509.CertPool

	// What it answers, where it does not accept.
	onMail, onRcpt, onData func(attempt int) error
	password               string // of user "roster"; "" to offer no sign-in
	onlyASCII              bool   // offers no SMTPUTF8

	mu       sync.Mutex
	attempts int
	taken    []taken
}

// taken is a message that was accepted.
type taken struct {
	user, from, to string
	secure         bool
	utf8           bool
	raw            string
}

// serve starts the server.
func (s *mailServer) serve(t *testing.T, mode string) *mailServer {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.address = listener.Addr().String()
	server := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) {
		return s.session(c), nil
	}))
	server.Domain, server.EnableSMTPUTF8 = "localhost", !s.onlyASCII
	server.AllowInsecureAuth = mode == notify.NoTLS
	server.ErrorLog = quiet{}
	if mode != notify.NoTLS {
		https := httptest.NewTLSServer(nil) // for its certificate
		https.Close()
		s.roots = x509.NewCertPool()
		s.roots.AddCert(https.Certificate())
		server.TLSConfig = &tls.Config{Certificates: https.TLS.Certificates}
	}
	if mode == notify.WithTLS {
		listener = tls.NewListener(listener, server.TLSConfig)
	}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })
	return s
}

type quiet struct{}

func (quiet) Printf(string, ...any) {}
func (quiet) Println(...any)        {}

func (s *mailServer) session(c *smtp.Conn) smtp.Session {
	_, secure := c.TLSConnectionState()
	open := session{server: s, conn: c, now: taken{secure: secure}}
	if s.password != "" {
		return &authSession{open}
	}
	return &open
}

func (s *mailServer) all() []taken {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.taken
}

type session struct {
	server  *mailServer
	conn    *smtp.Conn
	attempt int
	now     taken
}

func (s *session) Reset()        {}
func (s *session) Logout() error { return nil }

func (s *session) answer(on func(int) error) error {
	if on == nil {
		return nil
	}
	return on(s.attempt)
}

func (s *session) Mail(from string, o *smtp.MailOptions) error {
	s.server.mu.Lock()
	s.server.attempts++
	s.attempt = s.server.attempts
	s.server.mu.Unlock()
	s.now.from, s.now.utf8 = from, o.UTF8
	if s.server.password != "" && s.now.user == "" {
		return &smtp.SMTPError{Code: 530, EnhancedCode: smtp.EnhancedCode{5, 7, 0}, Message: "sign in first"}
	}
	return s.answer(s.server.onMail)
}

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.now.to = to
	return s.answer(s.server.onRcpt)
}

func (s *session) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	if err := s.answer(s.server.onData); err != nil {
		return err
	}
	s.now.raw = string(raw)
	s.server.mu.Lock()
	defer s.server.mu.Unlock()
	s.server.taken = append(s.server.taken, s.now)
	return nil
}

// authSession is a session of a server that wants a password.
type authSession struct{ session }

func (s *authSession) AuthMechanisms() []string { return []string{sasl.Plain} }

func (s *authSession) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != "roster" || password != s.server.password {
			return &smtp.SMTPError{Code: 535, EnhancedCode: smtp.EnhancedCode{5, 7, 8}, Message: "no: " + password}
		}
		s.now.user = user
		return nil
	}), nil
}

// answers returns a hook that answers the first attempts with a code.
func answers(times, code int) func(int) error {
	return func(attempt int) error {
		if attempt > times {
			return nil
		}
		return &smtp.SMTPError{
			Code: code, EnhancedCode: smtp.EnhancedCode{code / 100, 7, 1},
			Message: "Not now, see https://spam.example/" + canary + " about " + canary,
		}
	}
}

const always = 1 << 30

func (s *mailServer) options(mode string) notify.SMTPOptions {
	return notify.SMTPOptions{Address: s.address, From: "Roster <roster@example.com>", TLS: mode, RootCAs: s.roots}
}

func newSMTP(t *testing.T, o notify.SMTPOptions) *notify.SMTP {
	t.Helper()
	m, err := notify.NewSMTP(o)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func hello() notify.Message {
	return notify.Message{
		To: "grace@example.org", Subject: "Grüße", Text: "Guten Tag, " + canary + "\n", HTML: "<p>Guten Tag</p>",
		At: time.Date(2026, 11, 21, 18, 0, 0, 0, time.UTC), ID: "0198-job",
	}
}

func TestAMessageArrivesWhole(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{notify.NoTLS, notify.StartTLS, notify.WithTLS} {
		for _, password := range []string{"", canary} {
			t.Run(fmt.Sprintf("%s, signed in %v", mode, password != ""), func(t *testing.T) {
				t.Parallel()
				server := (&mailServer{password: password}).serve(t, mode)
				o := server.options(mode)
				if password != "" {
					o.Username, o.Password = "roster", password
				}
				m := newSMTP(t, o)
				for range 2 { // a mailer can be used again
					if err := m.Send(t.Context(), hello()); err != nil {
						t.Fatal(err)
					}
				}
				got := server.all()
				if len(got) != 2 {
					t.Fatalf("%d messages arrived", len(got))
				}
				if got[0].from != "roster@example.com" || got[0].to != "grace@example.org" || got[0].utf8 {
					t.Errorf("envelope: %+v", got[0])
				}
				if got[0].secure != (mode != notify.NoTLS) || (got[0].user != "") != (password != "") {
					t.Errorf("secure %v, signed in as %q", got[0].secure, got[0].user)
				}
				checkWhole(t, got[0].raw)
			})
		}
	}
}

// checkWhole compares a received message with hello.
func checkWhole(t *testing.T, raw string) {
	t.Helper()
	msg, err := mail.ReadMessage(strings.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	subject, _ := new(mime.WordDecoder).DecodeHeader(msg.Header.Get("Subject"))
	for name, pair := range map[string][2]string{
		"Subject":        {subject, "Grüße"},
		"From":           {msg.Header.Get("From"), `"Roster" <roster@example.com>`},
		"To":             {msg.Header.Get("To"), "<grace@example.org>"},
		"Message-ID":     {msg.Header.Get("Message-ID"), "<0198-job@example.com>"},
		"Auto-Submitted": {msg.Header.Get("Auto-Submitted"), "auto-generated"},
		"Date":           {msg.Header.Get("Date"), "Sat, 21 Nov 2026 18:00:00 +0000"},
		"User-Agent":     {msg.Header.Get("User-Agent") + msg.Header.Get("X-Mailer"), ""},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s: %q, want %q", name, pair[0], pair[1])
		}
	}
	_, params, _ := mime.ParseMediaType(msg.Header.Get("Content-Type"))
	parts := multipart.NewReader(msg.Body, params["boundary"])
	for _, want := range []string{"text/plain Guten Tag, " + canary, "text/html <p>Guten Tag</p>"} {
		part, err := parts.NextRawPart()
		if err != nil {
			t.Fatal(err)
		}
		text, _ := io.ReadAll(quotedprintable.NewReader(part))
		media, _, _ := mime.ParseMediaType(part.Header.Get("Content-Type"))
		if got := media + " " + strings.TrimSpace(string(text)); got != want {
			t.Errorf("part %q, want %q", got, want)
		}
	}
}

func TestWhatAServerAnswersSaysWhetherToTryAgain(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		server *mailServer
		kind   roster.Kind
		detail string
	}{
		{"mailbox busy", &mailServer{onRcpt: answers(always, 450)}, roster.Unavailable, "the mail server cannot take the message now (450)"},
		{"greylisted at the end", &mailServer{onData: answers(always, 451)}, roster.Unavailable, "the mail server cannot take the message now (451)"},
		{"too many messages", &mailServer{onMail: answers(always, 421)}, roster.Unavailable, "the mail server does not accept the sender's address (421)"},
		{"no such mailbox", &mailServer{onRcpt: answers(always, 550)}, roster.Invalid, "the mail server does not accept the recipient (550)"},
		{"taken for spam", &mailServer{onData: answers(always, 554)}, roster.Invalid, "the mail server does not accept the message (554)"},
		{"encryption wanted", &mailServer{onMail: answers(always, 538)}, roster.Unavailable, "the mail server wants its users to sign in (538)"},
		{"sender unknown", &mailServer{onMail: answers(always, 550)}, roster.Unavailable, "the mail server does not accept the sender's address (550)"},
		{"sign-in wanted", &mailServer{password: "x"}, roster.Unavailable, "the mail server wants its users to sign in (530)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			server := c.server.serve(t, notify.NoTLS)
			err := newSMTP(t, server.options(notify.NoTLS)).Send(t.Context(), hello())
			checkError(t, err, c.kind, c.detail)
			if len(server.all()) != 0 {
				t.Error("the message arrived")
			}
		})
	}
}

// checkError checks kind and detail, and that no secret is in the error.
func checkError(t *testing.T, err error, kind roster.Kind, detail string) {
	t.Helper()
	var e *roster.Error
	if !errors.As(err, &e) || e.Kind != kind || e.Detail != detail {
		t.Fatalf("error %q, want kind %v and %q", err, kind, detail)
	}
	if strings.Contains(err.Error(), canary) || strings.Contains(err.Error(), "canary") {
		t.Errorf("a secret is in the error: %v", err)
	}
}

func TestASendingThatWasPutOffSucceedsLater(t *testing.T) {
	t.Parallel()
	server := (&mailServer{onData: answers(2, 451)}).serve(t, notify.NoTLS)
	m := newSMTP(t, server.options(notify.NoTLS))
	for attempt := range 3 {
		err := m.Send(t.Context(), hello())
		if put := attempt < 2; put != (err != nil) {
			t.Fatalf("attempt %d: %v", attempt+1, err)
		}
	}
	if n := len(server.all()); n != 1 {
		t.Errorf("%d messages arrived", n)
	}
}

func TestAServerThatCannotBeUsedIsTriedAgain(t *testing.T) {
	t.Parallel()
	t.Run("a wrong password", func(t *testing.T) {
		t.Parallel()
		server := (&mailServer{password: "another"}).serve(t, notify.StartTLS)
		o := server.options(notify.StartTLS)
		o.Username, o.Password = "roster", canary
		err := newSMTP(t, o).Send(t.Context(), hello())
		checkError(t, err, roster.Unavailable, "the mail server does not accept the user name and password")
	})
	t.Run("a certificate that nobody vouches for", func(t *testing.T) {
		t.Parallel()
		for _, mode := range []string{notify.StartTLS, notify.WithTLS} {
			server := (&mailServer{}).serve(t, mode)
			o := server.options(mode)
			o.RootCAs = x509.NewCertPool()
			err := newSMTP(t, o).Send(t.Context(), hello())
			checkError(t, err, roster.Unavailable, "the mail server's certificate is not trusted")
		}
	})
	t.Run("no STARTTLS", func(t *testing.T) {
		t.Parallel()
		server := (&mailServer{password: canary}).serve(t, notify.NoTLS)
		o := server.options(notify.StartTLS)
		o.Username, o.Password = "roster", canary
		err := newSMTP(t, o).Send(t.Context(), hello())
		checkError(t, err, roster.Unavailable, "the mail server cannot be used")
		if len(server.all()) != 0 {
			t.Error("the message went in the clear")
		}
	})
	t.Run("nobody listens", func(t *testing.T) {
		t.Parallel()
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		_ = listener.Close()
		err = newSMTP(t, notify.SMTPOptions{Address: listener.Addr().String(), From: "roster@example.com", TLS: notify.NoTLS}).Send(t.Context(), hello())
		checkError(t, err, roster.Unavailable, "the mail server does not answer")
	})
}

// rawServer answers each connection by a function, for what no good server does.
func rawServer(t *testing.T, answer func(net.Conn)) notify.SMTPOptions {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				answer(conn)
			}()
		}
	}()
	return notify.SMTPOptions{Address: listener.Addr().String(), From: "roster@example.com", TLS: notify.NoTLS}
}

// script answers line by line: each command with the next answer, and then nothing more.
func script(conn net.Conn, lines ...string) {
	buf := make([]byte, 64<<10)
	for i, line := range lines {
		if i > 0 {
			if _, err := conn.Read(buf); err != nil {
				return
			}
		}
		_, _ = io.WriteString(conn, line+"\r\n")
	}
}

func TestAServerThatHangsDoesNotHoldTheSender(t *testing.T) {
	t.Parallel()
	silent := func(conn net.Conn) { _, _ = io.Copy(io.Discard, conn) }
	t.Run("past its time", func(t *testing.T) {
		t.Parallel()
		o := rawServer(t, silent)
		o.Timeout = 20 * time.Millisecond
		err := newSMTP(t, o).Send(t.Context(), hello())
		checkError(t, err, roster.Unavailable, "the mail server does not answer")
	})
	for name, lines := range map[string][]string{
		"when the sender is told to stop, before the greeting": nil,
		"when the sender is told to stop, in the middle":       {"220 hello", "250 yes", "250 yes"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			o := rawServer(t, func(conn net.Conn) {
				script(conn, lines...)
				if lines != nil {
					_, _ = conn.Read(make([]byte, 1024)) // RCPT TO, never answered
				}
				cancel()
				silent(conn)
			})
			o.Timeout = time.Hour
			if err := newSMTP(t, o).Send(ctx, hello()); roster.KindOf(err) != roster.Unavailable {
				t.Errorf("error: %v", err)
			}
		})
	}
}

func TestAServerThatHangsUpIsTriedAgain(t *testing.T) {
	t.Parallel()
	lines := []string{"220 hello", "250 yes", "250 yes", "250 yes", "354 go on", "250 taken"}
	for n := range lines {
		t.Run(fmt.Sprintf("after %d answers", n), func(t *testing.T) {
			t.Parallel()
			o := rawServer(t, func(conn net.Conn) { script(conn, lines[:n]...) })
			err := newSMTP(t, o).Send(t.Context(), hello())
			if roster.KindOf(err) != roster.Unavailable {
				t.Errorf("error: %v", err)
			}
		})
	}
	t.Run("but not after it has taken the message", func(t *testing.T) {
		t.Parallel()
		o := rawServer(t, func(conn net.Conn) {
			script(conn, lines[:5]...)
			var all strings.Builder
			buf := make([]byte, 1024)
			for !strings.HasSuffix(all.String(), "\r\n.\r\n") {
				n, err := conn.Read(buf)
				if err != nil {
					t.Error(err)
					return
				}
				all.Write(buf[:n])
			}
			_, _ = io.WriteString(conn, "250 taken\r\n")
		})
		if err := newSMTP(t, o).Send(t.Context(), hello()); err != nil {
			t.Errorf("error: %v", err)
		}
	})
}

func TestNothingGetsIntoTheHeadersThatDoesNotBelongThere(t *testing.T) {
	t.Parallel()
	server := (&mailServer{}).serve(t, notify.NoTLS)
	m := newSMTP(t, server.options(notify.NoTLS))
	for name, change := range map[string]func(*notify.Message){
		"a recipient with a line break":   func(m *notify.Message) { m.To = "a@example.org\r\nBcc: b@example.org" },
		"a recipient with a command":      func(m *notify.Message) { m.To = "a@example.org>\r\nRCPT TO:<b@example.org" },
		"two recipients":                  func(m *notify.Message) { m.To = "a@example.org, b@example.org" },
		"a recipient with a name":         func(m *notify.Message) { m.To = "B <b@example.org>" },
		"no recipient":                    func(m *notify.Message) { m.To = "" },
		"a recipient without a domain":    func(m *notify.Message) { m.To = "grace" },
		"a domain that cannot be":         func(m *notify.Message) { m.To = "grace@-ü-.example" },
		"a subject with a line break":     func(m *notify.Message) { m.Subject = "Hi\r\nBcc: b@example.org" },
		"a subject with a bare line feed": func(m *notify.Message) { m.Subject = "Hi\nBcc: b@example.org" },
		"an id with a line break":         func(m *notify.Message) { m.ID = "1>\r\nBcc: b@example.org" },
	} {
		t.Run(name, func(t *testing.T) {
			msg := hello()
			change(&msg)
			if err := m.Send(t.Context(), msg); roster.KindOf(err) != roster.Invalid || err == nil {
				t.Errorf("error: %v", err)
			}
			if len(server.all()) != 0 {
				t.Error("the message went out")
			}
		})
	}
}

func TestAnAddressInAnotherScriptIsDelivered(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		to, want string
		utf8     bool
	}{
		{"grace@bücher.example", "grace@xn--bcher-kva.example", false},
		{"grüße@example.org", "grüße@example.org", true},
		{"grace@EXAMPLE.org", "grace@EXAMPLE.org", false},
	} {
		t.Run(c.to, func(t *testing.T) {
			t.Parallel()
			server := (&mailServer{}).serve(t, notify.NoTLS)
			msg := hello()
			msg.To = c.to
			if err := newSMTP(t, server.options(notify.NoTLS)).Send(t.Context(), msg); err != nil {
				t.Fatal(err)
			}
			if got := server.all()[0]; got.to != c.want || got.utf8 != c.utf8 {
				t.Errorf("to %q, utf8 %v", got.to, got.utf8)
			}
		})
	}
}

func TestAServerWithoutSMTPUTF8IsSentNoAddressBeyondASCII(t *testing.T) {
	t.Parallel()
	server := (&mailServer{onlyASCII: true}).serve(t, notify.NoTLS)
	here := newSMTP(t, server.options(notify.NoTLS))
	msg := hello()
	msg.To = "grace@bücher.example"
	if err := here.Send(t.Context(), msg); err != nil || server.all()[0].to != "grace@xn--bcher-kva.example" {
		t.Errorf("a domain beyond ASCII: %v, %+v", err, server.all())
	}
	msg.To = "grüße@example.org"
	err := here.Send(t.Context(), msg)
	if roster.KindOf(err) != roster.Invalid || !strings.Contains(fmt.Sprint(err), "SMTPUTF8") {
		t.Errorf("a local part beyond ASCII: %v", err)
	}
	options := server.options(notify.NoTLS)
	options.From = "Bücher <bücher@bücher.example>"
	msg.To = "grace@example.org"
	err = newSMTP(t, options).Send(t.Context(), msg)
	if roster.KindOf(err) != roster.Unavailable || !strings.Contains(fmt.Sprint(err), "smtp.from") {
		t.Errorf("a sender beyond ASCII: %v", err)
	}
	if sent := len(server.all()); sent != 1 {
		t.Errorf("%d messages were taken", sent)
	}
}

func TestSettingsThatCannotWorkAreRefused(t *testing.T) {
	t.Parallel()
	good := notify.SMTPOptions{Address: "smtp.example.com:587", From: "Roster <roster@example.com>"}
	for _, c := range []struct {
		name   string
		change func(*notify.SMTPOptions)
		fields string
	}{
		{"all good", func(*notify.SMTPOptions) {}, ""},
		{"no port", func(o *notify.SMTPOptions) { o.Address = "smtp.example.com" }, ""},
		{"an IPv6 address", func(o *notify.SMTPOptions) { o.Address = "[2001:db8::1]:25" }, ""},
		{"a relay on this machine", func(o *notify.SMTPOptions) { o.Address, o.TLS, o.Username = "127.0.0.1:25", notify.NoTLS, "u" }, ""},
		{"a relay in the network", func(o *notify.SMTPOptions) { o.Address, o.TLS = "10.0.0.1:25", notify.NoTLS }, ""},
		{"nothing", func(o *notify.SMTPOptions) { *o = notify.SMTPOptions{} }, "address from"},
		{"an URL", func(o *notify.SMTPOptions) { o.Address = "smtp://smtp.example.com" }, "address"},
		{"a port that is none", func(o *notify.SMTPOptions) { o.Address = "smtp.example.com:smtp" }, "address"},
		{"a sender that is none", func(o *notify.SMTPOptions) { o.From = "Roster" }, "from"},
		{"an unknown mode", func(o *notify.SMTPOptions) { o.TLS = "ssl" }, "tls"},
		{"a password in the clear", func(o *notify.SMTPOptions) { o.TLS, o.Username, o.Password = notify.NoTLS, "u", canary }, "tls"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			o := good
			c.change(&o)
			_, err := notify.NewSMTP(o)
			var fields []string
			for _, e := range roster.All(err) {
				fields = append(fields, e.Field)
			}
			if got := strings.Join(fields, " "); got != c.fields {
				t.Errorf("faults of %q, want %q", got, c.fields)
			}
			if err != nil && strings.Contains(err.Error(), canary) {
				t.Error("the password is in the error")
			}
		})
	}
}

func TestAMailerDoesNotPrintItsPassword(t *testing.T) {
	t.Parallel()
	m := newSMTP(t, notify.SMTPOptions{Address: "smtp.example.com", From: "roster@example.com", Username: "roster", Password: canary})
	for _, format := range []string{"%v", "%+v", "%#v", "%s"} {
		if text := fmt.Sprintf(format, m) + fmt.Sprintf(format, *m); strings.Contains(text, canary) {
			t.Errorf("%s prints it", format)
		}
	}
}
