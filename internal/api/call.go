package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"slices"
	"strings"
	"unicode/utf8"

	"roster"
	"roster/internal/dialect"
	"roster/internal/filter"
	"roster/internal/premise"
)

// call is one request in progress. It is also the writer of its answer, so that functions need only
// one of them.
type call struct {
	http.ResponseWriter
	request  *http.Request
	endpoint *endpoint
	by       roster.Actor
	query    []dialect.Member
	body     dialect.Value
	faults   roster.Faults // faults of the query and the headers
	copied   roster.Faults // faults of read-only members of the body
	started  bool          // the answer has begun

	condition filter.Filter   // value of the parameter filter
	names     map[string]bool // value of the parameter fields: the members to show; nil: all
}

type callKey struct{}

// callOf returns the call that the context belongs to.
func callOf(ctx context.Context) *call { return ctx.Value(callKey{}).(*call) }

// WriteHeader implements [http.ResponseWriter].
func (c *call) WriteHeader(status int) {
	c.started = true
	c.ResponseWriter.WriteHeader(status)
}

// Write implements [http.ResponseWriter]. The answer of HEAD has no body (RFC 9110 §9.3.2).
func (c *call) Write(p []byte) (int, error) {
	if c.request.Method == http.MethodHead {
		return len(p), nil
	}
	c.started = true
	return c.ResponseWriter.Write(p)
}

// Unwrap returns the server's own writer, for [http.ResponseController].
func (c *call) Unwrap() http.ResponseWriter { return c.ResponseWriter }

// guard admits a call, and then serves it with do. If what was remembered of the caller turns out
// to be outdated, it authenticates the caller anew.
func (a *api) guard(e *endpoint, do act) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, basis := premise.With(r.Context())
		c := &call{ResponseWriter: w, request: r.WithContext(ctx), endpoint: e}
		defer a.answerPanic(c)
		a.describe()
		if err := a.admit(c); err != nil {
			if dialect.Outdated(ctx, err) {
				basis.Renew()
				if _, denied := a.authenticate(c.request); denied != nil {
					err = denied
				}
			}
			a.face.Fail(c, r, err)
			return
		}
		admitted := *c
		err := a.serve(c, do)
		if dialect.Outdated(ctx, err) {
			basis.Renew()
			*c = admitted
			var denied error
			if c.by, denied = a.authenticate(c.request); denied != nil {
				a.face.Fail(c, r, denied)
				return
			}
			err = a.serve(c, do)
		}
		if err != nil {
			a.fail(c, err)
		}
	})
}

// answerPanic answers a panic like any internal error. If the answer has begun, it panics again, so
// that the server's own handler breaks the answer off.
func (a *api) answerPanic(c *call) {
	v := recover()
	if v == nil {
		return
	}
	if err, ok := v.(error); c.started || ok && errors.Is(err, http.ErrAbortHandler) {
		panic(v)
	}
	text := fmt.Sprint(v)
	a.face.Fail(c, c.request, fmt.Errorf("panic: %s\n%s", text[:min(len(text), 500)], debug.Stack()))
}

// admit authenticates the caller and reads the request, in the way that is the same for every call.
func (a *api) admit(c *call) error {
	if path := c.request.URL.Path; !utf8.ValidString(path) || strings.ContainsRune(path, 0) {
		return &dialect.Refusal{Status: http.StatusNotFound, Detail: "There is nothing at this path."}
	}
	if len(dialect.OriginOf(c.request.Context()).Secrets) > 0 { // before authentication: the secret in the URL may be the credential
		return malformed(roster.Faults{{Kind: roster.Invalid, Detail: "a secret does not belong in the URL: send it in the header Authorization"}})
	}
	if c.endpoint.needsHash != nil {
		if err := dialect.Refused(c.request.Context(), func() bool { return a.needsHash(c) }); err != nil {
			return err
		}
	}
	by, err := a.authenticate(c.request)
	if err != nil {
		return err
	}
	c.by = by
	if err := a.limitRate(c); err != nil {
		return err
	}
	if err := c.readQuery(); err != nil {
		return err
	}
	return c.readBody()
}

// needsHash reads a call whose caller is not known yet, and reports whether it needs a password
// hash. It does not change c.
func (a *api) needsHash(c *call) bool {
	early := *c
	err := errors.Join(early.readQuery(), early.readBody())
	if err != nil {
		return false
	}
	q, err := a.read(&early)
	return err == nil && early.endpoint.needsHash(q)
}

// limitRate counts the call against the credential's rate limit, and sets the headers that show
// what is left (draft-ietf-httpapi-ratelimit-headers). Errors: RateLimited.
func (a *api) limitRate(c *call) error {
	limit, window := a.limit.Limit()
	if limit == 0 || c.by.Kind == roster.ActorOperator {
		return nil
	}
	left, reset, ok := a.limit.Take(c.by.Principal())
	seconds := int((reset + 999_999_999) / 1_000_000_000)
	h := c.Header()
	h.Set("RateLimit-Policy", fmt.Sprintf(`"default";q=%d;w=%d`, limit, int(window.Seconds())))
	h.Set("RateLimit", fmt.Sprintf(`"default";r=%d;t=%d`, left, seconds))
	if ok {
		return nil
	}
	return &roster.Error{
		Kind: roster.RateLimited, RetryAfter: reset,
		Detail: fmt.Sprintf("a credential may make %d requests a minute here", limit),
	}
}

// readQuery reads the query strictly: a parameter that the call does not take is a fault.
func (c *call) readQuery() error {
	raw := c.request.URL.RawQuery
	if raw == "" {
		return nil
	}
	query, err := dialect.ParseForm(raw)
	if err != nil {
		return malformed(err)
	}
	c.query = query
	for i, m := range query {
		query[i].Value.Text = roster.FoldID(m.Value.Text)
		if c.endpoint.parameter("query", m.Name) == nil {
			c.faults.Add(parameter(m.Name), "is no parameter of this call")
		}
	}
	c.readCommonParameters()
	return nil
}

// readBody reads the body, if the call takes one.
func (c *call) readBody() error {
	takes := c.endpoint.takes
	if len(takes) == 0 {
		return nil
	}
	if !slices.Contains(takes, dialect.MediaType(c.request)) {
		return &dialect.Refusal{
			Status: http.StatusUnsupportedMediaType,
			Detail: "Send the body as JSON, with the header Content-Type: " + strings.Join(takes, " or ") + ".",
		}
	}
	text, err := dialect.ReadBody(c.ResponseWriter, c.request)
	if err == nil {
		c.body, err = dialect.Parse(text)
	}
	if err == nil && c.body.Kind != dialect.Object {
		err = &roster.Error{Kind: roster.Invalid, Detail: "the body must be a JSON object, not " + c.body.Kind.String()}
	}
	if err != nil && roster.KindOf(err) == roster.Invalid {
		return malformed(err)
	}
	return err
}
