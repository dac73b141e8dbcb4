package server

import (
	"net/http"

	"roster/internal/dialect"
)

// maxRequestID is the greatest length of a sender's request id, in bytes.
const maxRequestID = 64

// requestID gives the request an id and repeats it in the answer. It keeps the sender's id if that
// is short and plain.
func requestID(newID func() string, next http.Handler) http.Handler {
	const name = "X-Request-Id"
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := r.Header.Get(name)
		if !isRequestID(id) {
			id = newID()
		}
		dialect.OriginOf(r.Context()).RequestID = id
		w.Header()[name] = []string{id}
		next.ServeHTTP(w, r)
	})
}

// isRequestID reports whether s is 1 to 64 of A-Z a-z 0-9 "." "_" "-", with which nobody can forge
// a log line.
func isRequestID(s string) bool {
	if s == "" || len(s) > maxRequestID {
		return false
	}
	for _, c := range []byte(s) {
		letter := 'a' <= c|0x20 && c|0x20 <= 'z'
		digit := '0' <= c && c <= '9'
		if !letter && !digit && c != '.' && c != '_' && c != '-' {
			return false
		}
	}
	return true
}
