package client

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// seen is a request as the server got it.
type seen struct {
	method, target, body string
	header               http.Header
}

// script is a server that answers its requests one after the other as it is told.
type script struct {
	*httptest.Server
	mu      sync.Mutex
	answers []http.HandlerFunc
	got     []seen
}

func play(t *testing.T, answers ...http.HandlerFunc) *script {
	t.Helper()
	s := &script{answers: answers}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

func (s *script) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s.mu.Lock()
	s.got = append(s.got, seen{r.Method, r.URL.RequestURI(), string(body), r.Header})
	n := len(s.got)
	s.mu.Unlock()
	if n > len(s.answers) {
		http.Error(w, "the script is at its end", http.StatusTeapot)
		return
	}
	s.answers[n-1](w, r)
}

// requests returns how many requests came.
func (s *script) requests() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.got)
}

// The answers of scripts.

func lost(w http.ResponseWriter, _ *http.Request) { panic(http.ErrAbortHandler) }

func cut(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Length", "1000")
	_, _ = io.WriteString(w, `{"id":"1","userName":"a`)
	_ = http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}

func cutChunked(w http.ResponseWriter, _ *http.Request) {
	_, _ = io.WriteString(w, `{"id":"1"}`)
	_ = http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}

// cutUnnoticed ends as somebody ends it who reads to the end of a connection and passes on what
// came.
func cutUnnoticed(w http.ResponseWriter, _ *http.Request) {
	_, _ = io.WriteString(w, `{"id":"1","userName":"a`)
}

