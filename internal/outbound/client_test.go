package outbound_test

import (
	"compress/gzip"
	"context"
	"crypto/x509"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"roster"
	"roster/internal/outbound"
)

// here allows the one address of this machine on which the tests' servers listen.
func here() []netip.Prefix { return []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")} }

func serve(t *testing.T, h http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

func hello(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "hello") }

func TestADocumentIsFetched(t *testing.T) {
	t.Parallel()
	text, err := outbound.Get(t.Context(), outbound.Client(outbound.Options{Allow: here()}), serve(t, hello))
	if err != nil || string(text) != "hello" {
		t.Errorf("%q, %v", text, err)
	}
}

func TestAServerOnThisMachineIsNotReachedByAnyOfItsNames(t *testing.T) {
	t.Parallel()
	var reached atomic.Bool
	at := serve(t, func(http.ResponseWriter, *http.Request) { reached.Store(true) })
	_, port, _ := net.SplitHostPort(strings.TrimPrefix(at, "http://"))
	client := outbound.Client(outbound.Options{})
	for _, host := range []string{"127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "0.0.0.0", "[::]", "127.1", "2130706433", "0x7f.1", "017700000001"} {
		_, err := outbound.Get(t.Context(), client, "http://"+host+":"+port+"/?secret=s3cret")
		if err == nil || reached.Load() {
			t.Errorf("%s is reached: %v", host, err)
		}
		if err != nil && strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: the error holds the URL: %v", host, err)
		}
	}
	_, err := outbound.Get(t.Context(), client, at)
	if !errors.Is(err, outbound.ErrRefused) || roster.KindOf(err) != roster.Invalid {
		t.Errorf("the reason is %v", err)
	}
	if detail := roster.All(err)[0].Detail; strings.Contains(detail, "127.0.0.1") {
		t.Errorf("the caller learns the address: %s", detail)
	}
}

func TestARedirectIsTheAnswer(t *testing.T) {
	t.Parallel()
	var followed atomic.Bool
	to := serve(t, func(http.ResponseWriter, *http.Request) { followed.Store(true) })
	client := outbound.Client(outbound.Options{Allow: here()})
	at := serve(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, to, http.StatusFound) })
	answer, err := client.Get(at)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusFound {
		t.Errorf("status %d", answer.StatusCode)
	}
	if _, err := outbound.Get(t.Context(), client, at); roster.KindOf(err) != roster.Unavailable || followed.Load() {
		t.Errorf("followed: %v, %v", followed.Load(), err)
	}
}

func TestProxyVariablesAreIgnored(t *testing.T) {
	var asked atomic.Bool
	proxy := serve(t, func(http.ResponseWriter, *http.Request) { asked.Store(true) })
	for _, name := range []string{"HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"} {
		t.Setenv(name, proxy)
	}
	// A name, since proxies are never asked for loopback addresses.
	client := outbound.Client(outbound.Options{Allow: here(), Resolver: resolver(func(string) []string { return []string{"127.0.0.2"} })})
	if _, err := outbound.Get(t.Context(), client, "http://service.example/"); !errors.Is(err, outbound.ErrRefused) || asked.Load() {
		t.Errorf("the proxy was asked: %v, %v", asked.Load(), err)
	}
}

func TestANameThatComesToLeadElsewhereIsRefused(t *testing.T) {
	t.Parallel()
	inner, err := net.Listen("tcp", "127.0.0.2:0")
	if err != nil {
		t.Skip("this machine has one loopback address only")
	}
	defer inner.Close()
	_, port, _ := net.SplitHostPort(inner.Addr().String())
	outer, err := net.Listen("tcp", "127.0.0.1:"+port)
	if err != nil {
		t.Skip("the port is taken")
	}
	server := &http.Server{Handler: http.HandlerFunc(hello)}
	defer server.Close()
	go func() { _ = server.Serve(outer) }()

	leadsTo := atomic.Value{}
	leadsTo.Store([]string{"127.0.0.1"})
	client := outbound.Client(outbound.Options{Allow: here(), Resolver: resolver(func(string) []string { return leadsTo.Load().([]string) })})
	get := func() error {
		client.CloseIdleConnections()
		_, err := outbound.Get(t.Context(), client, "http://service.example:"+port+"/")
		return err
	}
	if err := get(); err != nil {
		t.Errorf("while it leads to a good address: %v", err)
	}
	leadsTo.Store([]string{"127.0.0.2"})
	if err := get(); !errors.Is(err, outbound.ErrRefused) {
		t.Errorf("when it leads to another: %v", err)
	}
	leadsTo.Store([]string{"127.0.0.2", "127.0.0.1"})
	if err := get(); err != nil {
		t.Errorf("when it leads to both: %v", err)
	}
}

