package realm

import (
	"errors"
	"sync"
	"time"
)

// deadFor is how long a server that did not answer is skipped.
const deadFor = 30 * time.Second

var (
	errProbing = errors.New("no server answers; one caller is trying them again")
	errBarred  = errors.New("no server accepts the realm's own account")
)

// server is one of the servers of a directory.
type server struct {
	address string // host:port
	secure  bool   // TLS from the first byte

	dead   time.Time // skipped until then
	barred time.Time // not even probed until then
}

// servers holds the servers of one realm in the order of preference.
type servers struct {
	now func() time.Time

	mu      sync.Mutex // guards the rest, and dead and barred of each
	list    []*server
	probing bool // a caller is trying the dead ones again
}

func newServers(urls []string, now func() time.Time) *servers {
	s := &servers{now: now}
	for _, text := range urls {
		if address, secure, ok := splitURL(text); ok {
			s.list = append(s.list, &server{address: address, secure: secure})
		}
	}
	return s
}

// order returns the servers to try. If all are dead, one caller at a time may try them again and
// the others are refused at once, so that nobody waits for a directory that is down. The caller
// must call done in the end. Errors: Unavailable.
func (s *servers) order() (list []*server, done func(), err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	var revived []*server
	soonest := deadFor
	for _, v := range s.list {
		switch {
		case now.Before(v.barred):
			soonest = min(soonest, v.barred.Sub(now))
		case now.Before(v.dead):
			revived = append(revived, v)
		default:
			list = append(list, v)
		}
	}
	switch {
	case len(list) > 0:
		return list, func() {}, nil
	case len(revived) == 0:
		return nil, nil, unavailable(errBarred, soonest)
	case s.probing:
		return nil, nil, unavailable(errProbing, retryAfter)
	}
	s.probing = true
	return revived, s.probed, nil
}

func (s *servers) probed() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.probing = false
}

// failed records that the server does not answer properly.
func (s *servers) failed(v *server, bar bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v.dead = s.now().Add(deadFor)
	if bar {
		v.barred = v.dead
	}
}

// answered records that the server works.
func (s *servers) answered(v *server) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v.dead, v.barred = time.Time{}, time.Time{}
}
