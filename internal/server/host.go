package server

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"roster/internal/dialect"
)

// ownHosts refuses requests for other hosts than this machine if Options.OnlyLocal is set.
// Otherwise a web page could reach the server: an attacker makes the name of the page's site
// resolve to 127.0.0.1 (DNS rebinding). The port is ignored.
func (s *Server) ownHosts(next http.Handler) http.Handler {
	if !s.o.OnlyLocal {
		return next
	}
	public := ""
	if u, err := url.Parse(s.o.PublicURL); err == nil {
		public = u.Hostname()
	}
	const why = "This server answers only to the names of this machine: use one of the addresses that it printed at its start. " +
		"If you reach it by another name, give that with --public-url."
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if isLocalHost(r.Host) || public != "" && strings.EqualFold(hostName(r.Host), public) {
			next.ServeHTTP(w, r)
			return
		}
		if !s.o.Refuse(w, r, &dialect.Refusal{Status: http.StatusMisdirectedRequest, Detail: why}) {
			writeText(w, http.StatusMisdirectedRequest, "text/plain; charset=utf-8", why+"\n")
		}
	})
}

// isLocalHost reports whether a Host header names this machine: localhost, or a loopback address.
func isLocalHost(host string) bool {
	name := hostName(host)
	ip, err := netip.ParseAddr(name)
	return strings.EqualFold(name, "localhost") || err == nil && plain(ip).IsLoopback()
}

// hostName returns the name or address in a Host header, without port, brackets and final dot.
func hostName(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	return strings.TrimSuffix(strings.TrimSuffix(strings.TrimPrefix(host, "["), "]"), ".")
}
