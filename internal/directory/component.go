package directory

import (
	"context"

	"roster"
)

// GetComponents returns the parts of this server and their state.
//
// Errors: Unauthenticated, Forbidden.
func (d *Directory) GetComponents(_ context.Context, by roster.Actor, _ None) ([]roster.Component, error) {
	if err := allow(by, ActComponentRead); err != nil {
		return nil, err
	}
	if d.components == nil {
		return nil, nil
	}
	return d.components(), nil
}