func says(status int, body string, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i+1 < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func problem(status int, kind string, header ...string) http.HandlerFunc {
	return says(status, fmt.Sprintf(`{"type":"urn:roster:problem:%s","title":"T","status":%d,"detail":"D."}`, kind, status),
		append(header, "Content-Type", "application/problem+json")...)
}

var ada = says(http.StatusCreated, `{"id":"1","number":7,"userName":"ada","email":null,"department":null,"version":3}`)

// fakeClock stands still but for waits, which are over at once and noted.
type fakeClock struct {
	at     time.Time
	waits  []time.Duration
	onWait func()
	stuck  bool // waits never end
}

func (c *fakeClock) now() time.Time { return c.at }

func (c *fakeClock) after(d time.Duration) (<-chan time.Time, func()) {
	c.waits = append(c.waits, d)
	if c.onWait != nil {
		c.onWait()
	}
	fires := make(chan time.Time, 1)
	if !c.stuck {
		c.at = c.at.Add(d)
		fires <- c.at
	}
	return fires, func() {}
}

// newTest returns a client of the script whose waits are as long as they may be, and its clock.
func newTest(t *testing.T, url string, opts ...Option) (*Client, *fakeClock) {
	t.Helper()
	// Without kept connections net/http repeats nothing by itself.
	transport := &http.Transport{DisableKeepAlives: true}
	c, err := New(url, append([]Option{WithToken("secret-token"), WithHTTPClient(&http.Client{Transport: transport})}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	clock := &fakeClock{at: time.Date(2026, 11, 21, 9, 30, 0, 0, time.UTC)}
	c.clock = clock
	c.jitter = func(d time.Duration) time.Duration { return d }
	return c, clock
}

func TestACreateIsRepeatedUnderOneKeyUntilItIsAnswered(t *testing.T) {
	t.Parallel()
	for name, first := range map[string][]http.HandlerFunc{
		"at once":                   {},
		"answer lost":               {lost},
		"answer cut in its body":    {cut},
		"answer cut between chunks": {cutChunked},
		"answer cut by somebody":    {cutUnnoticed},
		"429":                       {problem(429, "rate-limited", "Retry-After", "2")},
		"503":                       {problem(503, "unavailable", "Retry-After", "1")},
		"502 of a proxy":            {says(502, "<h1>Bad gateway</h1>")},
		"504 of a proxy":            {says(504, "")},
		"everything, one at a time": {lost, cut, problem(503, "unavailable"), says(502, ""), cutChunked},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := play(t, append(first, ada)...)
			c, _ := newTest(t, s.URL)
			u, err := c.Users.Create(t.Context(), NewUser{UserName: "ada", SendWelcomeEmail: true})
			if err != nil || u.ID != "1" || u.Number != 7 || u.Version != 3 || u.Email != "" || u.Department != nil {
				t.Fatalf("%+v, %v", u, err)
			}
			if len(s.got) != len(first)+1 {
				t.Fatalf("%d requests instead of %d", len(s.got), len(first)+1)
			}
			key := s.got[0].header.Get("Idempotency-Key")
			if len(key) < 20 {
				t.Errorf("the key is %q", key)
			}
			for _, r := range s.got {
				if r.method != "POST" || r.target != "/api/v1/users" || r.body != `{"userName":"ada","sendWelcomeEmail":true}` ||
					r.header.Get("Idempotency-Key") != key || r.header.Get("Authorization") != "Bearer secret-token" {
					t.Errorf("a request was %+v", r)
				}
			}
		})
	}
}

func TestTwoCreatesHaveTwoKeysUnlessTheCallerGivesOne(t *testing.T) {
	t.Parallel()
	s := play(t, ada, ada, lost, ada)
	c, _ := newTest(t, s.URL)
	for range 2 {
		if _, err := c.Users.Create(t.Context(), NewUser{}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := c.Users.Create(t.Context(), NewUser{}, WithIdempotencyKey("mine")); err != nil {
		t.Fatal(err)
	}
	var keys []string
	for _, r := range s.got {
		keys = append(keys, r.header.Get("Idempotency-Key"))
	}
	if keys[0] == keys[1] || keys[2] != "mine" || keys[3] != "mine" {
		t.Errorf("the keys are %q", keys)
	}
}

func TestACreateUnderNoKeyIsNotSent(t *testing.T) {
	t.Parallel()
	for _, key := range []string{"", "two words", "line\n", "schlüssel", strings.Repeat("k", 256)} {
		s := play(t, lost, ada)
		c, _ := newTest(t, s.URL)
		_, err := c.Events.Create(t.Context(), NewEvent{Title: "x"}, WithIdempotencyKey(key))
		if !errors.Is(err, errKey) || s.requests() != 0 {
			t.Errorf("%q: %v after %d requests", key, err, s.requests())
		}
		if _, err = c.Users.CreateBatch(t.Context(), []NewUser{{}}, WithIdempotencyKey(key)); !errors.Is(err, errKey) || s.requests() != 0 {
			t.Errorf("%q: %v after %d requests", key, err, s.requests())
		}
	}
}

func TestOtherAnswersAreFinal(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]error{
		301: nil, 304: ErrNotModified, 400: ErrBadRequest, 401: ErrUnauthenticated, 403: ErrForbidden, 404: ErrNotFound, 405: nil,
		409: ErrConflict, 412: ErrStale, 413: ErrTooLarge, 415: nil, 422: ErrInvalid, 500: ErrInternal, 501: nil,
	} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			t.Parallel()
			s := play(t, says(status, "", "Location", "/elsewhere", "Retry-After", "1"))
			c, clock := newTest(t, s.URL)
			_, err := c.Users.Get(t.Context(), "1")
			var refused *Error
			if !errors.As(err, &refused) || refused.Status != status || want != nil && !errors.Is(err, want) {
				t.Errorf("the error is %v", err)
			}
			for other, kind := range kinds {
				if other != status && kind != want && errors.Is(err, kind) {
					t.Errorf("%v is %v too", err, kind)
				}
			}
			if s.requests() != 1 || len(clock.waits) != 0 {
				t.Errorf("%d requests, waits %v", s.requests(), clock.waits)
			}
		})
	}
}

func TestAnErrorHoldsWhatTheServerSays(t *testing.T) {
	t.Parallel()
	s := play(t, says(409, `{"type":"urn:roster:problem:conflict","title":"Taken","status":409,"detail":"Another user has it.","requestId":"r-1",
		"errors":[{"pointer":"#/userName","detail":"is taken"},{"parameter":"limit","detail":"is no number"},{"header":"If-Match","detail":"is malformed"}],
		"existing":{"id":"9","number":12}}`, "Content-Type", "application/problem+json; charset=utf-8"))
	c, _ := newTest(t, s.URL)
	_, err := c.Users.Create(t.Context(), NewUser{UserName: "ada", Password: "hunter22"})
	var e *Error
	if !errors.As(err, &e) {
		t.Fatal(err)
	}
	if e.Type != "urn:roster:problem:conflict" || e.RequestID != "r-1" || len(e.Faults) != 3 || *e.Existing != (Existing{"9", 12}) {
		t.Errorf("%+v", e)
	}
	const want = "roster: 409 Taken: #/userName is taken; limit is no number; If-Match is malformed (request r-1)"
	if err.Error() != want {
		t.Errorf("it reads %s", err)
	}
}

