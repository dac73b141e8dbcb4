package server

import (
	"context"
	"log"
	"log/slog"
	"strings"

	"roster/internal/dialect"
)

// ContextHandler returns a handler that adds request_id to every record which is logged under the
// context of a request. A handler that does so already is returned as it is.
func ContextHandler(h slog.Handler) slog.Handler {
	if _, done := h.(contextHandler); done {
		return h
	}
	return contextHandler{h}
}

type contextHandler struct{ slog.Handler }

// Handle adds the id and passes the record on.
func (h contextHandler) Handle(ctx context.Context, r slog.Record) error {
	if id := dialect.OriginOf(ctx).RequestID; id != "" {
		r.AddAttrs(slog.String("request_id", id))
	}
	return h.Handler.Handle(ctx, r)
}

// WithAttrs returns a handler that adds attributes as well.
func (h contextHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return contextHandler{h.Handler.WithAttrs(attrs)}
}

// WithGroup returns a handler that puts what follows, the id too, into a group.
func (h contextHandler) WithGroup(name string) slog.Handler {
	return contextHandler{h.Handler.WithGroup(name)}
}

// errorLog returns a logger for what net/http says about connections.
func errorLog(to *slog.Logger) *log.Logger { return log.New(connectionLog{to}, "", 0) }

type connectionLog struct{ to *slog.Logger }

// maxConnectionLine is how much of a line of net/http is logged, in bytes.
const maxConnectionLine = 500

// Write logs one line. That a client speaks bad TLS is its own affair; the rest may be ours.
func (l connectionLog) Write(line []byte) (int, error) {
	text := strings.TrimSpace(string(line[:min(len(line), maxConnectionLine)]))
	level := slog.LevelWarn
	if strings.Contains(text, "TLS handshake error") {
		level = slog.LevelDebug
	}
	l.to.Log(context.Background(), level, "connection", "message", text)
	return len(line), nil
}
