package directory

import (
	"time"

	"roster"
	"roster/internal/filter"
)

// TokenAttributes are what filters may ask of tokens.
var TokenAttributes = Attributes[roster.Token]{
	"id":           ident(func(t roster.Token) roster.TokenID { return t.ID }),
	"name":         text(func(t roster.Token) string { return t.Name }),
	"access":       word(func(t roster.Token) roster.Access { return t.Access }, roster.AccessRead, roster.AccessReadWrite),
	"errorsAs200":  truth(func(t roster.Token) bool { return t.ErrorsAs200 }),
	"createdAt":    moment(func(t roster.Token) time.Time { return t.CreatedAt }),
	"expiresAt":    moment(func(t roster.Token) time.Time { return t.ExpiresAt }),
	"revokedAt":    moment(func(t roster.Token) time.Time { return t.RevokedAt }),
	"lastUsedAt":   moment(func(t roster.Token) time.Time { return t.LastUsedAt }),
	"lastUsedFrom": textOrNull(func(t roster.Token) string { return t.LastUsedFrom }),
	"lastUsedFace": textOrNull(func(t roster.Token) string { return string(t.LastUsedFace) }),
	"user":         link("userName", func(t roster.Token) filter.Link { return filter.Link{ID: string(t.UserID), Name: t.UserName} }),
	"groups":       links("displayName", func(t roster.Token) []filter.Link { return linkedGroups(t.Groups) }),
}
