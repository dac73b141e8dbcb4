package server

import "net/http"

// securityHeaders sets the headers of every answer (OWASP HTTP Headers Cheat Sheet). A page that
// needs a wider policy replaces its own.
func (s *Server) securityHeaders(next http.Handler) http.Handler {
	// All answers share these values: nothing may modify them.
	nosniff := []string{"nosniff"}
	noReferrer := []string{"no-referrer"}
	policy := []string{"default-src 'none'; frame-ancestors 'none'"}
	transport := []string{"max-age=31536000"} // seconds: a year
	closing := []string{"close"}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h["X-Content-Type-Options"] = nosniff
		h["Referrer-Policy"] = noReferrer
		h["Content-Security-Policy"] = policy
		if s.strictTransport(r) {
			h["Strict-Transport-Security"] = transport
		}
		if s.draining.Load() && r.ProtoMajor == 1 {
			h["Connection"] = closing // HTTP/2 uses GOAWAY instead
		}
		next.ServeHTTP(w, r)
	})
}

// strictTransport reports whether to tell browsers to use HTTPS only. Over plain HTTP this is
// forbidden (RFC 6797 §7.2), and under a self-signed certificate browsers ignore it (§8.1).
func (s *Server) strictTransport(r *http.Request) bool {
	if r.TLS != nil {
		return !s.selfSigned()
	}
	return len(s.o.TrustedProxies) > 0 && overHTTPS(r, s.o.TrustedProxies)
}
