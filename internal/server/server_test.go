package server

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"roster"
	"roster/internal/dialect"
)

// logBook is a log that a test reads; handlers write it from several goroutines.
type logBook struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *logBook) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *logBook) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

// newServer returns a server around handler, and its log with every level in it.
func newServer(t testing.TB, handler http.Handler, change ...func(*Options)) (*Server, *logBook) {
	t.Helper()
	book := new(logBook)
	o := Options{
		Handler: handler,
		DataDir: t.TempDir(),
		Log:     slog.New(slog.NewJSONHandler(book, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Now:     time.Now,
	}
	for _, f := range change {
		f(&o)
	}
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return s, book
}

// request returns a request as the network would deliver it.
func request(method, target string, headers ...string) *http.Request {
	r := httptest.NewRequest(method, target, nil)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	return r
}

func do(s *Server, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	s.Handler().ServeHTTP(w, r)
	return w
}

// seen is what the routes learn of a request.
type seen struct {
	origin dialect.Origin
	path   string
	query  string
	uri    string
	form   string
}

// look returns routes that note what they see.
func look(into *seen) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm() // a malformed query is part of the tests
		*into = seen{
			origin: *dialect.OriginOf(r.Context()),
			path:   r.URL.EscapedPath(),
			query:  r.URL.RawQuery,
			uri:    r.RequestURI,
			form:   r.Form.Encode(),
		}
	})
}

func TestTheRequestIDIsTheSendersWhereItIsPlain(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, sent, want string }{
		{"none is sent", "", "new"},
		{"a plain one is kept", "Ab9._-z", "Ab9._-z"},
		{"64 bytes are kept", strings.Repeat("a", 64), strings.Repeat("a", 64)},
		{"65 bytes are too many", strings.Repeat("a", 65), "new"},
		{"a blank", "a b", "new"},
		{"a quote", `a"b`, "new"},
		{"an at sign", "a@b", "new"},
		{"a brace", "a{b", "new"},
		{"a letter that is not ASCII", "ä", "new"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var got seen
			s, book := newServer(t, look(&got), func(o *Options) { o.NewRequestID = func() string { return "new" } })
			w := do(s, request("GET", "/", "X-Request-Id", c.sent))
			if id := w.Header().Get("X-Request-Id"); id != c.want || got.origin.RequestID != c.want {
				t.Errorf("id in the answer %q, in the origin %q; want %q", id, got.origin.RequestID, c.want)
			}
			if !strings.Contains(book.String(), `"request_id":"`+c.want+`"`) {
				t.Errorf("the log does not name the id: %s", book)
			}
		})
	}
}

func TestTwoRequestsHaveDifferentIDs(t *testing.T) {
	t.Parallel()
	s, _ := newServer(t, http.NotFoundHandler())
	a := do(s, request("GET", "/")).Header().Get("X-Request-Id")
	b := do(s, request("GET", "/")).Header().Get("X-Request-Id")
	if a == b || !isRequestID(a) {
		t.Errorf("ids %q and %q", a, b)
	}
}

func TestTheAccessLogNamesTheRouteAndNothingOfTheSenders(t *testing.T) {
	t.Parallel()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /people/{id}", func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusTeapot)
		_, _ = io.WriteString(w, "short and stout")
	})
	s, book := newServer(t, mux)
	do(s, request("GET", "/people/canary-path?x=canary-query",
		"Referer", "http://x/?apiToken=canary-referer", "User-Agent", "canary-agent"))
	do(s, request("CANARYMETHOD", "/nowhere"))
	log := book.String()
	for _, want := range []string{
		`"msg":"request","method":"GET","route":"GET /people/{id}","status":418,"bytes":15,"ms":`,
		`"address":"192.0.2.1"`,
		`"method":"other","route":"-","status":404`,
	} {
		if !strings.Contains(log, want) {
			t.Errorf("the log lacks %s:\n%s", want, log)
		}
	}
	if strings.Contains(strings.ToLower(log), "canary") {
		t.Errorf("the log holds words of the sender:\n%s", log)
	}
}

func TestHealthIsLoggedAtDebugOnly(t *testing.T) {
	t.Parallel()
	s, book := newServer(t, http.NotFoundHandler())
	do(s, request("GET", "/livez"))
	if log := book.String(); !strings.Contains(log, `"level":"DEBUG","msg":"request"`) || strings.Contains(log, "INFO") {
		t.Errorf("log: %s", log)
	}
}

