package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// listen serves a handler as if it were another process.
func listen(t *testing.T, handle http.HandlerFunc) *process {
	t.Helper()
	srv := httptest.NewServer(handle)
	t.Cleanup(srv.Close)
	return here(srv)
}

// here is a server in this process.
func here(srv *httptest.Server) *process {
	return &process{address: srv.Listener.Addr().String(), id: os.Getpid()}
}

// short is a window that is long enough for a few answers.
const short = 50 * time.Millisecond

func hello(int) script {
	return numberedScript(newTemplate(get("/hello/##########")), counter(0), "hello")
}

func TestEveryAcceptedAnswerIsCounted(t *testing.T) {
	t.Parallel()
	var served atomic.Int64
	server := listen(t, func(w http.ResponseWriter, r *http.Request) {
		served.Add(1)
		fmt.Fprint(w, "hello "+r.URL.Path)
	})
	res, err := load{server, 4, short, hello}.run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if res.wrong != 0 || res.done == 0 || res.done > res.latency.total || res.latency.total > served.Load() {
		t.Errorf("%d done, %d latencies, %d wrong (%s), %d served", res.done, res.latency.total, res.wrong, res.complaint, served.Load())
	}
}

func TestAnAnswerThatIsNotWhatWasAskedForIsWrong(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		status int
		body   string
	}{
		{"another body", 200, "good day"},
		{"another status", 404, "hello"},
		{"a shorter body", 200, "hell"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			server := listen(t, func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(c.status)
				fmt.Fprint(w, c.body)
			})
			res, err := load{server, 2, short, hello}.run(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			want := fmt.Sprintf("%d %s", c.status, c.body)
			if res.wrong == 0 || res.done != 0 || res.complaint != want {
				t.Errorf("%d wrong, %d done, %q", res.wrong, res.done, res.complaint)
			}
		})
	}
}

func TestARefusedCallerWaitsAsLongAsItIsTold(t *testing.T) {
	t.Parallel()
	var asked atomic.Int64
	server := listen(t, func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		w.Header().Set("Retry-After", "60")
		w.WriteHeader(http.StatusServiceUnavailable)
	})
	const callers = 3
	res, err := load{server, callers, short, hello}.run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if asked.Load() != callers || res.wrong != 0 || res.done != 0 {
		t.Errorf("%d requests by %d callers, %d wrong, %d done", asked.Load(), callers, res.wrong, res.done)
	}
}

func TestARashCallerAsksAgainAtOnceAndFromItsOwnAddress(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("only Linux gives a machine all of 127.0.0.0/8")
	}
	var asked, elsewhere atomic.Int64
	server := listen(t, func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		if !strings.HasPrefix(r.RemoteAddr, floodAddress+":") {
			elsewhere.Add(1)
		}
		w.Header().Set("Retry-After", "60")
		w.WriteHeader(http.StatusServiceUnavailable)
	})
	res, err := load{server, 1, short, hello}.runAs(t.Context(), manner{impatient: true, from: floodAddress})
	if err != nil {
		t.Fatal(err)
	}
	if asked.Load() < 2 || elsewhere.Load() != 0 || res.wrong != 0 || res.done != 0 {
		t.Errorf("%d requests, %d from elsewhere, %d wrong, %d done", asked.Load(), elsewhere.Load(), res.wrong, res.done)
	}
}

func TestACallerComesBackOnANewConnection(t *testing.T) {
	t.Parallel()
	server := listen(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Connection", "close")
		fmt.Fprint(w, "hello")
	})
	res, err := load{server, 1, short, hello}.run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if res.wrong != 0 || res.latency.total < 2 {
		t.Errorf("%d accepted, %d wrong: %s", res.latency.total, res.wrong, res.complaint)
	}
}

func TestALoadEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	server := listen(t, func(w http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done() // no answer: the connection has to be cut
	})
	if _, err := (load{server, 2, time.Hour, hello}).run(ctx); err == nil {
		t.Error("it came to a result")
	}
}

func TestALoadOnNobodyIsAnError(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(http.NotFoundHandler())
	nobody := here(srv)
	srv.Close()
	if _, err := (load{nobody, 1, short, hello}).run(t.Context()); err == nil {
		t.Error("it came to a result")
	}
}

func TestEveryMarkOfATemplateTakesTheNumber(t *testing.T) {
	t.Parallel()
	request := post("/a/##########", `{"name":"n-##########","again":"##########"}`, "X: y")
	got := string(newTemplate(request).fill([]byte("before "), 4711))
	want := "before " + strings.ReplaceAll(request, mark, "0000004711")
	if got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if numbered(request, 4711) != strings.TrimPrefix(want, "before ") {
		t.Errorf("numbered: %q", numbered(request, 4711))
	}
}

func TestStrangersAreMadeUpOnlyWhenNobodyIsCold(t *testing.T) {
	t.Parallel()
	var p people
	p.join(1)
	p.join(2)
	met := map[int64]bool{p.next(): true, p.next(): true}
	if !met[1] || !met[2] || p.madeUp() != 0 {
		t.Errorf("met %v, %d made up", met, p.madeUp())
	}
	if a, b := p.next(), p.next(); a == b || a <= firstStranger || b <= firstStranger || p.madeUp() != 2 {
		t.Errorf("made up %d and %d, counted %d", a, b, p.madeUp())
	}
}
