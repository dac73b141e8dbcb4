package api

import (
	"time"

	"github.com/danielgtaylor/huma/v2"

	"roster"
	"roster/internal/directory"
)

// TokenMembers are what is shown of an API token.
type TokenMembers struct {
	ID           roster.TokenID `json:"id" format:"uuid" doc:"The token's id."`
	Name         string         `json:"name" doc:"Its name, unique among the organization's tokens that are not revoked."`
	Access       roster.Access  `json:"access" doc:"Whether it may change anything."`
	User         *tokenUser     `json:"user" doc:"Whose token it is; null: the organization's."`
	Groups       []groupLink    `json:"groups" doc:"The groups whose people it is limited to; empty: it is not limited."`
	ErrorsAs200  bool           `json:"errorsAs200" doc:"Whether CheckCentral's interface answers its callers 200 even where it fails."`
	CreatedAt    time.Time      `json:"createdAt" doc:"When it was made."`
	ExpiresAt    *time.Time     `json:"expiresAt" doc:"When it ends; null: never."`
	RevokedAt    *time.Time     `json:"revokedAt" doc:"When it was revoked; null: it was not."`
	LastUsedAt   *time.Time     `json:"lastUsedAt" doc:"When it was used last, as far as that is written; null: never."`
	LastUsedFrom *string        `json:"lastUsedFrom" doc:"The address of that caller."`
	LastUsedFace *roster.Face   `json:"lastUsedFace" doc:"The interface by which it was used last."`
}

// token is an API token as it is shown.
type token struct{ TokenMembers }

// issuedToken is an API token with its secret.
type issuedToken struct {
	TokenMembers
	Secret *string `json:"secret" doc:"What to send as the bearer token. It is shown this once and kept nowhere: null where an earlier request with the same Idempotency-Key made the token."`
}

// TransformSchema implements [huma.SchemaTransformer]: the user may be null.
func (token) TransformSchema(_ huma.Registry, s *huma.Schema) *huma.Schema {
	s.Properties["user"] = orNull(s.Properties["user"])
	return s
}

// TransformSchema implements [huma.SchemaTransformer].
func (issuedToken) TransformSchema(r huma.Registry, s *huma.Schema) *huma.Schema {
	return token{}.TransformSchema(r, s)
}

// tokenUser is the user that a token belongs to.
type tokenUser struct {
	ID   roster.UserID `json:"id" format:"uuid" doc:"The user's id or userName."`
	Name string        `json:"userName" doc:"The user's name."`
}

// newToken is an API token to be made.
type newToken struct {
	Name             string                `json:"name" minLength:"1" maxLength:"255" doc:"Its name, unique among the organization's tokens that are not revoked."`
	Access           roster.Access         `json:"access" doc:"Whether it may change anything."`
	User             optional[reference]   `json:"user,omitzero" doc:"The user whose token it is: id or userName; absent: the organization's."`
	Groups           optional[[]reference] `json:"groups,omitzero" maxItems:"1000" doc:"The groups whose people it is limited to: ids or names; none: it is not limited."`
	ExpiresInSeconds optional[int64]       `json:"expiresInSeconds,omitzero" minimum:"1" maximum:"3153600000" doc:"After how many seconds it ends; absent: never."`
	ErrorsAs200      optional[bool]        `json:"errorsAs200,omitzero" doc:"Whether CheckCentral's interface answers its callers 200 even where it fails, as its vendor does."`
}

// The requests about tokens.
type (
	listTokens struct {
		Page
		Filter
		Revoked bool `query:"revoked" doc:"Whether revoked tokens come too."`
	}
	readToken struct {
		Named
		Part
	}
	createToken struct {
		Once
		sent[newToken]
	}
	revokeToken struct{ Named }
)

// tokens registers the calls about API tokens.
func (a *api) tokens(d *directory.Directory) {
	const tag, all, one = "Tokens", "/tokens", "/tokens/{id}"
	shown := token{showToken(exampleToken)}
	listRoute(a, operation{
		id: "listTokens", call: "GET " + all, tag: tag, summary: "List API tokens",
		description: "The organization's API tokens, the oldest first, without their secrets.", answer: listed[token]{Items: []token{shown}},
	}, listing[roster.Token, roster.TokenID]{
		key: func(t roster.Token) roster.TokenID { return t.ID }, attributes: directory.TokenAttributes,
		show: func(t roster.Token) any { return token{showToken(t)} },
	}, func(_ roster.Actor, q *listTokens, after *roster.TokenID) (directory.TokenList, error) {
		return directory.TokenList{Revoked: q.Revoked, After: orZero(after)}, nil
	}, d.ListTokens)
	route(a, operation{
		id: "createToken", call: "POST " + all, tag: tag, status: 201, summary: "Make an API token",
		description: "Makes an API token, and shows its secret this once.",
		request:     newToken{Name: "deploy", Access: roster.AccessReadWrite, Groups: value([]reference{"Network"})},
		answer:      issuedToken{TokenMembers: shown.TokenMembers, Secret: orNil("rst_example")},
	}, func(_ roster.Actor, q *createToken) (in directory.NewToken, err error) {
		in = directory.NewToken{
			Name: q.doc.Name, Access: q.doc.Access, UserName: string(q.doc.User.Value), Groups: refsTo(q.doc.Groups.Value),
			ExpiresIn: time.Duration(q.doc.ExpiresInSeconds.Value) * time.Second, ErrorsAs200: q.doc.ErrorsAs200.Value, Faults: q.faults,
		}
		in.IdempotencyKey = q.IdempotencyKey
		return in, nil
	}, d.CreateToken, func(_ *createToken, t directory.CreatedToken) answer {
		return answer{body: issuedToken{showToken(t.Token), orNil(t.Secret)}, location: all + "/" + string(t.ID)}
	})
	route(a, operation{
		id: "getToken", call: "GET " + one, tag: tag, summary: "Read an API token",
		description: "One API token that is not revoked, without its secret.", answer: shown,
	}, func(_ roster.Actor, q *readToken) (roster.Ref, error) {
		return q.ref(), nil
	}, d.GetToken, func(_ *readToken, t roster.Token) answer {
		return answer{body: token{showToken(t)}}
	})
	route(a, operation{
		id: "revokeToken", call: "DELETE " + one, tag: tag, status: 204, summary: "Revoke an API token",
		description: "Ends an API token at once, on every server.",
	}, func(_ roster.Actor, q *revokeToken) (roster.Ref, error) {
		return q.ref(), nil
	}, d.RevokeToken, func(*revokeToken, roster.Token) answer { return answer{} })
}

func showToken(t roster.Token) TokenMembers {
	shown := TokenMembers{
		ID: t.ID, Name: t.Name, Access: t.Access, Groups: showLinks(t.Groups), ErrorsAs200: t.ErrorsAs200, CreatedAt: t.CreatedAt,
		ExpiresAt: orNil(t.ExpiresAt), RevokedAt: orNil(t.RevokedAt), LastUsedAt: orNil(t.LastUsedAt),
		LastUsedFrom: orNil(t.LastUsedFrom), LastUsedFace: orNil(t.LastUsedFace),
	}
	if t.UserID != "" {
		shown.User = &tokenUser{t.UserID, t.UserName}
	}
	return shown
}
