package dialect

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"roster/internal/premise"

	"roster"
)

// Face describes a dialect to the adapter. R is what the dialect reads of a request, once, for both
// the credential and the arguments.
type Face[R any] struct {
	Name roster.Face

	// Read reads everything that the dialect may need of the request. It cannot fail: decode
	// reports a bad body, after the caller is authenticated.
	Read func(w http.ResponseWriter, r *http.Request) R

	// Authenticate finds the credential and returns its owner.
	Authenticate func(ctx context.Context, req R) (roster.Actor, error)

	// Recognize is Authenticate for a request that reaches no endpoint. It counts against no limit
	// and serves Status only; nil: the caller stays unknown.
	Recognize func(ctx context.Context, req R) (roster.Actor, error)

	// Statuses maps each kind of error to a status. A dialect's fidelity depends on this table.
	Statuses map[roster.Kind]int

	// WriteError writes the dialect's error body. The status is final. err is a [Refusal], or an
	// error for roster.All. Causes must not be sent.
	WriteError func(w http.ResponseWriter, r *http.Request, status int, err error)

	// Status changes the status of an error for a known caller; nil: the status of the table. The
	// log always uses the table.
	Status func(by roster.Actor, status int) int

	Log *slog.Logger
}

// Endpoint returns a handler that reads, authenticates, decodes, calls the verb and encodes: the
// only adapter between HTTP and verbs. If the call needs a hash and too many wait for one, it is
// refused before it is authenticated.
func Endpoint[R, In, Out any](
	f *Face[R],
	decode func(R) (In, error),
	call func(context.Context, roster.Actor, In) (Out, error),
	encode func(http.ResponseWriter, Out) error,
) http.Handler {
	var needsHash func(R) bool
	if MayNeedHash[In]() {
		needsHash = func(req R) bool {
			in, err := decode(req)
			return err == nil && NeedsHash(in)
		}
	}
	return f.handler(needsHash, func(ctx context.Context, w http.ResponseWriter, by roster.Actor, req R) error {
		in, err := decode(req)
		if err != nil {
			return err
		}
		out, err := call(ctx, by, in)
		if err == nil {
			err = premise.Settle(ctx)
		}
		if err != nil {
			return err
		}
		return encode(w, out)
	})
}

// handler reads, authenticates and answers: the part of [Endpoint] that has no types. An error of
// answer is written in the dialect's own form. needsHash is nil for calls that need no hash.
func (f *Face[R]) handler(
	needsHash func(R) bool, answer func(ctx context.Context, w http.ResponseWriter, by roster.Actor, req R) error,
) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		req := f.Read(w, r)
		ctx, basis := premise.With(r.Context())
		by, err := f.authenticate(ctx, req, needsHash)
		if err == nil {
			if err = answer(ctx, w, by, req); Outdated(ctx, err) {
				basis.Renew()
				if by, err = f.Authenticate(ctx, req); err == nil {
					err = answer(ctx, w, by, req)
				}
			}
		}
		if err != nil {
			f.fail(w, r, by, err)
		}
	})
}

// Outdated reports whether the request of the context has to be tried again, because what was
// remembered of its caller was outdated. err is that of the call. If nothing has verified the
// premise, Outdated does.
func Outdated(ctx context.Context, err error) bool {
	if err == nil || errors.Is(err, premise.ErrOutdated) {
		return err != nil
	}
	return errors.Is(premise.Settle(ctx), premise.ErrOutdated)
}

// authenticate finds out who calls, unless the call needs a hash and too many wait for one.
func (f *Face[R]) authenticate(ctx context.Context, req R, needsHash func(R) bool) (roster.Actor, error) {
	if needsHash != nil {
		if err := Refused(ctx, func() bool { return needsHash(req) }); err != nil {
			return roster.Actor{}, err
		}
	}
	return f.Authenticate(ctx, req)
}

// Fail answers the error of a request whose caller is unknown, in the dialect's own form, and logs
// what the answer does not tell.
func (f *Face[R]) Fail(w http.ResponseWriter, r *http.Request, err error) {
	f.fail(w, r, roster.Actor{}, err)
}

func (f *Face[R]) fail(w http.ResponseWriter, r *http.Request, by roster.Actor, err error) {
	var started *startedError
	if errors.As(err, &started) {
		f.Log.WarnContext(r.Context(), "answer not finished", "dialect", f.Name, "err", started.err)
		panic(http.ErrAbortHandler) // half an answer must not look complete
	}
	var refusal *Refusal // net/http also ends the context if a body comes too late
	if r.Context().Err() != nil && roster.KindOf(err) == roster.Internal && !errors.As(err, &refusal) {
		panic(http.ErrAbortHandler) // the caller left
	}
	hold(r.Context(), err)
	f.report(r, f.status(err), err)
	f.answer(w, r, by, err)
}

// answer writes an error, with the headers that belong to it.
func (f *Face[R]) answer(w http.ResponseWriter, r *http.Request, by roster.Actor, err error) {
	status := f.status(err)
	if allow := allowed(err); allow != "" {
		w.Header().Set("Allow", allow)
	}
	if wait := retryAfter(err); wait > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int((wait+time.Second-1)/time.Second)))
	}
	if f.Status != nil && by.Kind != roster.ActorNobody {
		status = f.Status(by, status)
	}
	f.WriteError(w, r, status, err)
}

func (f *Face[R]) status(err error) int {
	var refusal *Refusal
	if errors.As(err, &refusal) {
		return refusal.Status
	}
	return f.Statuses[roster.KindOf(err)]
}

// report logs what the answer does not tell: the cause of an internal failure, and why a caller was
// denied. It does not log faults of requests.
func (f *Face[R]) report(r *http.Request, status int, err error) {
	switch {
	case status >= 500 && roster.KindOf(err) != roster.Unavailable:
		f.Log.ErrorContext(r.Context(), "request failed", "dialect", f.Name, "err", err)
	case status >= 500:
		f.Log.WarnContext(r.Context(), "request turned away", "dialect", f.Name, "err", err)
	case roster.KindOf(err) == roster.Unauthenticated, roster.KindOf(err) == roster.RateLimited:
		f.Log.WarnContext(r.Context(), "caller turned away", "dialect", f.Name, "err", err)
	}
}

func retryAfter(err error) time.Duration {
	var wait time.Duration
	for _, e := range roster.All(err) {
		wait = max(wait, e.RetryAfter)
	}
	return wait
}
