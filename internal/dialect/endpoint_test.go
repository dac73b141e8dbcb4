package dialect_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"roster"
	"roster/internal/dialect"
)

// newFace returns a face of a dialect with one word in a request: its body.
func newFace(t *testing.T) *dialect.Face[string] {
	t.Helper()
	return &dialect.Face[string]{
		Name: "test",
		Read: func(_ http.ResponseWriter, r *http.Request) string {
			body, _ := io.ReadAll(r.Body)
			return string(body)
		},
		Authenticate: func(_ context.Context, word string) (roster.Actor, error) {
			if word == "stranger" {
				return roster.Actor{}, &roster.Error{Kind: roster.Unauthenticated, Err: errors.New("no such account")}
			}
			return roster.Actor{Kind: roster.ActorUser, Name: word}, nil
		},
		Statuses: map[roster.Kind]int{
			roster.Internal: 500, roster.Invalid: 400, roster.Unauthenticated: 401, roster.RateLimited: 429, roster.Unavailable: 503,
		},
		WriteError: func(w http.ResponseWriter, _ *http.Request, status int, err error) {
			w.WriteHeader(status)
			fmt.Fprint(w, roster.KindOf(err))
		},
		Log: slog.New(slog.DiscardHandler),
	}
}

func decodeText(word string) (string, error) {
	if word == "nonsense" {
		return "", &roster.Error{Kind: roster.Invalid}
	}
	return word, nil
}

// answering is a verb that returns out whatever comes in.
func answering[Out any](out Out) func(context.Context, roster.Actor, string) (Out, error) {
	return func(context.Context, roster.Actor, string) (Out, error) { return out, nil }
}

// failing is a verb that fails.
func failing(err error) func(context.Context, roster.Actor, string) (string, error) {
	return func(context.Context, roster.Actor, string) (string, error) { return "", err }
}

func encodeText(w http.ResponseWriter, text string) error {
	_, err := io.WriteString(w, text)
	return err
}

// serve returns what the handler panicked with, nil if it did not.
func serve(h http.Handler, w http.ResponseWriter, r *http.Request) (panicked any) {
	defer func() { panicked = recover() }()
	h.ServeHTTP(w, r)
	return nil
}

func TestAnEndpointReadsAuthenticatesDecodesCallsAndEncodes(t *testing.T) {
	t.Parallel()
	echo := func(_ context.Context, by roster.Actor, in string) (string, error) {
		return by.Name + " says " + in, nil
	}
	h := dialect.Endpoint(newFace(t), decodeText, echo, encodeText)
	for body, want := range map[string]string{
		"hello":    "200 hello says hello",
		"stranger": "401 unauthenticated",
		"nonsense": "400 invalid",
	} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest("POST", "/", strings.NewReader(body)))
		if got := fmt.Sprint(w.Code, " ", w.Body); got != want {
			t.Errorf("%s is answered %s, want %s", body, got, want)
		}
	}
}

func TestAStrangerCausesNoDecoding(t *testing.T) {
	t.Parallel()
	decode := func(string) (string, error) { t.Error("decoded"); return "", nil }
	dialect.Endpoint(newFace(t), decode, answering(""), encodeText).
		ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("POST", "/", strings.NewReader("stranger")))
}

func TestFailuresAreAnsweredByTheirKind(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		err    error
		status int
		header string
		value  string
	}{
		{errors.New("constraint failed"), 500, "Retry-After", ""},
		{&roster.Error{Kind: roster.Unavailable, RetryAfter: 1500 * time.Millisecond}, 503, "Retry-After", "2"},
		{&roster.Error{Kind: roster.RateLimited, RetryAfter: time.Minute}, 429, "Retry-After", "60"},
		{&roster.Error{Kind: roster.Unavailable}, 503, "Retry-After", ""},
		{fmt.Errorf("create user: %w", roster.Faults{{Kind: roster.Invalid}, {Kind: roster.Invalid}}), 400, "Retry-After", ""},
		{&dialect.Refusal{Status: 415}, 415, "Allow", ""},
		{fmt.Errorf("read: %w", &dialect.Refusal{Status: 413}), 413, "Allow", ""},
	} {
		w := httptest.NewRecorder()
		dialect.Endpoint(newFace(t), decodeText, failing(c.err), encodeText).ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
		if w.Code != c.status || w.Header().Get(c.header) != c.value {
			t.Errorf("%v is answered %d with %s %q", c.err, w.Code, c.header, w.Header().Get(c.header))
		}
		if strings.Contains(w.Body.String(), "constraint") {
			t.Errorf("the cause was sent: %s", w.Body)
		}
	}
}

func TestFailuresAreLoggedWhereTheAnswerDoesNotSayThem(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		err  error
		want string
	}{
		{errors.New("disk on fire"), "level=ERROR"},
		{&roster.Error{Kind: roster.Unavailable, Err: errors.New("queue full")}, "level=WARN"},
		{&roster.Error{Kind: roster.Unauthenticated, Err: errors.New("no such account")}, "no such account"},
		{&roster.Error{Kind: roster.RateLimited}, "level=WARN"},
		{&roster.Error{Kind: roster.Invalid, Detail: "is required"}, ""},
		{&roster.Error{Kind: roster.Forbidden}, ""},
	} {
		var log bytes.Buffer
		face := newFace(t)
		face.Statuses[roster.Forbidden] = 403
		face.Log = slog.New(slog.NewTextHandler(&log, nil))
		face.Fail(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil), c.err)
		if got := log.String(); (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
			t.Errorf("%v is logged as %q, want %q in it", c.err, got, c.want)
		}
	}
}

