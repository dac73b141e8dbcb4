package server

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"roster"
)

func TestTheServerIsAliveAndReady(t *testing.T) {
	t.Parallel()
	s, _ := newServer(t, http.NotFoundHandler())
	cases := []struct {
		method, path string
		status       int
		body         string
	}{
		{"GET", "/livez", 200, "ok\n"},
		{"HEAD", "/livez", 200, "ok\n"},
		{"GET", "/readyz", 200, `{"status":"ready"}` + "\n"},
		{"POST", "/livez", 405, "This method is not allowed here.\n"},
		{"DELETE", "/readyz", 405, "This method is not allowed here.\n"},
		{"GET", "/o/acme/livez", 404, "404 page not found\n"},
		{"CONNECT", "/livez", 405, "This method is not allowed here.\n"},
		{"TRACE", "/any", 405, "This method is not allowed here.\n"},
	}
	for _, c := range cases {
		w := do(s, request(c.method, c.path))
		if w.Code != c.status || w.Body.String() != c.body {
			t.Errorf("%s %s: %d %q, want %d %q", c.method, c.path, w.Code, w.Body, c.status, c.body)
		}
	}
}

func TestTheServerSaysWhyItIsNotReady(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name   string
		err    error
		drain  bool
		reason string
	}{
		{
			"in its own words", &roster.Error{Kind: roster.Unavailable, Detail: "the database does not answer", Err: errors.New("canary")}, false,
			"the database does not answer",
		},
		{
			"without the cause of a foreign error", errors.New("canary"), false,
			"a part of the server is not working; its log has the details",
		},
		{"while it stops", nil, true, "the server is shutting down"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s, book := newServer(t, http.NotFoundHandler(), func(o *Options) {
				o.Ready = func(context.Context) error { return c.err }
			})
			s.draining.Store(c.drain)
			w := do(s, request("GET", "/readyz"))
			if want := `{"status":"not ready","reason":"` + c.reason + `"}` + "\n"; w.Code != 503 || w.Body.String() != want {
				t.Errorf("%d %q, want %q", w.Code, w.Body, want)
			}
			if c.err != nil && !strings.Contains(book.String(), "canary") {
				t.Error("the cause was not logged")
			}
		})
	}
}

func TestReadinessIsCheckedOnceASecond(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	checks := 0
	s, _ := newServer(t, http.NotFoundHandler(), func(o *Options) {
		o.Now = func() time.Time { return now }
		o.Ready = func(ctx context.Context) error {
			checks++
			if _, bounded := ctx.Deadline(); !bounded {
				t.Error("the check has no end")
			}
			return nil
		}
	})
	for range 5 {
		do(s, request("GET", "/readyz"))
	}
	if checks != 1 {
		t.Errorf("%d checks within a second, want 1", checks)
	}
	now = now.Add(time.Second)
	do(s, request("GET", "/readyz"))
	now = now.Add(-time.Hour) // the clock was put back
	do(s, request("GET", "/readyz"))
	if checks != 3 {
		t.Errorf("%d checks, want 3", checks)
	}
}

func TestMetricsAreShownToThisMachineAndToWhomTheApplicationAllows(t *testing.T) {
	t.Parallel()
	s, _ := newServer(t, http.NotFoundHandler(), func(o *Options) {
		o.MetricsAllowed = func(r *http.Request) bool { return r.Header.Get("Authorization") == "Bearer good" }
	})
	cases := []struct {
		name, peer, host string
		headers          []string
		want             int
	}{
		{"this machine", "127.0.0.1:5", "localhost:8080", nil, 200},
		{"this machine by its address", "127.0.0.1:5", "127.0.0.1", nil, 200},
		{"this machine by IPv6", "[::1]:5", "[::1]:8080", nil, 200},
		{"this machine, mapped", "[::ffff:127.0.0.1]:5", "localhost", nil, 200},
		{"a page whose site's name stands for this machine", "127.0.0.1:5", "rebound.example:8080", nil, 403},
		{"such a page with a token", "127.0.0.1:5", "rebound.example:8080", []string{"Authorization", "Bearer good"}, 200},
		{"a proxy on this machine", "127.0.0.1:5", "localhost", []string{"X-Forwarded-For", "192.0.2.1"}, 403},
		{"another proxy on this machine", "127.0.0.1:5", "localhost", []string{"Forwarded", "for=192.0.2.1"}, 403},
		{"another machine", "192.0.2.1:5", "localhost", nil, 403},
		{"another machine that is allowed", "192.0.2.1:5", "roster.example", []string{"Authorization", "Bearer good"}, 200},
		{"another machine that is not", "192.0.2.1:5", "roster.example", []string{"Authorization", "Bearer bad"}, 403},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := request("GET", "/metrics", c.headers...)
			r.RemoteAddr, r.Host = c.peer, c.host
			w := do(s, r)
			if w.Code != c.want {
				t.Errorf("status %d, want %d", w.Code, c.want)
			}
			if shown := strings.Contains(w.Body.String(), "go_goroutines"); shown != (c.want == 200) {
				t.Errorf("metrics shown: %v", shown)
			}
		})
	}
}

