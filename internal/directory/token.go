package directory

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"roster"
)

// NewToken is the input of CreateToken.
type NewToken struct {
	Name           string
	Access         roster.Access
	UserName       string       // the user that the token is for, by id or name; "": the organization
	Groups         []roster.Ref // limits it to the users in these groups; none: no limit
	ExpiresIn      time.Duration
	ErrorsAs200    bool
	IdempotencyKey string
	Faults         roster.Faults // found by the face
	Secret         string        // one that is known already (a demonstration's); "" for a new one
}

// CreatedToken is the result of CreateToken. Secret is shown once and not stored.
type CreatedToken struct {
	roster.Token
	Secret string
}

// CreateToken creates an API token of the organization or of a user. A repeat with the same
// idempotency key returns the token without its secret.
//
// Errors: Unauthenticated, Forbidden, Invalid, Conflict(name), Unavailable.
func (d *Directory) CreateToken(ctx context.Context, by roster.Actor, in NewToken) (CreatedToken, error) {
	if err := allow(by, ActTokenCreate); err != nil {
		return CreatedToken{}, err
	}
	in.Name = strings.TrimSpace(in.Name)
	faults := validateToken(in)
	if in.Secret == "" {
		in.Secret = d.secrets.Token()
	}
	out, err := update(ctx, d, func(tx Tx) (CreatedToken, error) {
		id := roster.TokenID(newID())
		create := func() (CreatedToken, error) { return d.makeToken(tx, by, in, id, slices.Clone(faults)) }
		if len(faults) > 0 {
			return create() // it finds the other faults
		}
		return once(tx, d, by, ActTokenCreate, in.IdempotencyKey, in.inputText(), string(id), create, func(id string) (CreatedToken, error) {
			t, err := tx.FindToken(by.OrganizationID, roster.Ref{ID: id})
			return CreatedToken{Token: t}, err
		})
	})
	return out, d.nameHolder(ctx, by, ActTokenRead, tokenHolder(by, in.Name), err)
}

// makeToken is the transaction of CreateToken.
func (d *Directory) makeToken(tx Tx, by roster.Actor, in NewToken, id roster.TokenID, f roster.Faults) (CreatedToken, error) {
	now := d.now()
	t := roster.Token{
		ID: id, OrganizationID: by.OrganizationID, Name: in.Name, Access: in.Access, ErrorsAs200: in.ErrorsAs200, CreatedAt: now,
	}
	if in.ExpiresIn > 0 {
		t.ExpiresAt = now.Add(in.ExpiresIn)
	}
	if err := d.resolveToken(tx, by, in, &t, &f); err != nil {
		return CreatedToken{}, err
	}
	if err := f.Err(); err != nil {
		return CreatedToken{}, err
	}
	if err := tx.InsertToken(t, Fold(t.Name), d.secrets.Hash(in.Secret)); err != nil {
		return CreatedToken{}, err
	}
	return CreatedToken{Token: t, Secret: in.Secret}, d.audit(tx, by, now, change{ActTokenCreate, string(t.ID), t.Name, created{auditToken(t)}})
}

// auditedToken is what the audit keeps of a token.
type auditedToken struct {
	Name        string        `json:"name"`
	Access      roster.Access `json:"access"`
	User        string        `json:"user"` // "" for one of the organization
	Groups      []string      `json:"groups"`
	ExpiresAt   time.Time     `json:"expiresAt,omitzero"` // absent: never
	ErrorsAs200 bool          `json:"errorsAs200"`
}

func auditToken(t roster.Token) auditedToken {
	return auditedToken{t.Name, t.Access, t.UserName, names(t.Groups), t.ExpiresAt, t.ErrorsAs200}
}

func validateToken(in NewToken) roster.Faults {
	f := slices.Clone(in.Faults)
	if in.Name == "" {
		addOnce(&f, "name", "is required")
	}
	if !f.Has("name") {
		validateName(&f, "name", in.Name)
	}
	validateRefs(&f, "groups", in.Groups)
	if in.Access != roster.AccessRead && in.Access != roster.AccessReadWrite {
		addOnce(&f, "access", "must be read or read-write")
	}
	if in.ExpiresIn < 0 {
		addOnce(&f, "expires", "must lie in the future")
	}
	validateIdempotencyKey(&f, in.IdempotencyKey)
	return f
}

