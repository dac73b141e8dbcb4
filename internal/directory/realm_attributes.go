package directory

import (
	"time"

	"roster"
)

// RealmAttributes are what filters may ask of realms.
var RealmAttributes = Attributes[roster.Realm]{
	"id":          ident(func(r roster.Realm) roster.RealmID { return r.ID }),
	"displayName": text(func(r roster.Realm) string { return r.Name }),
	"kind":        word(func(r roster.Realm) roster.RealmKind { return r.Kind }, roster.RealmSAML, roster.RealmLDAP).stored(Comparable),
	"active":      truth(func(r roster.Realm) bool { return r.Active }).stored(Comparable),
	"version":     number(func(r roster.Realm) int64 { return r.Version }),
	"createdAt":   moment(func(r roster.Realm) time.Time { return r.CreatedAt }),
	"updatedAt":   moment(func(r roster.Realm) time.Time { return r.UpdatedAt }),
}
