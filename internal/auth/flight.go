package auth

import (
	"context"
	"fmt"
	"sync"
)

// flights lets equal calls that are in flight at the same time share one run. The zero value is
// ready.
type flights[K comparable, V any] struct {
	mu sync.Mutex
	m  map[K]*flight[V]
}

type flight[V any] struct {
	done    chan struct{} // closed when value and err are set
	value   V
	err     error
	callers int                // who still wait; guarded by flights.mu
	cancel  context.CancelFunc // ends the run's context
}

// do returns what run returns: board and wait.
func (s *flights[K, V]) do(ctx context.Context, key K, run func(context.Context) (V, error)) (V, error) {
	f, _ := s.board(ctx, key, run)
	return s.wait(ctx, key, f)
}

// board joins the run with the key, or begins it. The caller must wait for it then.
func (s *flights[K, V]) board(ctx context.Context, key K, run func(context.Context) (V, error)) (f *flight[V], joined bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f, joined = s.m[key]; joined {
		f.callers++
		return f, true
	}
	return s.start(ctx, key, run), false
}

// wait returns what the run returns. A run goes on its own: it ends by itself, or has its context
// ended when every caller has left. A caller leaves when its ctx ends, with that error.
func (s *flights[K, V]) wait(ctx context.Context, key K, f *flight[V]) (v V, err error) {
	select {
	case <-f.done:
		return f.value, f.err
	case <-ctx.Done():
		s.leave(key, f)
		return v, ctx.Err()
	}
}

// start begins a run with one caller. s.mu is held.
func (s *flights[K, V]) start(ctx context.Context, key K, run func(context.Context) (V, error)) *flight[V] {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	f := &flight[V]{done: make(chan struct{}), callers: 1, cancel: cancel}
	if s.m == nil {
		s.m = make(map[K]*flight[V])
	}
	s.m[key] = f
	go func() {
		defer cancel()
		defer s.land(key, f)
		defer func() {
			// On a goroutine of its own a panic would end the process instead of one request.
			if p := recover(); p != nil {
				f.err = fmt.Errorf("panic: %v", p)
			}
		}()
		f.value, f.err = run(ctx)
	}()
	return f
}

// land hands the result to whoever waits.
func (s *flights[K, V]) land(key K, f *flight[V]) {
	s.mu.Lock()
	s.drop(key, f)
	s.mu.Unlock()
	close(f.done)
}

// leave counts a caller out; the last one ends the run, and nobody joins it any more.
func (s *flights[K, V]) leave(key K, f *flight[V]) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f.callers--
	if f.callers == 0 {
		s.drop(key, f)
		f.cancel()
	}
}

func (s *flights[K, V]) drop(key K, f *flight[V]) {
	if s.m[key] == f {
		delete(s.m, key)
	}
}