func TestABodyThatIsNotRostersOwnIsNotRepeated(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]http.HandlerFunc{
		"a page":                says(403, "you sent Bearer secret-token", "Content-Type", "text/html"),
		"somebody's problem":    says(403, `{"type":"about:blank","detail":"you sent secret-token"}`, "Content-Type", "application/problem+json"),
		"a problem of no shape": says(403, `{"type":["secret-token"]}`, "Content-Type", "application/problem+json"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, _ := newTest(t, play(t, answer).URL)
			_, err := c.Users.Get(t.Context(), "1")
			if !errors.Is(err, ErrForbidden) || err.Error() != "roster: 403 Forbidden" {
				t.Errorf("the error is %v", err)
			}
		})
	}
}

func TestWaitsDoubleAndEndWithTheAttempts(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		attempts int
		elapsed  time.Duration
		answer   http.HandlerFunc
		want     []time.Duration
	}{
		{1, time.Hour, lost, nil},
		{5, time.Hour, lost, []time.Duration{200 * time.Millisecond, 400 * time.Millisecond, 800 * time.Millisecond, 1600 * time.Millisecond}},
		{10, time.Hour, lost, []time.Duration{
			200 * time.Millisecond, 400 * time.Millisecond, 800 * time.Millisecond, 1600 * time.Millisecond, 3200 * time.Millisecond,
			6400 * time.Millisecond, 12800 * time.Millisecond, 15 * time.Second, 15 * time.Second,
		}},
		{10, 3 * time.Second, lost, []time.Duration{200 * time.Millisecond, 400 * time.Millisecond, 800 * time.Millisecond, 1600 * time.Millisecond}},
		{3, time.Hour, problem(503, "unavailable", "Retry-After", "7"), []time.Duration{7200 * time.Millisecond, 7400 * time.Millisecond}},
		{3, time.Hour, problem(429, "rate-limited", "Retry-After", "Sat, 21 Nov 2026 09:30:09 GMT"), []time.Duration{9200 * time.Millisecond, 400 * time.Millisecond}},
		{3, time.Hour, problem(503, "unavailable", "Retry-After", "soon"), []time.Duration{200 * time.Millisecond, 400 * time.Millisecond}},
		{3, 10 * time.Second, problem(429, "rate-limited", "Retry-After", "60"), nil},
	} {
		s := play(t, slices.Repeat([]http.HandlerFunc{c.answer}, c.attempts)...)
		client, clock := newTest(t, s.URL, WithRetries(c.attempts, c.elapsed))
		_, err := client.Users.Get(t.Context(), "1")
		if err == nil || !slices.Equal(clock.waits, c.want) || s.requests() != len(c.want)+1 {
			t.Errorf("%d attempts in %v: waits %v after %d requests, and then %v", c.attempts, c.elapsed, clock.waits, s.requests(), err)
		}
	}
}

func TestTheWaitIsARandomPartOfTheLimit(t *testing.T) {
	t.Parallel()
	jitter := defaults().jitter
	low, high := time.Hour, time.Duration(0)
	for range 1000 {
		d := jitter(time.Second)
		low, high = min(low, d), max(high, d)
	}
	if low < 0 || high > time.Second || low > 100*time.Millisecond || high < 900*time.Millisecond {
		t.Errorf("of a thousand waits the shortest is %v, the longest %v", low, high)
	}
}

