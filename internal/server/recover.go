package server

import (
	"fmt"
	"net/http"
	"runtime/debug"
	"strconv"

	"roster"
	"roster/internal/dialect"
)

// maxPanic is how much of a panic's value is logged, in bytes.
const maxPanic = 500

// recovered answers 500 if a handler panics, so that a bug ends one request only. It passes
// http.ErrAbortHandler on: handlers use it to break an answer off.
func (s *Server) recovered(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			v := recover()
			if v == nil {
				return
			}
			if v == http.ErrAbortHandler {
				panic(v)
			}
			s.log.ErrorContext(r.Context(), "handler panicked",
				"route", routeName(r.Pattern), "panic", shortened(fmt.Sprint(v)), "stack", string(debug.Stack()))
			if res, ok := w.(*response); !ok || res.status != 0 {
				panic(http.ErrAbortHandler) // a part of an answer must not look complete
			}
			h := w.Header()
			h.Set("Cache-Control", "no-store")
			h.Del("Content-Length")
			h.Del("Content-Encoding")
			if !s.o.Refuse(w, r, &roster.Error{Kind: roster.Internal}) {
				writeInternal(w, r)
			}
		}()
		next.ServeHTTP(w, r)
	})
}

func shortened(s string) string {
	if len(s) > maxPanic {
		return s[:maxPanic] + "…"
	}
	return s
}

// writeInternal answers a request that ran into a bug, in no dialect.
func writeInternal(w http.ResponseWriter, r *http.Request) {
	id := dialect.OriginOf(r.Context()).RequestID
	writeText(w, http.StatusInternalServerError, "application/json; charset=utf-8",
		`{"error":"internal","message":"The server met an error of its own. Its log has the details.","requestId":`+
			strconv.Quote(id)+`}`)
}

func writeText(w http.ResponseWriter, status int, contentType, text string) {
	w.Header().Set("Content-Type", contentType)
	w.WriteHeader(status)
	_, _ = w.Write([]byte(text)) // a caller who left needs no answer
}
