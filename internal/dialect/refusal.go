package dialect

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// Refusal is an error about HTTP itself, for which the verbs have no kind.
type Refusal struct {
	Status int    // 404, 405, 413 or 415
	Detail string // a sentence, safe to send
	Allow  string // for 405: the methods that the endpoint takes (RFC 9110 §10.2.1)
}

// Error returns the detail.
func (e *Refusal) Error() string { return e.Detail }

// Refuse returns a handler that answers every request with the error that refuse makes of it, in the
// dialect's own form and without asking who calls.
func (f *Face[R]) Refuse(refuse func(*http.Request) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { f.Fail(w, r, refuse(r)) })
}

// WrongMethod refuses a request whose method is none of those that the endpoint takes.
func WrongMethod(methods ...string) func(*http.Request) error {
	take, allow := strings.Join(methods, " or "), strings.Join(methods, ", ")
	return func(*http.Request) error {
		return &Refusal{
			Status: http.StatusMethodNotAllowed,
			Detail: fmt.Sprintf("Call this endpoint with %s.", take),
			Allow:  allow,
		}
	}
}

func allowed(err error) string {
	var refusal *Refusal
	if errors.As(err, &refusal) {
		return refusal.Allow
	}
	return ""
}
