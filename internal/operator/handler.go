package operator

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"

	"roster"
	"roster/internal/dialect"
	"roster/internal/directory"
)

// Root is what the paths of the calls begin with.
const Root = "/operator/v1"

// Options are what the handler is made of. All are needed but Log.
type Options struct {
	Directory *directory.Directory
	Verifier  dialect.Verifier

	// Server describes the process and the engine. Errors: as of a verb.
	Server func(context.Context) (Server, error)

	// Examine looks for damage in the store. Errors: as of a verb.
	Examine func(context.Context) (Examination, error)

	// Backup writes a backup of the store. Errors: as of a verb, and those of the writer.
	Backup func(context.Context, io.Writer) error

	// Unknown answers whoever is not the operator, as if there were no such call.
	Unknown http.HandlerFunc

	Log *slog.Logger
}

// request is what the calls read of an HTTP request.
type request struct {
	operator string // the operating system's name
	admin    ServerAdmin
	err      error // why the body cannot be read
}

// Register adds the calls to mux. They answer requests that [dialect.WithOperator] marked.
func Register(mux *http.ServeMux, o Options) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	face := &dialect.Face[request]{
		Name: roster.FaceCLI, Read: read, Statuses: statuses, WriteError: writeError, Log: o.Log,
		Authenticate: func(ctx context.Context, req request) (roster.Actor, error) {
			return o.Verifier.Operator(ctx, roster.FaceCLI, req.operator)
		},
	}
	add := func(call string, h http.Handler) { mux.Handle(call, guard(h, o.Unknown)) }
	add("GET "+Root+"/status", dialect.Endpoint(face, nothing, o.status, encode[Status]))
	add("GET "+Root+"/examination", dialect.Endpoint(face, nothing, o.examine, encode[Examination]))
	add("GET "+Root+"/backup", dialect.Endpoint(face, nothing, o.backup, encodeBackup))
	add("PUT "+Root+"/server-admin", dialect.Endpoint(face, serverAdmin, o.Directory.SetServerAdmin, encodeNothing))
}

// guard passes the operator's requests on, and no others.
func guard(next http.Handler, unknown http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if dialect.IsOperator(r.Context()) {
			next.ServeHTTP(w, r)
			return
		}
		unknown(w, r)
	})
}

func read(w http.ResponseWriter, r *http.Request) request {
	req := request{operator: dialect.OperatorName(r)}
	if r.Method == http.MethodGet {
		return req
	}
	var body []byte
	if body, req.err = dialect.ReadBody(w, r); req.err == nil {
		_, err := dialect.Parse(body) // strictly: a member that comes twice is refused
		if err == nil {
			err = json.Unmarshal(body, &req.admin)
		}
		if err != nil {
			req.err = &roster.Error{Kind: roster.Invalid, Detail: "the body must be a user and whether it may make organizations", Err: err}
		}
	}
	return req
}

func nothing(request) (directory.None, error) { return directory.None{}, nil }

func serverAdmin(req request) (directory.ServerAdmin, error) {
	return directory.ServerAdmin{User: directory.UserSelector{ID: req.admin.UserID}, May: req.admin.ServerAdmin}, req.err
}

// status joins what the directory knows with what the process knows.
func (o Options) status(ctx context.Context, by roster.Actor, in directory.None) (Status, error) {
	known, err := o.Directory.GetStatus(ctx, by, in)
	if err != nil {
		return Status{}, err
	}
	server, err := o.Server(ctx)
	s := Status{Server: server, AdminReady: known.AdminReady, Jobs: make([]JobCount, len(known.Jobs))}
	for i, j := range known.Jobs {
		s.Jobs[i] = JobCount{Lane: j.Lane, Waiting: j.Waiting, Running: j.Running, Buried: j.Buried, Waits: j.Waits}
	}
	return s, err
}

func (o Options) examine(ctx context.Context, _ roster.Actor, _ directory.None) (Examination, error) {
	return o.Examine(ctx)
}

// backup returns what writes a backup.
func (o Options) backup(ctx context.Context, _ roster.Actor, _ directory.None) (func(io.Writer) error, error) {
	return func(w io.Writer) error { return o.Backup(ctx, w) }, nil
}

func encodeBackup(w http.ResponseWriter, write func(io.Writer) error) error {
	return dialect.StreamBytes(w, "application/octet-stream", write)
}

func encode[T any](w http.ResponseWriter, v T) error {
	return dialect.WriteJSON(w, http.StatusOK, v)
}

func encodeNothing(w http.ResponseWriter, _ roster.User) error {
	return dialect.WriteNothing(w)
}

// statuses maps each kind of error to a status.
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

// writeError answers with the first fault, in the members that problem details have (RFC 9457).
func writeError(w http.ResponseWriter, r *http.Request, status int, err error) {
	first := roster.All(err)[0]
	detail := first.Detail
	var refusal *dialect.Refusal
	switch {
	case errors.As(err, &refusal):
		detail = refusal.Detail
	case first.Kind == roster.Internal:
		detail = "Roster failed to do this. Its log says why, under the request's id."
	}
	text, _ := json.Marshal(map[string]any{ // texts and a number: cannot fail
		"type": "urn:roster:problem:" + first.Kind.String(), "status": status, "detail": detail,
		"requestId": dialect.OriginOf(r.Context()).RequestID,
	})
	h := w.Header()
	h.Set("Content-Type", "application/problem+json")
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(text) // an operator who left needs no answer
}
