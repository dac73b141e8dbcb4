package dialect

import (
	"context"
	"net/http"
	"unicode"
	"unicode/utf8"
)

// OperatorHeader carries the operating system's name of the operator, for the audit. It proves
// nothing: that the caller could open the server's socket does.
const OperatorHeader = "Roster-Operator"

// maxOperatorName is the longest name that is kept, in characters.
const maxOperatorName = 255

type operatorKey struct{}

// WithOperator marks a context as the operator's: the request came over the server's own socket, or
// from its own process. Whoever listens on the network must never mark a request so.
func WithOperator(ctx context.Context) context.Context {
	return context.WithValue(ctx, operatorKey{}, true)
}

// IsOperator reports whether a request is the operator's, see [WithOperator].
func IsOperator(ctx context.Context) bool { return ctx.Value(operatorKey{}) != nil }

// OperatorName returns the name that the operator gives. It is "" where there is none, or none that
// may stand in a log.
func OperatorName(r *http.Request) string {
	name := r.Header.Get(OperatorHeader)
	if !utf8.ValidString(name) || utf8.RuneCountInString(name) > maxOperatorName {
		return ""
	}
	for _, c := range name {
		if !unicode.IsPrint(c) {
			return ""
		}
	}
	return name
}
