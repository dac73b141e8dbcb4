package main

import "sync"

// people holds the users with a password that a run made, by number. A user who has signed in costs
// no hash for a while, so the others are precious.
type people struct {
	mu        sync.Mutex
	cold      []int64 // never signed in
	warm      []int64
	strangers int64 // names that were made up because nobody was left
}

// firstStranger is a number that no user gets.
const firstStranger = 9_000_000_000

// join adds a user who has not signed in.
func (p *people) join(n int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cold = append(p.cold, n)
}

// next takes a user who has not signed in. If nobody is left it makes up a number that no user has,
// which costs the server the same hash.
func (p *people) next() int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	if last := len(p.cold) - 1; last >= 0 {
		n := p.cold[last]
		p.cold = p.cold[:last]
		return n
	}
	p.strangers++
	return firstStranger + p.strangers
}

// signedIn records that a user has signed in.
func (p *people) signedIn(n int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.warm = append(p.warm, n)
}

// known returns the users who have signed in.
func (p *people) known() []int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.warm[:len(p.warm):len(p.warm)]
}

// madeUp returns how many names were made up.
func (p *people) madeUp() int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.strangers
}