func TestNobodyIsAnsweredWhoLeft(t *testing.T) {
	t.Parallel()
	ctx, leave := context.WithCancel(t.Context())
	leave()
	w := httptest.NewRecorder()
	h := dialect.Endpoint(newFace(t), decodeText, failing(context.Canceled), encodeText)
	if got := serve(h, w, httptest.NewRequest("GET", "/", nil).WithContext(ctx)); got != http.ErrAbortHandler {
		t.Errorf("the handler ends with %v, want http.ErrAbortHandler", got)
	}
	if w.Body.Len() > 0 {
		t.Errorf("answered %s", w.Body)
	}
}

func TestARefusalNamesTheMethodsThatAreTaken(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	newFace(t).Refuse(dialect.WrongMethod("GET", "POST")).ServeHTTP(w, httptest.NewRequest("PUT", "/", nil))
	if w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") != "GET, HEAD, POST" {
		t.Errorf("answered %d with Allow %q", w.Code, w.Header().Get("Allow"))
	}
}

func TestBodiesAreReadWholeOrRefused(t *testing.T) {
	t.Parallel()
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, _ = z.Write(make([]byte, 64))
	_ = z.Close()
	for name, c := range map[string]struct {
		body   io.Reader
		coding string
		length int
		status int // of a refusal
		kind   roster.Kind
	}{
		"no body":           {body: http.NoBody},
		"the longest body":  {body: bytes.NewReader(make([]byte, dialect.MaxBody)), length: dialect.MaxBody},
		"a longer body":     {body: bytes.NewReader(make([]byte, dialect.MaxBody+1)), status: 413},
		"a compressed body": {body: &packed, coding: "gzip", status: 415},
		"a plain coding":    {body: strings.NewReader("abc"), coding: "Identity", length: 3},
		"UTF-16, marked":    {body: strings.NewReader("\xff\xfe{\x00}\x00"), kind: roster.Invalid},
		"UTF-16, unmarked":  {body: strings.NewReader("\x00{\x00}"), kind: roster.Invalid},
		"a marked body":     {body: strings.NewReader("\ufeffabc"), length: 3},
		"a late body":       {body: iotest.ErrReader(os.ErrDeadlineExceeded), status: 408},
		"a body cut off":    {body: iotest.ErrReader(io.ErrUnexpectedEOF), kind: roster.Invalid},
		"half a body":       {body: iotest.TimeoutReader(strings.NewReader("abc")), kind: roster.Invalid},
	} {
		r := httptest.NewRequest("POST", "/", c.body)
		if c.coding != "" {
			r.Header.Set("Content-Encoding", c.coding)
		}
		body, err := dialect.ReadBody(httptest.NewRecorder(), r)
		var refusal *dialect.Refusal
		switch {
		case errors.As(err, &refusal):
			if refusal.Status != c.status {
				t.Errorf("%s: refused with %d, want %d", name, refusal.Status, c.status)
			}
		case err != nil:
			if c.kind == roster.Internal || roster.KindOf(err) != c.kind {
				t.Errorf("%s: %v", name, err)
			}
		case c.status != 0 || c.kind != roster.Internal || len(body) != c.length:
			t.Errorf("%s: %d bytes are accepted", name, len(body))
		}
	}
}

func TestAConnectionWhoseTimeIsOverAnswersThatTheBodyCameTooLate(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := http.NewResponseController(w).SetReadDeadline(time.Unix(1, 0)); err != nil {
			t.Error(err)
		}
		_, err := dialect.ReadBody(w, r)
		newFace(t).Fail(w, r, err)
	}))
	defer s.Close()
	conn, err := net.Dial("tcp", s.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{"); err != nil {
		t.Fatal(err)
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusRequestTimeout || !resp.Close {
		t.Errorf("answered %d, and the connection closes: %v", resp.StatusCode, resp.Close)
	}
}

func TestMediaTypesAreReadWithoutTheirParameters(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]string{
		"":                                "",
		"application/json":                "application/json",
		"Application/JSON; charset=UTF-8": "application/json",
		"application/json; charset=\"":    "application/json",
		"Application/JSON ; a=1; a=2":     "application/json",
		";;;":                             "",
	} {
		r := httptest.NewRequest("POST", "/", nil)
		r.Header.Set("Content-Type", header)
		if got := dialect.MediaType(r); got != want {
			t.Errorf("the media type of %q is %q, want %q", header, got, want)
		}
	}
}