func TestAContextEndsACall(t *testing.T) {
	t.Parallel()
	why := errors.New("the caller had enough")
	t.Run("while it waits", func(t *testing.T) {
		t.Parallel()
		s := play(t, problem(503, "unavailable"))
		c, clock := newTest(t, s.URL)
		ctx, cancel := context.WithCancelCause(t.Context())
		clock.stuck, clock.onWait = true, func() { cancel(why) }
		_, err := c.Users.Create(ctx, NewUser{})
		if !errors.Is(err, why) || !errors.Is(err, context.Canceled) || !errors.Is(err, ErrUnavailable) || s.requests() != 1 {
			t.Errorf("%v after %d requests", err, s.requests())
		}
	})
	t.Run("while it is answered", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancelCause(t.Context())
		s := play(t, func(_ http.ResponseWriter, r *http.Request) {
			cancel(why)
			<-r.Context().Done()
		})
		c, _ := newTest(t, s.URL)
		_, err := c.Users.Create(ctx, NewUser{})
		if !errors.Is(err, why) || !errors.Is(err, context.Canceled) || s.requests() != 1 {
			t.Errorf("%v after %d requests", err, s.requests())
		}
	})
	t.Run("before it begins", func(t *testing.T) {
		t.Parallel()
		canceled, cancel := context.WithCancel(t.Context())
		cancel()
		withCause, cancelBecause := context.WithCancelCause(t.Context())
		cancelBecause(why)
		late, stop := context.WithDeadlineCause(t.Context(), time.Unix(1, 0), why)
		defer stop()
		for _, end := range []struct {
			ctx  context.Context
			says []error
			text string
		}{
			{canceled, []error{context.Canceled}, "context canceled"},
			{withCause, []error{context.Canceled, why}, "context canceled: the caller had enough"},
			{late, []error{context.DeadlineExceeded, why}, "context deadline exceeded: the caller had enough"},
		} {
			s := play(t)
			c, _ := newTest(t, s.URL)
			_, err := c.Users.Create(end.ctx, NewUser{})
			for _, want := range end.says {
				if !errors.Is(err, want) || !strings.HasSuffix(err.Error(), ": "+end.text) || s.requests() != 0 {
					t.Errorf("%v instead of %v after %d requests", err, want, s.requests())
				}
			}
		}
	})
}

func TestAnAttemptThatTakesTooLongIsRepeated(t *testing.T) {
	t.Parallel()
	slow := func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	s := play(t, append([]http.HandlerFunc{slow}, slices.Repeat([]http.HandlerFunc{ada}, 1000)...)...)
	// A busy machine may be too slow for more attempts than the first.
	c, _ := newTest(t, s.URL, WithTimeout(50*time.Millisecond), WithRetries(1000, 1000*MaxBackoff))
	if u, err := c.Users.Create(t.Context(), NewUser{}); err != nil || u.ID != "1" || s.requests() < 2 {
		t.Errorf("%+v, %v after %d requests", u, err, s.requests())
	}
}

func TestARefusedConnectionIsTriedAgain(t *testing.T) {
	t.Parallel()
	s := play(t)
	c, clock := newTest(t, s.URL, WithRetries(3, time.Hour))
	s.Close()
	_, err := c.Sessions.Open(t.Context())
	if err == nil || len(clock.waits) != 2 {
		t.Errorf("%v, waits %v", err, clock.waits)
	}
}

func TestADeletionThatFindsNothingAfterALostAnswerIsDone(t *testing.T) {
	t.Parallel()
	gone := problem(404, "not-found")
	for _, c := range []struct {
		name    string
		answers []http.HandlerFunc
		done    bool
	}{
		{"at once", []http.HandlerFunc{gone}, false},
		{"after a lost answer", []http.HandlerFunc{lost, gone}, true},
		{"after a cut answer", []http.HandlerFunc{cut, gone}, true},
		{"after a 504", []http.HandlerFunc{says(504, ""), gone}, true},
		{"after a 429", []http.HandlerFunc{problem(429, "rate-limited"), gone}, false},
		{"after a lost answer and a 429", []http.HandlerFunc{lost, problem(429, "rate-limited"), gone}, true},
		{"after a 503", []http.HandlerFunc{problem(503, "unavailable"), gone}, false},
		{"after a lost answer and a 503", []http.HandlerFunc{lost, problem(503, "unavailable"), gone}, true},
	} {
		s := play(t, c.answers...)
		client, _ := newTest(t, s.URL)
		err := client.Users.Delete(t.Context(), "1")
		if (err == nil) != c.done || err != nil && !errors.Is(err, ErrNotFound) || s.requests() != len(c.answers) {
			t.Errorf("%s: %v after %d requests", c.name, err, s.requests())
		}
		var refused *Error
		if errors.As(err, &refused) && refused.Unclear != (c.name == "after a 503") {
			t.Errorf("%s: that an earlier attempt may have been done is %v", c.name, refused.Unclear)
		}
	}
}

