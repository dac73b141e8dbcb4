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
	errBarred  = errors.New("every server refuses the realm's own account, or does not answer")
)

// server is one of those that hold the directory.
type server struct {
	address string // host:port
	secure  bool   // TLS from the first byte

	dead   time.Time // skipped until then
	barred time.Time // not even tried again until then
}

// servers are those of one realm, in the order in which they are tried.
type servers struct {
	now func() time.Time

	mu      sync.Mutex // guards what follows, and dead and barred of each
	list    []*server
	probing bool // somebody tries the dead ones again
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

// order returns the servers to try. Where all of them are dead it lets one caller at a time try
// them again and turns the others away at once, so that a directory that is away holds nobody up.
// done must be called in the end. Errors: Unavailable.
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

// failed notes that the server does not answer as it should.
func (s *servers) failed(v *server, bar bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v.dead = s.now().Add(deadFor)
	if bar {
		v.barred = v.dead
	}
}

// answered notes that the server is well.
func (s *servers) answered(v *server) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v.dead, v.barred = time.Time{}, time.Time{}
}