func TestWithoutAServerARequestComesFromNobody(t *testing.T) {
	t.Parallel()
	if o := dialect.OriginOf(t.Context()); o.Organization != roster.DefaultOrganization || o.Named || len(o.Secrets) > 0 {
		t.Errorf("the origin is %+v", o)
	}
	given := &dialect.Origin{Organization: "acme"}
	if got := dialect.OriginOf(dialect.WithOrigin(t.Context(), given)); got != given {
		t.Errorf("the origin is %+v", got)
	}
}

func TestAFaceMayChangeTheStatusOfAnErrorForACallerItKnows(t *testing.T) {
	t.Parallel()
	face := newFace(t)
	var logged bytes.Buffer
	face.Log = slog.New(slog.NewTextHandler(&logged, nil))
	face.Status = func(by roster.Actor, status int) int { return status + len(by.Name) }
	for _, c := range []struct {
		word string
		err  error
		want int
	}{
		{"ann", &roster.Error{Kind: roster.RateLimited, RetryAfter: time.Second}, 432},
		{"nonsense", nil, 408},
		{"stranger", nil, 401},
		{"ann", errors.New("a failure of ours"), 503},
	} {
		w := httptest.NewRecorder()
		r := httptest.NewRequest("POST", "/", strings.NewReader(c.word))
		if p := serve(dialect.Endpoint(face, decodeText, failing(c.err), encodeText), w, r); p != nil || w.Code != c.want {
			t.Errorf("%s with %v is answered %d (%v), want %d", c.word, c.err, w.Code, p, c.want)
		}
	}
	w := httptest.NewRecorder()
	face.Refuse(dialect.WrongMethod("GET")).ServeHTTP(w, httptest.NewRequest("POST", "/", nil))
	if w.Code != 405 {
		t.Errorf("a refusal, which asks nobody who calls, is answered %d", w.Code)
	}
	if !strings.Contains(logged.String(), "request failed") {
		t.Errorf("the log says %s", logged.String())
	}
}

// word is what a call takes that needs a hash where it is "secret".
type word string

func (w word) NeedsHash() bool { return w == "secret" }

func decodeWord(text string) (word, error) {
	if text == "nonsense" {
		return "secret", &roster.Error{Kind: roster.Invalid}
	}
	return word(text), nil
}

// gate is one at which nobody waits.
type gate struct {
	busy        bool
	room        bool // by the time that somebody asks
	asked, held int
}

func (g *gate) Busy() bool { return g.busy }

func (g *gate) Ask() error {
	g.asked++
	if g.room {
		return nil
	}
	return &roster.Error{Kind: roster.Unavailable, RetryAfter: time.Second}
}

func (g *gate) Hold(context.Context) { g.held++ }

func TestACallThatNeedsAHashIsRefusedBeforeAnybodyIsAuthenticated(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, body string
		gate       gate
		want       string
		after      string
	}{
		{"while nobody waits", "secret", gate{}, "200", "authenticated 1, asked 0, held 0"},
		{"while too many wait", "secret", gate{busy: true}, "503", "authenticated 0, asked 1, held 1"},
		{"where there is room after all", "secret", gate{busy: true, room: true}, "200", "authenticated 1, asked 1, held 0"},
		{"that needs none after all", "hello", gate{busy: true}, "200", "authenticated 1, asked 0, held 0"},
		{"that cannot be read", "nonsense", gate{busy: true}, "400", "authenticated 1, asked 0, held 0"},
		{"of a stranger, that needs none", "stranger", gate{busy: true}, "401", "authenticated 1, asked 0, held 0"},
	} {
		f, authenticated := newFace(t), 0
		authenticate := f.Authenticate
		f.Authenticate = func(ctx context.Context, body string) (roster.Actor, error) {
			authenticated++
			return authenticate(ctx, body)
		}
		call := func(context.Context, roster.Actor, word) (string, error) { return "", nil }
		r := httptest.NewRequest("POST", "/", strings.NewReader(c.body))
		r = r.WithContext(dialect.WithOrigin(r.Context(), &dialect.Origin{Gate: &c.gate}))
		w := httptest.NewRecorder()
		dialect.Endpoint(f, decodeWord, call, encodeText).ServeHTTP(w, r)
		after := fmt.Sprintf("authenticated %d, asked %d, held %d", authenticated, c.gate.asked, c.gate.held)
		if got := fmt.Sprint(w.Code); got != c.want || after != c.after {
			t.Errorf("%s: %s, %s; want %s, %s", c.name, got, after, c.want, c.after)
		}
	}
}

func TestAnAnswerToComeAgainLaterIsHeldBack(t *testing.T) {
	t.Parallel()
	for kind, want := range map[roster.Kind]int{
		roster.Unavailable: 1, roster.RateLimited: 1, roster.Internal: 0, roster.Invalid: 0, roster.Unauthenticated: 0,
	} {
		var g gate
		r := httptest.NewRequest("GET", "/", nil)
		r = r.WithContext(dialect.WithOrigin(r.Context(), &dialect.Origin{Gate: &g}))
		h := dialect.Endpoint(newFace(t), decodeText, failing(&roster.Error{Kind: kind}), encodeText)
		h.ServeHTTP(httptest.NewRecorder(), r)
		if g.held != want {
			t.Errorf("%v was held %d times, want %d", kind, g.held, want)
		}
	}
}
