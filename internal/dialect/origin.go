package dialect

import (
	"context"

	"roster"
)

// Origin says where a request came from, and holds the secrets that were removed from its URL.
type Origin struct {
	Organization string            // slug: from /o/<slug>/, or that of the default organization
	Named        bool              // the path named the organization
	Address      string            // of the caller, without port
	RequestID    string            // in the answer's header and in every log line
	Secrets      map[string]string // removed from the URL, by name: apiToken, auth_token, password, path
	Gate         Gate              // the queue for hashes; nil: there is none
}

// PathSecret is the name in [Origin].Secrets of a secret that was a segment of the path.
const PathSecret = "path"

type originKey struct{}

// WithOrigin returns a context that carries o.
func WithOrigin(ctx context.Context, o *Origin) context.Context {
	return context.WithValue(ctx, originKey{}, o)
}

// OriginOf returns the origin in ctx. Without one it returns an unknown caller of the default
// organization.
func OriginOf(ctx context.Context) *Origin {
	if o, ok := ctx.Value(originKey{}).(*Origin); ok {
		return o
	}
	return &Origin{Organization: roster.DefaultOrganization}
}
