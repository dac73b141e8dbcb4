package server

import (
	"context"
	"log"
	"log/slog"
	"strings"

	"roster/internal/dialect"
)

// ContextHandler returns a handler that adds request_id to every record that is logged during a
// request. It returns a handler that does so already unchanged.
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

// WithGroup returns a handler that puts everything that follows into a group, the id too.
func (h contextHandler) WithGroup(name string) slog.Handler {
	return contextHandler{h.Handler.WithGroup(name)}
}

// errorLog returns a logger for net/http's messages about connections.
func errorLog(to *slog.Logger) *log.Logger { return log.New(connectionLog{to}, "", 0) }

type connectionLog struct{ to *slog.Logger }

// maxConnectionLine is how much of a message of net/http is logged, in bytes.
const maxConnectionLine = 500

// Write logs one line. Bad TLS is the client's fault; other messages may be about a fault of ours.
func (l connectionLog) Write(line []byte) (int, error) {
	text := strings.TrimSpace(string(line[:min(len(line), maxConnectionLine)]))
	level := slog.LevelWarn
	if strings.Contains(text, "TLS handshake error") {
		level = slog.LevelDebug
	}
	l.to.Log(context.Background(), level, "connection", "message", text)
	return len(line), nil
}
