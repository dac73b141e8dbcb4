package directory

import (
	"context"

	"roster"
)

// GetComponents returns the parts that this server is made of, and how each stands.
//
// Errors: Unauthenticated, Forbidden.
func (s *Service) GetComponents(_ context.Context, by roster.Actor, _ None) ([]roster.Component, error) {
	if err := allow(by, ActComponentRead); err != nil {
		return nil, err
	}
	if s.components == nil {
		return nil, nil
	}
	return s.components(), nil
}