func TestMetricsCountRequestsByPattern(t *testing.T) {
	t.Parallel()
	metrics := NewMetrics()
	if err := metrics.Gauge("roster_test_jobs", "Jobs.", map[string]string{"lane": "email"}, func() float64 { return 3 }); err != nil {
		t.Fatal(err)
	}
	if err := metrics.Counter("roster_test_hits_total", "Hits.", nil, func() float64 { return 9 }); err != nil {
		t.Fatal(err)
	}
	if metrics.Counter("roster_test_hits_total", "Hits.", nil, func() float64 { return 9 }) == nil {
		t.Error("a name was taken twice")
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /people/{id}", func(w http.ResponseWriter, r *http.Request) {
		if r.PathValue("id") == "bad" {
			w.WriteHeader(http.StatusBadRequest)
		}
	})
	s, _ := newServer(t, mux, func(o *Options) { o.Metrics = metrics })
	for _, target := range []string{"/people/1", "/people/2", "/people/bad", "/none/1", "/none/2"} {
		do(s, request("POST", target))
	}
	r := request("GET", "/metrics")
	r.RemoteAddr, r.Host = "127.0.0.1:1", "localhost"
	body := do(s, r).Body.String()
	for _, want := range []string{
		`roster_http_requests_total{method="POST",route="POST /people/{id}",status="2xx"} 2`,
		`roster_http_requests_total{method="POST",route="POST /people/{id}",status="4xx"} 1`,
		`roster_http_requests_total{method="POST",route="-",status="4xx"} 2`,
		`roster_http_request_duration_seconds_count{route="POST /people/{id}"} 3`,
		`roster_http_requests_in_flight 1`,
		`roster_test_jobs{lane="email"} 3`,
		`roster_test_hits_total 9`,
		`process_resident_memory_bytes`,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("the metrics lack %s", want)
		}
	}
	if strings.Contains(body, "none/1") {
		t.Error("a path of a sender became a label")
	}
}

func TestTheMetricsAreBoundedWhateverThePatterns(t *testing.T) {
	t.Parallel()
	m := NewMetrics()
	for i := range maxRoutes + 50 {
		m.observe("GET", strings.Repeat("x", i+1), 200, 0)
	}
	if n := len(*m.routes.Load()); n > maxRoutes+1 {
		t.Errorf("%d routes are told apart, want at most %d", n, maxRoutes+1)
	}
}

func BenchmarkStack(b *testing.B) {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /createUser", func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusOK)
		_, _ = io.WriteString(w, "{}")
	})
	handlers := map[string]http.Handler{"bare mux": mux}
	quiet, _ := newServer(b, mux, func(o *Options) { o.Log = slog.New(slog.DiscardHandler) })
	handlers["whole stack, no log"] = quiet.Handler()
	whole, _ := newServer(b, mux, func(o *Options) { o.Log = slog.New(slog.NewJSONHandler(io.Discard, nil)) })
	handlers["whole stack"] = whole.Handler()
	for _, name := range []string{"bare mux", "whole stack, no log", "whole stack"} {
		for _, target := range []string{"/createUser", "/o/acme/createUser/?a=1&apiToken=secret"} {
			if name == "bare mux" && target != "/createUser" {
				continue
			}
			b.Run(name+" "+target, func(b *testing.B) {
				b.ReportAllocs()
				r := request("POST", target)
				u := *r.URL
				for b.Loop() {
					r.URL, r.Pattern = &u, ""
					handlers[name].ServeHTTP(&discard{header: http.Header{}}, r)
				}
			})
		}
	}
}

// discard is a response writer that costs nothing.
type discard struct{ header http.Header }

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) Write(p []byte) (int, error) { return len(p), nil }
func (d *discard) WriteHeader(int)             {}