func TestWhatComesBackIsBounded(t *testing.T) {
	t.Parallel()
	const most = 1000
	client := outbound.Client(outbound.Options{Allow: here(), MaxBody: most})
	long := strings.Repeat("x", most+1)
	for name, c := range map[string]struct {
		h    http.HandlerFunc
		kind roster.Kind
		ok   bool
	}{
		"all that is allowed": {func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, long[1:]) }, 0, true},
		"one more, announced": {func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, long) }, roster.Invalid, false},
		"one more, in pieces": {func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, long[1:])
			w.(http.Flusher).Flush()
			_, _ = io.WriteString(w, "x")
		}, roster.Invalid, false},
		"packed": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			defer z.Close()
			_, _ = io.WriteString(z, strings.Repeat(long, 100))
		}, roster.Invalid, false},
		"a long header": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X", strings.Repeat("x", 1<<18))
		}, roster.Unavailable, false},
		"an error": {http.NotFound, roster.Unavailable, false},
		"a 204":    {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }, roster.Unavailable, false},
		"a broken-off answer": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, "x")
		}, roster.Unavailable, false},
	} {
		text, err := outbound.Get(t.Context(), client, serve(t, c.h))
		if c.ok != (err == nil) || err != nil && roster.KindOf(err) != c.kind || c.ok && len(text) != most {
			t.Errorf("%s: %d bytes, %v", name, len(text), err)
		}
	}
}

func TestAnAnswerThatNeverEndsIsGivenUp(t *testing.T) {
	t.Parallel()
	client := outbound.Client(outbound.Options{Allow: here(), Timeout: 100 * time.Millisecond})
	at := serve(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "x")
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	})
	if _, err := outbound.Get(t.Context(), client, at); roster.KindOf(err) != roster.Unavailable {
		t.Errorf("%v", err)
	}
}

func TestACertificateMustBeTrusted(t *testing.T) {
	t.Parallel()
	s := httptest.NewTLSServer(http.HandlerFunc(hello))
	defer s.Close()
	if _, err := outbound.Get(t.Context(), outbound.Client(outbound.Options{Allow: here()}), s.URL); roster.KindOf(err) != roster.Unavailable {
		t.Errorf("an unknown one: %v", err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	if _, err := outbound.Get(t.Context(), outbound.Client(outbound.Options{Allow: here(), RootCAs: roots}), s.URL); err != nil {
		t.Errorf("a known one: %v", err)
	}
}

func TestOnlyAddressesOfTheWebAreFetched(t *testing.T) {
	t.Parallel()
	client := outbound.Client(outbound.Options{Allow: here()})
	for _, address := range []string{"", "/etc/passwd", "file:///etc/passwd", "ftp://example.com/", "gopher://127.0.0.1/", "http://", "http:opaque", "http://user:password@example.com/", "http://[::1", "//example.com"} {
		if _, err := outbound.Get(t.Context(), client, address); roster.KindOf(err) != roster.Invalid {
			t.Errorf("%q: %v", address, err)
		}
	}
}

func TestTheURLIsInNoErrorOfGet(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close() // nobody answers there now
	u := url.URL{Scheme: "http", Host: l.Addr().String(), Path: "/hook/s3cret"}
	_, err = outbound.Get(t.Context(), outbound.Client(outbound.Options{Allow: here()}), u.String())
	if roster.KindOf(err) != roster.Unavailable || strings.Contains(err.Error(), "s3cret") {
		t.Errorf("%v", err)
	}
}

// resolver returns one whose names lead to what the function says.
func resolver(leadsTo func(name string) []string) *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		client, server := net.Pipe()
		go answerNames(server, leadsTo)
		return client, nil
	}}
}

// answerNames answers as DNS over TCP does (RFC 1035 §4.2.2).
func answerNames(c net.Conn, leadsTo func(string) []string) {
	defer c.Close()
	for {
		var size [2]byte
		if _, err := io.ReadFull(c, size[:]); err != nil {
			return
		}
		packet := make([]byte, binary.BigEndian.Uint16(size[:]))
		if _, err := io.ReadFull(c, packet); err != nil {
			return
		}
		var m dnsmessage.Message
		if err := m.Unpack(packet); err != nil {
			return
		}
		m.Response, m.Additionals = true, nil
		q := m.Questions[0]
		for _, text := range leadsTo(q.Name.String()) {
			if a := netip.MustParseAddr(text); q.Type == dnsmessage.TypeA {
				m.Answers = append(m.Answers, dnsmessage.Resource{
					Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class},
					Body:   &dnsmessage.AResource{A: a.As4()},
				})
			}
		}
		packed, err := m.Pack()
		if err != nil {
			return
		}
		if _, err := c.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(packed))), packed...)); err != nil {
			return
		}
	}
}
