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

// problemBody is what a page about a problem shows: what, and what to do.
type problemBody struct {
	Title string
	Text  string
	Hint  string
	Code  string // a command or an id that goes with the hint
}

func (s *site) problem(w http.ResponseWriter, status int, b problemBody) {
	if err := s.render(w, status, pageProblem, view{Title: b.Title, Body: b}); err != nil {
		http.Error(w, b.Title, status) // the template is at fault; a test would show it
	}
}

// describe says what an error means to somebody who reads a page.
func (s *site) describe(r *http.Request, status int, err error) problemBody {
	const again = "Nothing has changed. Wait a moment, and try again."
	switch status {
	case http.StatusInternalServerError:
		b := problemBody{
			Title: "Something went wrong here", Text: "The fault is Roster's, and it has been written down.",
			Hint: "If it stays, give this number to whoever looks after Roster:",
			Code: dialect.OriginOf(r.Context()).RequestID,
		}
		if b.Code == "" {
			b.Hint = ""
		}
		return b
	case http.StatusTooManyRequests:
		return problemBody{Title: "Too many tries", Text: sentence(status, err), Hint: again}
	case http.StatusServiceUnavailable:
		return problemBody{Title: "Not right now", Text: sentence(status, err), Hint: again}
	default:
		return problemBody{Title: cmp.Or(http.StatusText(status), "That did not work"), Text: sentence(status, err)}
	}
}

// nothingHere answers for every address that nobody claims: with a page for a person with a
// browser, and as [Options].Refuse has it for scripts. A request with an API token is a script's.
func (s *site) nothingHere(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Vary", "Accept")
	token := dialect.OriginOf(r.Context()).Secrets["apiToken"]
	if token == "" && strings.Contains(r.Header.Get("Accept"), "text/html") {
		s.problem(w, http.StatusNotFound, problemBody{
			Title: "There is nothing here", Text: "No page and no call has this address.",
			Hint: "The start page says where to find what:",
		})
		return
	}
	s.Refuse(w, r, &dialect.Refusal{Status: http.StatusNotFound, Detail: "There is nothing at this address."})
}

// refuseScript answers that nobody claims an address.
func refuseScript(w http.ResponseWriter, _ *http.Request, err error) {
	type fault struct {
		ID      string `json:"id"`
		Message string `json:"message"`
	}
	_ = dialect.WriteJSON(w, http.StatusNotFound, map[string]fault{ // a caller who left needs no answer
		"error": {ID: "not-found", Message: err.Error()},
	})
}

// wrongMethod answers for a page that is there, but not in this way. OPTIONS is answered with the
// methods that the page takes. A page that takes GET takes HEAD too.
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