func TestAPanicIsAnsweredAndLogged(t *testing.T) {
	t.Parallel()
	s, book := newServer(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "7")
		panic("a bug")
	}))
	w := do(s, request("GET", "/", "X-Request-Id", "id-1"))
	const want = `{"error":"internal","message":"The server met an error of its own. Its log has the details.","requestId":"id-1"}`
	if w.Code != 500 || w.Body.String() != want || w.Header().Get("Content-Length") != "" {
		t.Errorf("answer %d %q %v", w.Code, w.Body, w.Header())
	}
	log := book.String()
	for _, want := range []string{`"level":"ERROR"`, "a bug", "server_test.go", `"request_id":"id-1"`, `"status":500`} {
		if !strings.Contains(log, want) {
			t.Errorf("the log lacks %s:\n%s", want, log)
		}
	}
}

func TestAnAnswerThatIsBrokenOffIsNoWholeAnswer(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name    string
		handler http.HandlerFunc
		status  string
	}{
		{"a panic after the first byte", func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "half")
			panic("a bug")
		}, `"status":200`},
		{"a handler that aborts", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, `"status":0`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s, book := newServer(t, c.handler)
			func() {
				defer func() {
					if v := recover(); v != http.ErrAbortHandler {
						t.Errorf("recovered %v, want ErrAbortHandler", v)
					}
				}()
				do(s, request("GET", "/"))
			}()
			log := book.String()
			if !strings.Contains(log, `"broken_off":true`) || !strings.Contains(log, c.status) {
				t.Errorf("log: %s", log)
			}
			if n := s.flight.count(); n != 0 {
				t.Errorf("%d requests still count as in flight", n)
			}
		})
	}
}

func TestEveryAnswerCarriesTheSecurityHeaders(t *testing.T) {
	t.Parallel()
	s, _ := newServer(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/page" {
			w.Header().Set("Content-Security-Policy", "default-src 'self'")
		}
	}))
	for _, path := range []string{"/", "/livez", "/metrics", "/page", "/"} {
		w := do(s, request("GET", path))
		policy := "default-src 'none'; frame-ancestors 'none'"
		if path == "/page" {
			policy = "default-src 'self'"
		}
		for name, want := range map[string]string{
			"X-Content-Type-Options":    "nosniff",
			"Referrer-Policy":           "no-referrer",
			"Content-Security-Policy":   policy,
			"Strict-Transport-Security": "",
		} {
			if got := w.Header().Get(name); got != want {
				t.Errorf("%s: %s is %q, want %q", path, name, got, want)
			}
		}
	}
}

func TestStrictTransportIsAskedOfBrowsersThatCanKeepIt(t *testing.T) {
	t.Parallel()
	proxy := func(o *Options) { o.TrustedProxies = prefixes("192.0.2.1/32") }
	cases := []struct {
		name   string
		target string
		proto  string
		change func(*Options)
		want   bool
	}{
		{"plain HTTP", "http://x/", "", proxy, false},
		{"a trusted proxy over HTTPS", "http://x/", "https", proxy, true},
		{"a trusted proxy over HTTP", "http://x/", "http", proxy, false},
		{"a stranger who says HTTPS", "http://x/", "https", func(*Options) {}, false},
		{"a self-signed certificate", "https://x/", "", func(*Options) {}, false},
		{"a certificate of the operator", "https://x/", "", func(o *Options) { o.TLSCert, o.TLSKey = "c", "k" }, true},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s, _ := newServer(t, http.NotFoundHandler(), c.change)
			r := request("GET", c.target)
			if c.proto != "" {
				r.Header.Set("X-Forwarded-Proto", c.proto)
			}
			if got := do(s, r).Header().Get("Strict-Transport-Security") != ""; got != c.want {
				t.Errorf("header sent: %v, want %v", got, c.want)
			}
		})
	}
}

