package directory

import (
	"context"

	"roster"
)

// NamedPermission is a permission and what it allows.
type NamedPermission struct {
	Name        string
	Description string // a sentence
}

// ListPermissions returns all permissions, in a fixed order.
//
// Errors: Unauthenticated, Forbidden.
func (d *Directory) ListPermissions(_ context.Context, by roster.Actor, _ None) ([]NamedPermission, error) {
	if err := allow(by, ActRoleRead); err != nil {
		return nil, err
	}
	all := roster.AllPermissions | roster.ServerAdmin
	names, sentences := all.Names(), all.Descriptions()
	out := make([]NamedPermission, len(names))
	for i := range names {
		out[i] = NamedPermission{Name: names[i], Description: sentences[i]}
	}
	return out, nil
}