func TestAConditionalChangeSaysWhenItMayBeStaleByItself(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		first   []http.HandlerFunc
		unclear bool
	}{
		{"at once", nil, false},
		{"after a lost answer", []http.HandlerFunc{lost}, true},
		{"after a 503", []http.HandlerFunc{problem(503, "unavailable")}, true},
		{"after a 429", []http.HandlerFunc{problem(429, "rate-limited")}, false},
	} {
		s := play(t, append(c.first, problem(412, "stale"))...)
		client, _ := newTest(t, s.URL)
		_, err := client.Users.Update(t.Context(), "1", UserChange{DisplayName: Set("Ada")}, IfVersion(3))
		var refused *Error
		if !errors.As(err, &refused) || !errors.Is(err, ErrStale) || refused.Unclear != c.unclear ||
			strings.Contains(err.Error(), "earlier attempt") != c.unclear {
			t.Errorf("%s: %v", c.name, err)
		}
		for _, r := range s.got {
			if r.method != "PATCH" || r.header.Get("If-Match") != `"v3"` || r.header.Get("Content-Type") != "application/merge-patch+json" {
				t.Errorf("%s: a request was %+v", c.name, r)
			}
		}
	}
}

func TestWhatMustNotBeDoneTwiceIsRepeatedOnlyWhereNothingCanHaveBeenDone(t *testing.T) {
	t.Parallel()
	calls := map[string]func(context.Context, *Client) error{
		"a session":     func(ctx context.Context, c *Client) error { _, err := c.Sessions.Open(ctx); return err },
		"a set-up link": func(ctx context.Context, c *Client) error { _, err := c.Users.SetUpLink(ctx, "1"); return err },
		"a job":         func(ctx context.Context, c *Client) error { _, err := c.Jobs.Retry(ctx, "1"); return err },
	}
	for name, call := range calls {
		for _, a := range []struct {
			name   string
			answer http.HandlerFunc
			again  bool
		}{
			{"lost", lost, false},
			{"cut", cut, false},
			{"502", says(502, ""), false},
			{"504", says(504, ""), false},
			{"429", problem(429, "rate-limited"), true},
			{"503", problem(503, "unavailable"), false}, // the server may have lost its database at the commit
		} {
			s := play(t, a.answer, says(201, `{"id":"1","url":"u"}`))
			c, _ := newTest(t, s.URL)
			err := call(t.Context(), c)
			if (err == nil) != a.again || (s.requests() == 2) != a.again {
				t.Errorf("%s after %s: %v, %d requests", name, a.name, err, s.requests())
			}
		}
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	t.Parallel()
	other := play(t, ada)
	s := play(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, other.URL, http.StatusTemporaryRedirect)
	})
	c, _ := newTest(t, s.URL)
	_, err := c.Users.Create(t.Context(), NewUser{})
	var refused *Error
	if !errors.As(err, &refused) || refused.Status != 307 || other.requests() != 0 {
		t.Errorf("%v; the other server got %d requests", err, other.requests())
	}
}

func TestAnAnswerThatIsNotAsExpectedIsFinal(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"a page": "<html>", "another type": `{"id":1}`, "two values": `{"id":"1"}{}`,
	} {
		s := play(t, says(200, body))
		c, _ := newTest(t, s.URL)
		if u, err := c.Users.Get(t.Context(), "1"); err == nil || u.ID != "" || s.requests() != 1 {
			t.Errorf("%s: %+v, %v, %d requests", name, u, err, s.requests())
		}
	}
}

func TestAnAnswerIsReadUpToALimit(t *testing.T) {
	t.Parallel()
	s := play(t, func(w http.ResponseWriter, _ *http.Request) {
		blank := bytes.Repeat([]byte(" "), 1<<20)
		for range MaxBody>>20 + 1 {
			if _, err := w.Write(blank); err != nil {
				return
			}
		}
	})
	c, _ := newTest(t, s.URL)
	if _, err := c.Users.Get(t.Context(), "1"); !errors.Is(err, errTooLong) || s.requests() != 1 {
		t.Errorf("%v", err)
	}
}

