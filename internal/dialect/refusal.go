package dialect

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"roster"
)

// Refusal is an error about HTTP itself, for which the verbs have no kind.
type Refusal struct {
	Status int    // 404, 405, 408, 413 or 415
	Detail string // a sentence, safe to send
	Allow  string // for 405: the methods that the endpoint takes (RFC 9110 §10.2.1)
}

// Error returns the detail.
func (e *Refusal) Error() string { return e.Detail }

// Refuse returns a handler that answers every request with the error that refuse returns, in the
// dialect's own form. It answers OPTIONS for a known endpoint with the methods of the endpoint.
func (f *Face[R]) Refuse(refuse func(*http.Request) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		err := refuse(r)
		if allow := allowed(err); allow != "" && r.Method == http.MethodOptions {
			w.Header().Set("Allow", allow)
			w.WriteHeader(http.StatusNoContent)
			return
		}
		f.TurnAway(w, r, err)
	})
}

// TurnAway answers a request that matches no endpoint, in the dialect's own form. It logs nothing.
func (f *Face[R]) TurnAway(w http.ResponseWriter, r *http.Request, err error) {
	var by roster.Actor
	if f.Recognize != nil {
		by, _ = f.Recognize(r.Context(), f.Read(w, r)) // an unknown caller gets the status of the table
	}
	f.answer(w, r, by, err)
}

// WrongMethod refuses a request whose method the endpoint does not take. An endpoint that takes GET
// also takes HEAD.
func WrongMethod(methods ...string) func(*http.Request) error {
	take := strings.Join(methods, " or ")
	if i := slices.Index(methods, http.MethodGet); i >= 0 && !slices.Contains(methods, http.MethodHead) {
		methods = slices.Insert(slices.Clone(methods), i+1, http.MethodHead)
	}
	allow := strings.Join(methods, ", ")
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
