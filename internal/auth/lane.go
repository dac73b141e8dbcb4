package auth

import "container/list"

// maxInLane bounds the callers who wait in one lane, and so the number of its queues.
const maxInLane = 1024

// caller identifies a queue of the gate. Equal callers share a queue.
type caller struct {
	known   bool   // signed in now, or before from this address
	address string // as network returns it
	name    string // of a known caller who signs in; else "", so that the address shares one queue
}

// waiter is a caller in a queue.
type waiter struct {
	turn  chan error // receives nil with a slot, or the error of a waiter that must go; holds one
	queue *queue
	place *list.Element // in queue.waiters; nil once it has left
}

// queue holds the waiters of one caller in the order of arrival. It is never empty.
type queue struct {
	caller  caller
	lane    *lane
	waiters list.List     // of *waiter
	place   *list.Element // in lane.ring
}

// lane is a set of queues that are served in turn, one waiter each. So a caller with many requests
// delays each request of another caller by one hash at most.
type lane struct {
	queues  map[caller]*queue
	ring    list.List // of *queue, the next one first
	waiting int
}

// length returns how many requests of the caller wait.
func (l *lane) length(c caller) int {
	if q := l.queues[c]; q != nil {
		return q.waiters.Len()
	}
	return 0
}

// turns returns how many turns of the lane a newcomer would wait for, including its own.
func (l *lane) turns(c caller) int {
	place := l.length(c) + 1
	turns := place
	for other, q := range l.queues {
		if other != c {
			turns += min(place, q.waiters.Len())
		}
	}
	return turns
}

// push adds a waiter at the end of the caller's queue.
func (l *lane) push(c caller) *waiter {
	q := l.queues[c]
	if q == nil {
		if l.queues == nil {
			l.queues = make(map[caller]*queue)
		}
		q = &queue{caller: c, lane: l}
		q.place = l.ring.PushBack(q)
		l.queues[c] = q
	}
	w := &waiter{turn: make(chan error, 1), queue: q}
	w.place = q.waiters.PushBack(w)
	l.waiting++
	return w
}

// pop takes the first waiter of the next queue. The lane must not be empty.
func (l *lane) pop() *waiter {
	q := l.ring.Front().Value.(*queue)
	l.ring.MoveToBack(q.place)
	w := q.waiters.Front().Value.(*waiter)
	w.leave()
	return w
}

// leave removes the waiter from its queue.
func (w *waiter) leave() {
	q, l := w.queue, w.queue.lane
	q.waiters.Remove(w.place)
	w.place = nil
	l.waiting--
	if q.waiters.Len() == 0 {
		l.ring.Remove(q.place)
		delete(l.queues, q.caller)
	}
}

// evict removes the last waiter of the longest queue, to make room for a newcomer. It returns nil
// if no queue would be longer than the newcomer's. The lane must not be empty.
func (l *lane) evict(c caller) *waiter {
	var longest *queue
	for _, q := range l.queues {
		if longest == nil || q.waiters.Len() > longest.waiters.Len() {
			longest = q
		}
	}
	if longest.waiters.Len() <= l.length(c)+1 {
		return nil
	}
	w := longest.waiters.Back().Value.(*waiter)
	w.leave()
	return w
}