func TestNoErrorAndNoLogLineHoldsASecret(t *testing.T) {
	t.Parallel()
	const token, password, searched = "token-q7", "password-q7", "searched-q7"
	for name, answer := range map[string]http.HandlerFunc{
		"lost": lost, "cut": cut, "refused": problem(422, "invalid"), "busy": problem(503, "unavailable"), "nonsense": says(200, "password-q7"), "good": ada,
	} {
		for kind, opt := range map[string]Option{
			"token": WithToken(token), "basic": WithBasic("ada", token), "session": WithSession(token),
		} {
			var log bytes.Buffer
			s := play(t, answer, answer, answer, answer)
			c, _ := newTest(t, s.URL, opt, WithRetries(2, time.Hour), WithLogger(slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))))
			_, first := c.Users.Create(t.Context(), NewUser{UserName: "ada", Password: password})
			_, second := c.Users.Page(t.Context(), UserListOptions{Search: searched})
			text := fmt.Sprintf("%v %v %+v %#v %s", first, second, c, c, &log)
			for _, secret := range []string{token, password, searched} {
				if strings.Contains(text, secret) {
					t.Errorf("%s by %s: %s is in %s", name, kind, secret, text)
				}
			}
			if name == "lost" && strings.Count(log.String(), "trying again") != 2 {
				t.Errorf("the log is %s", &log)
			}
		}
	}
}

func TestAListFetchesItsPagesAsTheyAreNeeded(t *testing.T) {
	t.Parallel()
	first, second := says(200, `{"items":[{"id":"1"},{"id":"2"}],"next":"c1"}`), says(200, `{"items":[],"next":"c2"}`)
	third := says(200, `{"items":[{"id":"3"}]}`)
	s := play(t, first, lost, second, third, first)
	c, _ := newTest(t, s.URL)
	users := c.Users.List(t.Context(), UserListOptions{Filter: `active eq true`, Sort: "-userName", PageOptions: PageOptions{Fields: []string{"id", "userName"}, PageSize: 2}})
	var ids []string
	for u, err := range users {
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, u.ID)
	}
	for range users { // from the beginning again, and not to the end
		break
	}
	var targets []string
	for _, r := range s.got {
		targets = append(targets, strings.TrimPrefix(r.target, "/api/v1/users?"))
	}
	const q = "fields=id%2CuserName&filter=active+eq+true&limit=2&sort=-userName"
	want := []string{q, "cursor=c1&" + q, "cursor=c1&" + q, "cursor=c2&" + q, q}
	if !slices.Equal(ids, []string{"1", "2", "3"}) || !slices.Equal(targets, want) {
		t.Errorf("%q from %q", ids, targets)
	}
}

func TestAListEndsWithItsError(t *testing.T) {
	t.Parallel()
	for name, second := range map[string]http.HandlerFunc{
		"refused":      problem(400, "invalid"),
		"goes nowhere": says(200, `{"items":[],"next":"c1"}`),
	} {
		s := play(t, says(200, `{"items":[{"id":"1"}],"next":"c1"}`), second)
		c, _ := newTest(t, s.URL)
		good, bad := 0, 0
		for _, err := range c.Users.List(t.Context(), UserListOptions{}) {
			if err != nil {
				bad++
			} else {
				good++
			}
		}
		if good != 1 || bad != 1 || s.requests() != 2 {
			t.Errorf("%s: %d users, %d errors, %d requests", name, good, bad, s.requests())
		}
	}
}

func TestASecretThatIsLostIsSaid(t *testing.T) {
	t.Parallel()
	s := play(t, lost, says(201, `{"id":"1","name":"ci"}`), says(201, `{"id":"2","slug":"acme"}`))
	c, _ := newTest(t, s.URL)
	if issued, err := c.Tokens.Create(t.Context(), NewToken{Name: "ci"}); !errors.Is(err, ErrSecretLost) || issued.ID != "1" {
		t.Errorf("%+v, %v", issued, err)
	}
	if made, err := c.Organizations.Create(t.Context(), NewOrganization{Slug: "acme"}); !errors.Is(err, ErrSecretLost) || made.ID != "2" {
		t.Errorf("%+v, %v", made, err)
	}
}
