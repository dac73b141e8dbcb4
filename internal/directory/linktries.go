package directory

import (
	"sync"
	"time"

	"roster"
)

// Bounds of the tries of a link: each may cost the work of judging a password.
const (
	maxLinkTries  = 20
	linkTriesFor  = 15 * time.Minute // from the first try; then the count starts anew
	maxTriedLinks = 10_000           // whose tries are counted; beyond it the oldest count is given up
)

// linkTries counts the tries of links that failed, and those under way. It counts in one process: behind
// several servers each of them allows as many. The zero value is ready.
type linkTries struct {
	mu    sync.Mutex
	links map[string]*triedLink // by the hash of the link's secret
}

type triedLink struct {
	tries int
	first time.Time
}

// begin counts a try of a link. The function that it returns must be called with the outcome: a try
// that did not fail is not counted.
// Errors: RateLimited.
func (t *linkTries) begin(hash string, now time.Time) (end func(failed bool), err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	l := t.links[hash]
	if l == nil || now.Sub(l.first) >= linkTriesFor {
		l = t.add(hash, now)
	}
	if l.tries >= maxLinkTries {
		return nil, &roster.Error{
			Kind: roster.RateLimited, RetryAfter: l.first.Add(linkTriesFor).Sub(now),
			Detail: "this link was tried too often; wait a few minutes, or ask for another one",
		}
	}
	l.tries++
	return func(failed bool) {
		if !failed {
			t.takeBack(hash, l)
		}
	}, nil
}

// add begins the count of a link.
func (t *linkTries) add(hash string, now time.Time) *triedLink {
	if t.links == nil {
		t.links = make(map[string]*triedLink)
	}
	if len(t.links) >= maxTriedLinks {
		t.forgetOldest()
	}
	t.links[hash] = &triedLink{first: now}
	return t.links[hash]
}

func (t *linkTries) forgetOldest() {
	oldest := ""
	for hash, l := range t.links {
		if oldest == "" || l.first.Before(t.links[oldest].first) {
			oldest = hash
		}
	}
	delete(t.links, oldest)
}

// takeBack uncounts a try.
func (t *linkTries) takeBack(hash string, l *triedLink) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if l.tries--; l.tries == 0 && t.links[hash] == l {
		delete(t.links, hash)
	}
}