func TestWhatTheServerTurnsAwayIsAnsweredByWhoeverHasThePath(t *testing.T) {
	t.Parallel()
	s, _ := newServer(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("it came through") }), func(o *Options) {
		o.Refuse = func(w http.ResponseWriter, r *http.Request, err error) bool {
			if !strings.HasPrefix(r.URL.Path, "/mine/") {
				return false
			}
			w.WriteHeader(http.StatusTeapot)
			_, _ = fmt.Fprint(w, r.URL.Path, " ", err)
			return true
		}
	})
	const site = "A page of another site may not send this. If that page is Roster behind a proxy, set --public-url to the address that the browser shows."
	for _, c := range []struct {
		method, path string
		status       int
		body         string
	}{
		{"TRACE", "/mine/a", 418, "/mine/a This method is not allowed here."},
		{"TRACE", "/o/acme/mine/a", 418, "/mine/a This method is not allowed here."},
		{"TRACE", "/other", 405, "This method is not allowed here.\n"},
		{"POST", "/mine/a", 418, "/mine/a forbidden: " + site},
		{"POST", "/o/acme/mine/a", 418, "/mine/a forbidden: " + site},
		{"POST", "/other", 403, `{"error":"cross-origin","message":"` + site + `"}`},
	} {
		w := do(s, request(c.method, c.path, "Sec-Fetch-Site", "cross-site"))
		if w.Code != c.status || w.Body.String() != c.body {
			t.Errorf("%s %s: %d %q, want %d %q", c.method, c.path, w.Code, w.Body, c.status, c.body)
		}
	}
}

func TestAPanicIsAnsweredByWhoeverHasThePath(t *testing.T) {
	t.Parallel()
	s, _ := newServer(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("a bug") }), func(o *Options) {
		o.Refuse = func(w http.ResponseWriter, r *http.Request, err error) bool {
			w.WriteHeader(http.StatusTeapot)
			_, _ = fmt.Fprint(w, r.URL.Path, " ", roster.KindOf(err))
			return true
		}
	})
	if w := do(s, request("GET", "/o/acme/mine")); w.Code != http.StatusTeapot || w.Body.String() != "/mine internal" {
		t.Errorf("answered %d %s", w.Code, w.Body)
	}
}

func TestAPageOfAnotherSiteSendsNothing(t *testing.T) {
	t.Parallel()
	s, _ := newServer(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}),
		func(o *Options) { o.TrustedOrigins = []string{"https://roster.example.com"} })
	cases := []struct {
		name    string
		headers []string
		want    int
	}{
		{"a script", nil, 200},
		{"a form of this site", []string{"Sec-Fetch-Site", "same-origin"}, 200},
		{"a form of another site", []string{"Sec-Fetch-Site", "cross-site"}, 403},
		{"an old browser at another site", []string{"Origin", "https://evil.example"}, 403},
		{"an old browser at this site", []string{"Origin", "http://example.com"}, 200},
		{"a page of the public address", []string{"Origin", "https://roster.example.com"}, 200},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := do(s, request("POST", "/", c.headers...))
			if w.Code != c.want {
				t.Errorf("status %d, want %d", w.Code, c.want)
			}
			if w.Code == 403 && !strings.Contains(w.Body.String(), "--public-url") {
				t.Errorf("the refusal does not say what to do: %s", w.Body)
			}
		})
	}
}

func TestATrustedOriginMustBeOne(t *testing.T) {
	t.Parallel()
	_, err := New(Options{
		Handler: http.NotFoundHandler(), Log: slog.New(slog.DiscardHandler), Now: time.Now,
		TrustedOrigins: []string{"https://x/path"},
	})
	if err == nil {
		t.Error("an origin with a path was taken")
	}
}

func TestTheApplicationIsToldAboutRequestsButNotAboutHealth(t *testing.T) {
	t.Parallel()
	started, done := 0, 0
	s, _ := newServer(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		if started-done != 1 {
			t.Errorf("started %d, done %d while one request is answered", started, done)
		}
	}), func(o *Options) {
		o.Around = func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				started++
				defer func() { done++ }()
				next.ServeHTTP(w, r)
			})
		}
	})
	for _, path := range []string{"/a", "/livez", "/readyz", "/metrics", "/b"} {
		do(s, request("GET", path))
	}
	if started != 2 || done != 2 {
		t.Errorf("started %d, done %d; want 2 and 2", started, done)
	}
}

func TestTheContextHandlerAddsTheRequestID(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	h := ContextHandler(slog.NewTextHandler(&out, nil))
	if ContextHandler(h) != h {
		t.Error("a second layer would say the id twice")
	}
	log := slog.New(h).With("part", "x")
	log.InfoContext(dialect.WithOrigin(context.Background(), &dialect.Origin{RequestID: "id-7"}), "one")
	log.Info("two")
	lines := strings.Split(out.String(), "\n")
	if !strings.HasSuffix(lines[0], "part=x request_id=id-7") || strings.Contains(lines[1], "request_id") {
		t.Errorf("log: %s", out.String())
	}
}
