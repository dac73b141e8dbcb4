package binary_test

import (
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/emersion/go-smtp"
)

// publicURL is what links in emails begin with. Nobody listens there: the tests open them on the
// server.
const publicURL = "https://roster.example"

// mailbox is an SMTP server that keeps what it is given.
type mailbox struct {
	address string
	mu      sync.Mutex
	mails   []email
}

// email is what arrived: whom for, and its parts, decoded.
type email struct {
	to         []string
	header     mail.Header
	text, html string
}

func openMailbox(t *testing.T) *mailbox {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	box := &mailbox{address: l.Addr().String()}
	srv := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &delivery{box: box}, nil }))
	srv.Domain = "localhost"
	go func() { _ = srv.Serve(l) }()
	t.Cleanup(func() { _ = srv.Close() })
	return box
}

// settings are the arguments of a server that sends its mail here.
func (b *mailbox) settings() []string {
	return []string{
		"--smtp-address", b.address, "--smtp-tls", "none", "--smtp-from", "roster@roster.example",
		"--public-url", publicURL,
	}
}

// to returns what arrived for an address.
func (b *mailbox) to(address string) []email {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Collect(func(yield func(email) bool) {
		for _, m := range b.mails {
			if slices.Contains(m.to, address) && !yield(m) {
				return
			}
		}
	})
}

// delivery is one message on its way in.
type delivery struct {
	box *mailbox
	to  []string
}

func (*delivery) Mail(string, *smtp.MailOptions) error { return nil }

func (d *delivery) Rcpt(to string, _ *smtp.RcptOptions) error {
	d.to = append(d.to, to)
	return nil
}

func (d *delivery) Data(r io.Reader) error {
	m, err := readEmail(r)
	if err != nil {
		return err
	}
	m.to = d.to
	d.box.mu.Lock()
	defer d.box.mu.Unlock()
	d.box.mails = append(d.box.mails, m)
	return nil
}

func (d *delivery) Reset()      { d.to = nil }
func (*delivery) Logout() error { return nil }

// readEmail reads a message of alternative parts.
func readEmail(r io.Reader) (email, error) {
	parsed, err := mail.ReadMessage(r)
	if err != nil {
		return email{}, err
	}
	m := email{header: parsed.Header}
	_, params, err := mime.ParseMediaType(parsed.Header.Get("Content-Type"))
	if err != nil {
		return email{}, err
	}
	parts := multipart.NewReader(parsed.Body, params["boundary"])
	for {
		part, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) {
			return m, nil
		}
		if err != nil {
			return email{}, err
		}
		var body io.Reader = part
		if strings.EqualFold(part.Header.Get("Content-Transfer-Encoding"), "quoted-printable") {
			body = quotedprintable.NewReader(part)
		}
		text, err := io.ReadAll(body)
		if err != nil {
			return email{}, err
		}
		if strings.HasPrefix(part.Header.Get("Content-Type"), "text/html") {
			m.html = string(text)
		} else {
			m.text = string(text)
		}
	}
}