// resolveToken finds the user and the groups of a token, and returns Forbidden unless the actor may
// do what the token can do.
func (d *Directory) resolveToken(tx Tx, by roster.Actor, in NewToken, t *roster.Token, f *roster.Faults) error {
	if !isReference(in.UserName) { // an engine may refuse even to search for such text
		f.Add("user", fmt.Sprintf("names no user: %q", shorten(in.UserName)))
	} else if in.UserName != "" {
		u, err := tx.AccountByID(by.OrganizationID, roster.FoldID(roster.UserID(in.UserName)))
		if err != nil && roster.KindOf(err) == roster.NotFound {
			u, err = tx.AccountByName(by.OrganizationID, Fold(in.UserName))
		}
		switch {
		case err == nil:
			t.UserID, t.UserName = u.UserID, u.UserName
			if err := d.requireControlOf(tx, by, u); err != nil {
				return err
			}
		case roster.KindOf(err) == roster.NotFound:
			f.Add("user", fmt.Sprintf("names no user: %q", shorten(in.UserName)))
		default:
			return err
		}
	}
	groups, err := resolveGroups(tx, by, ActTokenCreate, roster.KindGroup, "groups", in.Groups, f)
	for _, g := range groups {
		t.Groups = append(t.Groups, linkGroup(g))
	}
	if err != nil || in.UserName != "" || len(*f) > 0 {
		return err
	}
	return mayMakeToken(by, in.Access, groupIDs(t.Groups))
}

// TokenList says which tokens ListTokens returns.
type TokenList struct {
	Revoked bool           // include revoked tokens
	After   roster.TokenID // only tokens created later
	Counting
}

// ListTokens returns the organization's tokens without their secrets, oldest first. An error ends
// the sequence.
//
// Errors: Unauthenticated, Forbidden; in the sequence also Unavailable.
func (d *Directory) ListTokens(ctx context.Context, by roster.Actor, in TokenList) (iter.Seq2[roster.Token, error], error) {
	if err := allow(by, ActTokenRead); err != nil {
		return nil, err
	}
	return listOf(ctx, d, part[roster.TokenID]{After: in.After}, in.Counting, func(tx Tx, p part[roster.TokenID]) (Rows[roster.Token], error) {
		return tx.Tokens(by.OrganizationID, TokenQuery{in.Revoked, p.After, p.Limit, p.Count})
	}, func(t roster.Token) roster.TokenID { return t.ID }), nil
}

// RevokeToken ends a token at once, on every replica. To revoke a user's token, the actor must hold
// the user's permissions.
//
// Errors: Unauthenticated, Forbidden, NotFound, Unavailable.
func (d *Directory) RevokeToken(ctx context.Context, by roster.Actor, ref roster.Ref) (roster.Token, error) {
	if err := allow(by, ActTokenRevoke); err != nil {
		return roster.Token{}, err
	}
	ref = findable([]roster.Ref{ref})[0]
	return update(ctx, d, func(tx Tx) (roster.Token, error) {
		t, err := tx.FindToken(by.OrganizationID, ref)
		if err == nil && t.UserID != "" {
			err = d.requireControl(tx, by, roster.User{ID: t.UserID, OrganizationID: t.OrganizationID})
			if err != nil && roster.KindOf(err) == roster.NotFound { // the user is gone
				err = nil
			}
		}
		if err != nil {
			return roster.Token{}, err
		}
		t.RevokedAt = d.now()
		if err := tx.RevokeToken(by.OrganizationID, t.ID, t.RevokedAt); err != nil {
			return t, err
		}
		return t, d.audit(tx, by, t.RevokedAt, change{ActTokenRevoke, string(t.ID), t.Name, struct{}{}})
	})
}

// GetToken returns one token without its secret. A revoked token is not found.
//
// Errors: Unauthenticated, Forbidden, NotFound.
func (d *Directory) GetToken(ctx context.Context, by roster.Actor, ref roster.Ref) (roster.Token, error) {
	if err := allow(by, ActTokenRead); err != nil {
		return roster.Token{}, err
	}
	ref = findable([]roster.Ref{ref})[0]
	return view(ctx, d, func(tx Tx) (roster.Token, error) { return tx.FindToken(by.OrganizationID, ref) })
}
