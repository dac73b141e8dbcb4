package graze

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"roster"
	"roster/internal/dialect"
)

// statuses is the only table from kinds of error to Graze's statuses. A taken name is 400, because
// the documentation knows no 409.
var statuses = map[roster.Kind]int{
	roster.Internal:        http.StatusInternalServerError,
	roster.Invalid:         http.StatusBadRequest,
	roster.Conflict:        http.StatusBadRequest,
	roster.NotFound:        http.StatusNotFound,
	roster.Unauthenticated: http.StatusUnauthorized,
	roster.Forbidden:       http.StatusForbidden,
	roster.RateLimited:     http.StatusTooManyRequests,
	roster.Unavailable:     http.StatusServiceUnavailable,
	roster.Stale:           http.StatusServiceUnavailable, // no Graze call names a version: the caller should try again
}

// newFace returns the face of a family of calls.
func newFace(o Options, w words, authenticate func(context.Context, *request) (roster.Actor, error)) *dialect.Face[*request] {
	return &dialect.Face[*request]{
		Name: roster.FaceGraze, Read: newRequest, Authenticate: authenticate,
		Statuses: statuses, WriteError: w.writeError, Log: o.Log,
	}
}

// failure is the body of every error.
type failure struct {
	Message    string      `json:"message"`
	StatusCode int         `json:"statusCode"`
	Additional *additional `json:"additional,omitempty"`
}

type additional struct {
	DebugMessage string `json:"debugMessage"`
}

// notAuthenticated is the documented body for every fault of a credential.
var notAuthenticated = failure{Message: "User is not authenticated", StatusCode: 3001}

func (n words) writeError(w http.ResponseWriter, r *http.Request, status int, err error) {
	if status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Basic realm="Roster", charset="UTF-8"`)
		_ = dialect.WriteJSON(w, status, notAuthenticated) // the caller has left
		return
	}
	message, debug := n.describe(r, err)
	_ = dialect.WriteJSON(w, status, failure{message, status, &additional{debug}})
}

// describe explains an error: message is a sentence about the first fault, debug one about all of
// them.
func (n words) describe(r *http.Request, err error) (message, debug string) {
	var refusal *dialect.Refusal
	if errors.As(err, &refusal) {
		return refusal.Detail, refusal.Detail
	}
	var all []string
	for _, e := range roster.All(err) {
		if e.Kind == roster.Internal {
			return "Roster failed to do this; its log says why", "request " + dialect.OriginOf(r.Context()).RequestID
		}
		text := n.sentence(e)
		if message == "" {
			message = text
		}
		all = append(all, text+n.advice(e))
	}
	if len(all) > 1 {
		message = fmt.Sprintf("%s (debugMessage lists all %d faults)", message, len(all))
	}
	return message, strings.Join(all, "; ")
}

func (n words) sentence(e *roster.Error) string {
	detail := cmp.Or(e.Detail, e.Kind.String())
	if e.Field == "" {
		return detail
	}
	return n.argument(e.Field) + " " + detail
}

// advice returns which record has a taken name, and what to do about it.
func (n words) advice(e *roster.Error) string {
	switch {
	case e.Kind != roster.Conflict || e.Holder == (roster.Holder{}):
		return ""
	case e.Field == "userName":
		return fmt.Sprintf(": that of user_id %d, which updateUser changes", e.Holder.Number)
	case n["id"] == teamWords["id"]:
		return fmt.Sprintf(": that of team_id %d, which updateTeam changes", e.Holder.Number)
	default:
		return fmt.Sprintf(": that of the realm with the id %s, which updateSecurityRealm changes", e.Holder.ID)
	}
}

// unknownEndpoint refuses a call that Graze may have and Roster does not.
func unknownEndpoint(r *http.Request) error {
	const most = 64 // of the name, repeated in the answer
	name := []rune(strings.TrimPrefix(r.URL.Path, base))
	name = name[:min(len(name), most)]
	return &dialect.Refusal{
		Status: http.StatusNotFound,
		Detail: fmt.Sprintf("There is no endpoint %q here: Roster serves the part of the Graze API that manages users.", string(name)),
	}
}
