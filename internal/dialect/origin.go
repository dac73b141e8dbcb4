package dialect

import (
	"context"

	"roster"
)

// Origin is where a request came from and what the outermost handler took out of its URL.
type Origin struct {
	Organization string            // slug: from /o/<slug>/, or that of the default organization
	Named        bool              // the path named the organization
	Address      string            // of the caller, without port
	RequestID    string            // in the answer's header and in every log line
	Secrets      map[string]string // lifted out of the URL by name: apiToken, auth_token, password, path
	Gate         Gate              // where requests wait for a hash; nil: nobody waits
}

// PathSecret is the name in [Origin].Secrets of a secret that was a segment of the path.
const PathSecret = "path"

type originKey struct{}

// WithOrigin returns a context that carries o.
func WithOrigin(ctx context.Context, o *Origin) context.Context {
	return context.WithValue(ctx, originKey{}, o)
}

// OriginOf returns the origin in ctx; for a request that came through no server, that of nobody to
// the default organization.
func OriginOf(ctx context.Context) *Origin {
	if o, ok := ctx.Value(originKey{}).(*Origin); ok {
		return o
	}
	return &Origin{Organization: roster.DefaultOrganization}
}
