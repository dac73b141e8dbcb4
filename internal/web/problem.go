package web

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"roster"
	"roster/internal/dialect"
)

// statuses maps each kind of error to the status of its page.
var statuses = map[roster.Kind]int{
	roster.Internal:        http.StatusInternalServerError,
	roster.Invalid:         http.StatusUnprocessableEntity,
	roster.Conflict:        http.StatusConflict,
	roster.NotFound:        http.StatusNotFound,
	roster.Unauthenticated: http.StatusUnauthorized,
	roster.Forbidden:       http.StatusForbidden,
	roster.RateLimited:     http.StatusTooManyRequests,
	roster.Unavailable:     http.StatusServiceUnavailable,
	roster.Stale:           http.StatusPreconditionFailed,
}

// problemBody holds the contents of a page about an error: what happened, and what to do.
type problemBody struct {
	Title string
	Text  string
	Hint  string
	Code  string // a command or an id for the hint
}

func (s *site) problem(w http.ResponseWriter, status int, b problemBody) {
	if err := s.render(w, status, pageProblem, view{Title: b.Title, Body: b}); err != nil {
		http.Error(w, b.Title, status) // the template is at fault; a test would show it
	}
}

// describe explains an error to a person.
func (s *site) describe(r *http.Request, status int, err error) problemBody {
	const again = "Nothing has changed. Wait a moment and try again."
	switch status {
	case http.StatusInternalServerError:
		b := problemBody{
			Title: "Something went wrong", Text: "This is a fault in Roster, and it has been logged.",
			Hint: "If it happens again, give this number to your Roster administrator:",
			Code: dialect.OriginOf(r.Context()).RequestID,
		}
		if b.Code == "" {
			b.Hint = ""
		}
		return b
	case http.StatusTooManyRequests:
		return problemBody{Title: "Too many attempts", Text: sentence(status, err), Hint: again}
	case http.StatusServiceUnavailable:
		return problemBody{Title: "Not right now", Text: sentence(status, err), Hint: again}
	default:
		return problemBody{Title: cmp.Or(http.StatusText(status), "That did not work"), Text: sentence(status, err)}
	}
}

// nothingHere answers unknown addresses: with a page for browsers, and with [Options].Refuse for
// scripts. A request with an API token comes from a script.
func (s *site) nothingHere(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Vary", "Accept")
	token := dialect.OriginOf(r.Context()).Secrets["apiToken"]
	if token == "" && strings.Contains(r.Header.Get("Accept"), "text/html") {
		s.problem(w, http.StatusNotFound, problemBody{
			Title: "Page not found", Text: "There is no page at this address.",
			Hint: "The start page shows where to go:",
		})
		return
	}
	s.Refuse(w, r, &dialect.Refusal{Status: http.StatusNotFound, Detail: "There is nothing at this address."})
}

// refuseScript answers a script that an address is unknown.
func refuseScript(w http.ResponseWriter, _ *http.Request, err error) {
	type fault struct {
		ID      string `json:"id"`
		Message string `json:"message"`
	}
	_ = dialect.WriteJSON(w, http.StatusNotFound, map[string]fault{ // a caller who left needs no answer
		"error": {ID: "not-found", Message: err.Error()},
	})
}

// wrongMethod answers requests for a page with a method that it does not take. For OPTIONS it lists
// the methods. A page that takes GET also takes HEAD.
func (s *site) wrongMethod(w http.ResponseWriter, r *http.Request, handlers map[string]http.Handler) {
	methods := slices.Sorted(maps.Keys(handlers))
	w.Header().Set("Allow", strings.Replace(strings.Join(methods, ", "), "GET", "GET, HEAD", 1))
	if r.Method == http.MethodOptions {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	s.problem(w, http.StatusMethodNotAllowed, problemBody{
		Title: "Not in this way", Text: fmt.Sprintf("This page takes %s.", strings.Join(methods, " and ")),
	})
}
