package client

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// The kinds of [Error], for errors.Is.
var (
	ErrNotModified     = errors.New("not modified")       // 304: the record looks as [IfChanged] knows it
	ErrBadRequest      = errors.New("bad request")        // 400: no JSON, or a query or header at fault
	ErrUnauthenticated = errors.New("unauthenticated")    // 401: no credential, or none that is good
	ErrForbidden       = errors.New("forbidden")          // 403: the caller may not do this
	ErrNotFound        = errors.New("not found")          // 404: no such record, or none that the caller may see
	ErrConflict        = errors.New("conflict")           // 409: another record has the value already
	ErrStale           = errors.New("stale")              // 412: the record has another version than [IfVersion] says
	ErrTooLarge        = errors.New("too large")          // 413: the request's body
	ErrInvalid         = errors.New("invalid")            // 422: [Error.Faults] says what
	ErrRateLimited     = errors.New("rate limited")       // 429: see [Error.RetryAfter]
	ErrInternal        = errors.New("the server's fault") // 500: its log has the request id
	ErrUnavailable     = errors.New("unavailable")        // 502, 503, 504: overloaded, or a part is down
	ErrNoAnswer        = errors.New("no answer")          // nobody answered, or not to the end; no [Error] then
)

var kinds = map[int]error{
	http.StatusNotModified: ErrNotModified, http.StatusBadRequest: ErrBadRequest, http.StatusUnauthorized: ErrUnauthenticated,
	http.StatusForbidden: ErrForbidden, http.StatusNotFound: ErrNotFound, http.StatusConflict: ErrConflict,
	http.StatusPreconditionFailed: ErrStale, http.StatusRequestEntityTooLarge: ErrTooLarge, http.StatusUnprocessableEntity: ErrInvalid,
	http.StatusTooManyRequests: ErrRateLimited, http.StatusInternalServerError: ErrInternal, http.StatusBadGateway: ErrUnavailable,
	http.StatusServiceUnavailable: ErrUnavailable, http.StatusGatewayTimeout: ErrUnavailable,
}

// Error is an answer other than success: problem details (RFC 9457) where the answer came from
// Roster, and only the status where somebody on the way gave it.
type Error struct {
	Status    int       `json:"status"`
	Type      string    `json:"type"` // urn:roster:problem:…; "" where the answer held no problem details
	Title     string    `json:"title"`
	Detail    string    `json:"detail"`
	RequestID string    `json:"requestId"` // under which the server's log has the request
	Faults    []Fault   `json:"errors"`    // everything that is wrong with the request
	Existing  *Existing `json:"existing"`  // after a conflict, where the caller may know it

	RetryAfter time.Duration `json:"-"` // how long the server asks to wait; 0 where it does not say

	// Unclear says that an earlier attempt of the same call may have been done, so that what this error
	// complains of may be its doing: a conditional change that is stale by itself, for example. Read
	// the record to see.
	Unclear bool `json:"-"`
}

// Fault is one thing that is wrong with a request. One of Pointer, Parameter and Header says where.
type Fault struct {
	Pointer   string `json:"pointer"`   // in the body, as a JSON pointer in a fragment: "#/roles/1"
	Parameter string `json:"parameter"` // in the query or path
	Header    string `json:"header"`
	Detail    string `json:"detail"` // a phrase that follows the place: "is required"
}

// Existing is the record that has the value already.
type Existing struct {
	ID     string `json:"id"`
	Number int64  `json:"number"` // 0 where such records have none
}

// String is the place and what is wrong there.
func (f Fault) String() string {
	return strings.TrimSpace(f.Pointer + f.Parameter + f.Header + " " + f.Detail)
}

// Error returns everything that a person needs to know.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "roster: %d", e.Status)
	if title := e.Title; title != "" {
		b.WriteString(" " + title)
	} else if text := http.StatusText(e.Status); text != "" {
		b.WriteString(" " + text)
	}
	if len(e.Faults) == 0 && e.Detail != "" {
		b.WriteString(": " + e.Detail)
	}
	for i, f := range e.Faults { // the detail only repeats the first of them
		b.WriteString([]string{": ", "; "}[min(i, 1)] + f.String())
	}
	if e.Unclear {
		b.WriteString("; an earlier attempt may have been done")
	}
	if e.RequestID != "" {
		b.WriteString(" (request " + e.RequestID + ")")
	}
	return b.String()
}

// Is reports whether target is the kind of the error.
func (e *Error) Is(target error) bool { return kinds[e.Status] == target && target != nil }

// retryAfter reads a Retry-After header (RFC 9110 §10.2.3); 0 if there is none that can be
// understood.
func retryAfter(h http.Header, now time.Time) time.Duration {
	const most = 24 * time.Hour
	text := h.Get("Retry-After")
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return time.Duration(max(0, min(n, int64(most/time.Second)))) * time.Second
	}
	if at, err := http.ParseTime(text); err == nil {
		return max(0, min(at.Sub(now), most))
	}
	return 0
}
