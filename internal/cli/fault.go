package cli

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"time"

	"roster"
	"roster/client"
)

// Exit codes.
const (
	exitOther        = 1
	exitInvalid      = 2
	exitNotAllowed   = 3
	exitTryAgain     = 4
	exitInterrupted  = 130 // as a shell has it: 128 and the number of SIGINT
	unexplainedFault = "something went wrong inside; the server's log says what"
)

// exitCodes says how the process ends for each kind of fault.
var exitCodes = map[roster.Kind]int{
	roster.Internal:        exitOther,
	roster.Invalid:         exitInvalid,
	roster.Conflict:        exitOther,
	roster.NotFound:        exitOther,
	roster.Unauthenticated: exitNotAllowed,
	roster.Forbidden:       exitNotAllowed,
	roster.RateLimited:     exitTryAgain,
	roster.Unavailable:     exitTryAgain,
	roster.Stale:           exitOther,
}

// kinds says which kind of fault a status of the native API stands for; any other status is
// Internal.
var kinds = map[int]roster.Kind{
	http.StatusBadRequest:            roster.Invalid,
	http.StatusUnprocessableEntity:   roster.Invalid,
	http.StatusRequestEntityTooLarge: roster.Invalid,
	http.StatusUnauthorized:          roster.Unauthenticated,
	http.StatusForbidden:             roster.Forbidden,
	http.StatusNotFound:              roster.NotFound,
	http.StatusConflict:              roster.Conflict,
	http.StatusPreconditionFailed:    roster.Stale,
	http.StatusTooManyRequests:       roster.RateLimited,
	http.StatusServiceUnavailable:    roster.Unavailable,
	http.StatusBadGateway:            roster.Unavailable,
	http.StatusGatewayTimeout:        roster.Unavailable,
}

// errQuiet ends a command that has said itself what is wrong.
var errQuiet = errors.New("said already")

// wording is how a command speaks of the directory. The zero value says nothing of records and
// names members as the native API does.
type wording struct {
	fields map[string]string // what the caller typed for a member: "displayName" → "--name"
	noun   string            // of the records that the command is about, as the command line has it
	shows  bool              // there is a command that shows one of them
}

// see returns the command that shows the record in the way of a change, "" where there is no such
// record.
func (w wording) see(h roster.Holder) string {
	switch {
	case h == roster.Holder{} || w.noun == "":
		return ""
	case !w.shows:
		return fmt.Sprintf("roster %s list", w.noun)
	case w.noun == "user":
		return "roster user show " + h.ID
	default:
		return fmt.Sprintf("roster %s show %s", w.noun, h.ID)
	}
}

// fail prints every fault in err, one a line, and returns the exit code; 0 for nil.
func (sh *shell) fail(err error, w wording) int {
	var usage usageError
	switch {
	case err == nil:
		return 0
	case errors.Is(err, errQuiet):
		return exitOther
	case errors.Is(err, context.Canceled):
		sh.note("interrupted")
		return exitInterrupted
	case errors.As(err, &usage):
		sh.note(usage.text)
		return exitInvalid
	}
	if errors.Is(err, client.ErrNoID) {
		err = &roster.Error{Kind: roster.Invalid, Detail: `a name must not be empty; a record whose name is "." or ".." is named by its id`}
	}
	faults := faultsOf(err)
	for _, fault := range faults {
		sh.note(explain(fault, w))
	}
	return exitCodes[faults[0].Kind]
}

// faultsOf returns what is wrong, one fault each. What the native API says is in its own words.
func faultsOf(err error) []*roster.Error {
	var answer *client.Error
	if !errors.As(err, &answer) {
		return roster.All(err)
	}
	first := roster.Error{Kind: kinds[answer.Status], RetryAfter: answer.RetryAfter, Detail: answer.Detail}
	if first.Detail == "" {
		first.Detail = strings.TrimPrefix(answer.Error(), "roster: ") // nobody of ours answered
	}
	if first.Kind == roster.Internal && answer.RequestID != "" {
		first.Detail += " (request " + answer.RequestID + ")"
	}
	if answer.Existing != nil {
		first.Holder = roster.Holder{ID: answer.Existing.ID, Number: answer.Existing.Number}
	}
	if len(answer.Faults) == 0 {
		return []*roster.Error{&first}
	}
	all := make([]*roster.Error, len(answer.Faults))
	for i, f := range answer.Faults {
		e := first
		if i > 0 {
			e.Holder, e.RetryAfter = roster.Holder{}, 0
		}
		e.Field, e.Detail = memberOf(f), f.Detail
		all[i] = &e
	}
	return all
}

// memberOf returns the member that a fault is about: "#/roles/1" → "roles.1".
func memberOf(f client.Fault) string {
	switch {
	case f.Parameter != "":
		return f.Parameter
	case f.Header != "":
		return f.Header
	}
	return strings.ReplaceAll(strings.TrimPrefix(strings.TrimPrefix(f.Pointer, "#"), "/"), "/", ".")
}

// explain says what is wrong and what to do. A cause is there only where the fault arose in this
// process, which is the operator's own: one that came from a server has none.
func explain(e *roster.Error, w wording) string {
	text := e.Detail
	switch {
	case text != "" && e.Err != nil:
		text += " (" + oneLine(e.Err) + ")"
	case text == "" && e.Err != nil:
		text = oneLine(e.Err)
	case text == "" && e.Kind == roster.Internal:
		text = unexplainedFault
	case text == "":
		text = e.Kind.String()
	}
	if e.Field != "" {
		text = fieldName(e.Field, w.fields) + " " + text
	}
	if see := w.see(e.Holder); see != "" {
		text += "; see: " + see
	}
	if e.RetryAfter > 0 {
		text += fmt.Sprintf("; try again in %s", e.RetryAfter.Round(time.Second))
	}
	return text
}

func oneLine(err error) string { return strings.Join(strings.Fields(err.Error()), " ") }

// fieldName returns what the caller typed for a member: "roles.1" → "--role". The longest known
// beginning of the member's path decides, and places in lists do not count.
func fieldName(field string, fields map[string]string) string {
	path := placeInList.ReplaceAllString(field, "")
	for {
		if name, known := fields[path]; known {
			return name
		}
		end := strings.LastIndexByte(path, '.')
		if end < 0 {
			return field
		}
		path = path[:end]
	}
}

var placeInList = regexp.MustCompile(`\[[0-9]+\]|\.[0-9]+\b`)
