package server

import (
	"bytes"
	"net/http"

	"github.com/prometheus/common/expfmt"
)

// showMetrics answers in the text format of Prometheus. It answers callers on this machine, and
// those that the application allows. A proxy or a browser on this machine may act for somebody
// else, so a local request must also name this machine as its host.
func (s *Server) showMetrics(w http.ResponseWriter, r *http.Request) {
	if !fromThisMachine(r) && !s.o.MetricsAllowed(r) {
		writeText(w, http.StatusForbidden, "text/plain; charset=utf-8",
			"Metrics are shown to callers of this machine that ask localhost or 127.0.0.1 without a proxy,\n"+
				"or with an API token of the default organization:\n"+
				"Authorization: Bearer TOKEN\n")
		return
	}
	families, err := s.o.Metrics.registry.Gather()
	if err != nil {
		// A collector that fails must not hide the others.
		s.log.WarnContext(r.Context(), "metrics are not complete", "err", err)
	}
	var body bytes.Buffer
	format := expfmt.NewFormat(expfmt.TypeTextPlain)
	for _, family := range families {
		if _, err := expfmt.MetricFamilyToText(&body, family); err != nil {
			s.log.WarnContext(r.Context(), "metrics are not complete", "err", err)
		}
	}
	writeText(w, http.StatusOK, string(format), body.String())
}

// fromThisMachine reports whether the request came from a loopback address, without a proxy.
func fromThisMachine(r *http.Request) bool {
	return peerAddress(r).IsLoopback() && isLocalHost(r.Host) && r.Header.Get("X-Forwarded-For") == "" && r.Header.Get("Forwarded") == ""
}
