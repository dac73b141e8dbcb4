package realm

import (
	"context"
	"errors"
	"time"
)

const (
	maxSignIns = 16              // of one realm at a time
	maxWaiting = 64              // that may wait for one of these places
	maxWait    = 2 * time.Second // for a place
)

var errCrowded = errors.New("too many sign-ins wait for the directory already")

// gate bounds the sign-ins that run and those that wait, so that a slow directory does not slow
// other callers down.
type gate struct {
	places  chan struct{}
	waiting chan struct{}
}

func newGate() *gate {
	return &gate{places: make(chan struct{}, maxSignIns), waiting: make(chan struct{}, maxWaiting)}
}

// enter takes a place, which leave gives back. Errors: Unavailable, at once if too many wait.
func (g *gate) enter(ctx context.Context) error {
	select {
	case g.places <- struct{}{}:
		return nil
	default:
	}
	select {
	case g.waiting <- struct{}{}:
	default:
		return unavailable(errCrowded, retryAfter)
	}
	defer func() { <-g.waiting }()
	patience := time.NewTimer(maxWait)
	defer patience.Stop()
	select {
	case g.places <- struct{}{}:
		return nil
	case <-patience.C:
		return unavailable(errCrowded, retryAfter)
	case <-ctx.Done():
		return unavailable(context.Cause(ctx), retryAfter)
	}
}

func (g *gate) leave() { <-g.places }
