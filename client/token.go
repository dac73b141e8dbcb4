package client

import (
	"context"
	"errors"
	"iter"
	"net/url"
	"time"
)

// Access says what a token may do with the permissions behind it.
type Access string

// The kinds of access.
const (
	AccessRead      Access = "read"
	AccessReadWrite Access = "read-write"
)

// ErrSecretLost says that a record was made whose secret is shown only once, by an attempt whose
// answer was lost. Delete the record and make another.
var ErrSecretLost = errors.New("client: the record was made, and the answer that held its secret was lost")

// Token is an API token. Its secret is in [IssuedToken] only.
type Token struct {
	ID           string    `json:"id"`
	Name         string    `json:"name"`
	Access       Access    `json:"access"`
	User         *UserLink `json:"user"`   // nil: a token of the organization
	Groups       []Link    `json:"groups"` // limits it to the people of these; none: it is not limited
	ErrorsAs200  bool      `json:"errorsAs200"`
	CreatedAt    time.Time `json:"createdAt"`
	ExpiresAt    time.Time `json:"expiresAt"`
	RevokedAt    time.Time `json:"revokedAt"`
	LastUsedAt   time.Time `json:"lastUsedAt"`
	LastUsedFrom string    `json:"lastUsedFrom"` // an address
	LastUsedFace string    `json:"lastUsedFace"`
}

// NewToken is what makes a token. Name and Access are required.
type NewToken struct {
	Name             string   `json:"name,omitempty"`
	Access           Access   `json:"access,omitempty"`
	User             string   `json:"user,omitempty"` // a token of this user; "": of the organization
	Groups           []string `json:"groups,omitzero"`
	ExpiresInSeconds int64    `json:"expiresInSeconds,omitempty"` // 0: it does not expire
	ErrorsAs200      bool     `json:"errorsAs200,omitempty"`      // CheckCentral's dialect answers its errors with status 200
}

// IssuedToken is a new token with its secret, which is shown this once.
type IssuedToken struct {
	Token
	Secret string `json:"secret"`
}

// TokenListOptions say which tokens a list has.
type TokenListOptions struct {
	Revoked bool   // revoked ones too
	Filter  string // as in ListOptions
	Count   bool   // as in ListOptions
	PageOptions
}

func (o TokenListOptions) query() url.Values {
	q := ListOptions{o.Filter, o.Count, o.PageOptions}.query()
	if o.Revoked {
		q.Set("revoked", "true")
	}
	return q
}

// Tokens are the organization's API tokens.
type Tokens struct{ c *Client }

// List returns the tokens. It fetches them page by page; an error ends the sequence.
func (s *Tokens) List(ctx context.Context, o TokenListOptions) iter.Seq2[Token, error] {
	return list[Token](ctx, s.c, "/tokens", o.query())
}

// Page returns one page of what [Tokens.List] returns.
func (s *Tokens) Page(ctx context.Context, o TokenListOptions) (Page[Token], error) {
	return page[Token](ctx, s.c, "/tokens", o.query())
}

// Get returns a token.
func (s *Tokens) Get(ctx context.Context, id string, opts ...FieldsOption) (Token, error) {
	return get[Token](ctx, s.c, at("/tokens", id), opts)
}

// Create makes a token. It fails with [ErrSecretLost], beside the token, where only an attempt
// without an answer had the secret.
func (s *Tokens) Create(ctx context.Context, t NewToken, opts ...CreateOption) (IssuedToken, error) {
	issued, err := create[IssuedToken](ctx, s.c, "/tokens", t, opts)
	if err == nil && issued.Secret == "" {
		err = ErrSecretLost
	}
	return issued, err
}

// Revoke revokes a token.
func (s *Tokens) Revoke(ctx context.Context, id string) error {
	return remove(ctx, s.c, at("/tokens", id), nil)
}
