package directory

import "roster"

// RoleAttributes are what filters may ask of roles.
var RoleAttributes = Attributes[roster.Role]{
	"id":          ident(func(r roster.Role) roster.RoleID { return r.ID }).stored(Indexed),
	"number":      number(func(r roster.Role) int64 { return r.Number }),
	"displayName": name(func(r roster.Role) string { return r.Name }).stored(Indexed),
	"description": text(func(r roster.Role) string { return r.Description }),
	"shipped":     truth(func(r roster.Role) bool { return r.Shipped }),
	"version":     number(func(r roster.Role) int64 { return r.Version }),
	"permissions": several(text[roster.Role](nil), func(r roster.Role) []string { return r.Permissions.Names() }),
}
