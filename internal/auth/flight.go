package auth

import (
	"context"
	"fmt"
	"sync"
)

// flights lets equal calls that run at the same time share one run. The zero value is ready.
type flights[K comparable, V any] struct {
	mu sync.Mutex
	m  map[K]*flight[V]
}

type flight[V any] struct {
	done    chan struct{} // closed when value and err are set
	value   V
	err     error
	callers int                // that still wait; guarded by flights.mu
	cancel  context.CancelFunc // ends the run's context
}

// do joins or begins the run with the key, waits, and returns what run returns.
func (s *flights[K, V]) do(ctx context.Context, key K, run func(context.Context) (V, error)) (V, error) {
	f, _ := s.join(ctx, key, run)
	return s.wait(ctx, key, f)
}

// join joins the run with the key, or begins it. The caller must call wait next.
func (s *flights[K, V]) join(ctx context.Context, key K, run func(context.Context) (V, error)) (f *flight[V], joined bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f, joined = s.m[key]; joined {
		f.callers++
		return f, true
	}
	return s.start(ctx, key, run), false
}

// wait returns what the run returns. The run ends by itself; its context ends once every caller has
// left. A caller leaves when its ctx ends, with that error.
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
		defer s.finish(key, f)
		defer func() {
			// On its own goroutine a panic would end the process instead of one request.
			if p := recover(); p != nil {
				f.err = fmt.Errorf("panic: %v", p)
			}
		}()
		f.value, f.err = run(ctx)
	}()
	return f
}

// finish gives the result to all who wait.
func (s *flights[K, V]) finish(key K, f *flight[V]) {
	s.mu.Lock()
	s.drop(key, f)
	s.mu.Unlock()
	close(f.done)
}

// leave removes a caller. The last one to leave ends the run, and nobody can join it after that.
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
