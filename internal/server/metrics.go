package server

import (
	"fmt"
	"maps"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
)

// Metrics are the contents of /metrics: metrics of the process, of the requests, and those of the
// application.
type Metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	duration *prometheus.HistogramVec

	// routes holds the resolved children of the two vectors, so that counting a request needs no
	// lock and no allocation. It is replaced as a whole, under mu, when a new pattern appears.
	routes atomic.Pointer[map[string]*routeMetrics]
	mu     sync.Mutex
}

// maxRoutes bounds the number of patterns. There are far fewer routes; a bug that turned senders'
// words into patterns would hit it.
const maxRoutes = 512

// NewMetrics returns the metrics of the process, without requests yet.
func NewMetrics() *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "roster_http_requests_total",
			Help: "Requests answered, by method, pattern of the route and class of the status (0xx: broken off before an answer).",
		}, []string{"method", "route", "status"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "roster_http_request_duration_seconds",
			Help:    "Time from the end of a request's header to the end of its handler, by pattern of the route.",
			Buckets: []float64{0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10},
		}, []string{"route"}),
	}
	m.routes.Store(&map[string]*routeMetrics{})
	m.registry.MustRegister(
		m.requests, m.duration,
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	)
	return m
}

// Registry returns the registry for the application's own collectors.
func (m *Metrics) Registry() *prometheus.Registry { return m.registry }

// Gauge adds a value that goes up and down. Labels tell gauges of one name apart; nil for none.
// read returns the value and must be safe for concurrent use. Errors: a name with these labels is
// taken.
func (m *Metrics) Gauge(name, help string, labels map[string]string, read func() float64) error {
	err := m.registry.Register(prometheus.NewGaugeFunc(
		prometheus.GaugeOpts{Name: name, Help: help, ConstLabels: labels}, read))
	if err != nil {
		return fmt.Errorf("register gauge %s: %w", name, err)
	}
	return nil
}

// Counter adds a value that only goes up. The arguments are those of [Metrics.Gauge].
func (m *Metrics) Counter(name, help string, labels map[string]string, read func() float64) error {
	err := m.registry.Register(prometheus.NewCounterFunc(
		prometheus.CounterOpts{Name: name, Help: help, ConstLabels: labels}, read))
	if err != nil {
		return fmt.Errorf("register counter %s: %w", name, err)
	}
	return nil
}

// inFlight adds the number of requests in flight. If two servers share one Metrics, it shows the
// first.
func (m *Metrics) inFlight(count func() int64) {
	_ = m.Gauge("roster_http_requests_in_flight", "Requests being answered at the moment.", nil,
		func() float64 { return float64(count()) })
}

// observe counts one request. pattern is that of its route, "" if no route matched.
func (m *Metrics) observe(method, pattern string, status int, took time.Duration) {
	route := (*m.routes.Load())[pattern]
	if route == nil {
		route = m.addRoute(pattern)
	}
	class := status / 100
	if class < 0 || class >= classes {
		class = 0
	}
	route.counter(m, methodIndex(method), class).Inc()
	route.duration.Observe(took.Seconds())
}

// addRoute resolves what counts the requests of a pattern.
func (m *Metrics) addRoute(pattern string) *routeMetrics {
	m.mu.Lock()
	defer m.mu.Unlock()
	old := *m.routes.Load()
	if route := old[pattern]; route != nil {
		return route
	}
	if len(old) >= maxRoutes {
		if pattern = "other"; old[pattern] != nil {
			return old[pattern]
		}
	}
	name := routeName(pattern)
	route := &routeMetrics{name: name, duration: m.duration.WithLabelValues(name)}
	routes := maps.Clone(old)
	routes[pattern] = route
	m.routes.Store(&routes)
	return route
}

// classes is the number of classes of status: 1 to 5, and 0 for none (RFC 9110 §15).
const classes = 6

// routeMetrics counts the requests of one route.
type routeMetrics struct {
	name     string
	duration prometheus.Observer
	counts   [len(methods)][classes]atomic.Pointer[prometheus.Counter]
}

func (r *routeMetrics) counter(m *Metrics, method, class int) prometheus.Counter {
	if c := r.counts[method][class].Load(); c != nil {
		return *c
	}
	c := m.requests.WithLabelValues(methods[method], r.name, strconv.Itoa(class)+"xx")
	r.counts[method][class].Store(&c)
	return c
}

// methods are counted separately (RFC 9110 §9, RFC 5789); the last one counts all others.
var methods = [...]string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "other"}

func methodIndex(method string) int {
	for i, m := range methods[:len(methods)-1] {
		if m == method {
			return i
		}
	}
	return len(methods) - 1
}
