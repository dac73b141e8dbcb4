package checkcentral

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"roster"
	"roster/internal/dialect"
)

// request is a request as the dialect reads it. Without a valid token nothing is read.
type request struct {
	w http.ResponseWriter
	r *http.Request
}

func newRequest(w http.ResponseWriter, r *http.Request) request { return request{w, r} }

// byToken authenticates by a Bearer header (RFC 6750), or else by the query's apiToken.
func byToken(v dialect.Verifier) func(context.Context, request) (roster.Actor, error) {
	return func(ctx context.Context, q request) (roster.Actor, error) {
		token := dialect.OriginOf(ctx).Secrets["apiToken"]
		if scheme, credentials := dialect.Authorization(q.r); scheme == "bearer" {
			token = credentials
		}
		if token == "" {
			return roster.Actor{}, &roster.Error{
				Kind: roster.Unauthenticated, Detail: "a token is needed", Err: errors.New("there is no token"),
			}
		}
		return v.Token(ctx, roster.FaceCheckCentral, token)
	}
}

// limited counts the calls of authenticated callers.
func limited(
	authenticate func(context.Context, request) (roster.Actor, error), limit *dialect.Limiter,
) func(context.Context, request) (roster.Actor, error) {
	if limit == nil {
		return authenticate
	}
	return func(ctx context.Context, q request) (roster.Actor, error) {
		by, err := authenticate(ctx, q)
		if err != nil {
			return by, err
		}
		if _, reset, ok := limit.Take(by.Principal()); !ok {
			takes, _ := limit.Limit()
			return roster.Actor{}, &roster.Error{
				Kind: roster.RateLimited, RetryAfter: reset,
				Detail: fmt.Sprintf("the token has had its %d calls of this day (UTC)", takes),
			}
		}
		return by, nil
	}
}

// errorsAs200 returns 200 for callers with a token that asks for it, as the vendor does: their
// scripts read error.id. Errors that may be tried again later, and failures of ours, keep their
// status.
func errorsAs200(by roster.Actor, status int) int {
	if by.ErrorsAs200 && status < http.StatusInternalServerError && status != http.StatusTooManyRequests {
		return http.StatusOK
	}
	return status
}

// body reads the JSON object that every write has as its body.
func (q request) body() (dialect.Value, error) {
	if dialect.MediaType(q.r) != "application/json" {
		return dialect.Value{}, &dialect.Refusal{
			Status: http.StatusUnsupportedMediaType,
			Detail: "Send the body as JSON, with the header Content-Type: application/json.",
		}
	}
	text, err := dialect.ReadBody(q.w, q.r)
	if err != nil {
		return dialect.Value{}, err
	}
	v, err := dialect.Parse(text)
	if err == nil && v.Kind != dialect.Object {
		err = &roster.Error{Kind: roster.Invalid, Detail: "the body must be a JSON object, not " + v.Kind.String()}
	}
	return v, err
}
