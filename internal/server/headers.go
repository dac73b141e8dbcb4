package server

import "net/http"

// securityHeaders sets what every answer carries (OWASP HTTP Headers Cheat Sheet). A page that
// needs a wider policy sets its own over it.
func (s *Server) securityHeaders(next http.Handler) http.Handler {
	// The values are shared by all answers: nothing may write into them.
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
			h["Connection"] = closing // HTTP/2 has GOAWAY for it
		}
		next.ServeHTTP(w, r)
	})
}

// strictTransport reports whether browsers are told to use HTTPS only (RFC 6797 §7.2: not over
// plain HTTP). Under a self-signed certificate they would not listen (§8.1).
func (s *Server) strictTransport(r *http.Request) bool {
	if r.TLS != nil {
		return !s.selfSigned()
	}
	return len(s.o.TrustedProxies) > 0 && overHTTPS(r, s.o.TrustedProxies)
}
