package notify

import (
	"context"
	"slices"
	"sync"
)

// MaxOutbox is the number of messages that an [Outbox] keeps. It drops the oldest first.
const MaxOutbox = 200

// Outbox is a [Mailer] that keeps messages in memory and sends nothing. It is safe for concurrent
// use.
type Outbox struct {
	mu       sync.Mutex
	messages []Message // the oldest first
}

// NewOutbox returns an empty outbox.
func NewOutbox() *Outbox { return &Outbox{} }

// Send keeps the message. It replaces a message with the same ID. It does not fail.
func (o *Outbox) Send(_ context.Context, m Message) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.messages = slices.DeleteFunc(o.messages, func(old Message) bool { return old.ID == m.ID })
	if over := len(o.messages) + 1 - MaxOutbox; over > 0 {
		o.messages = slices.Delete(o.messages, 0, over)
	}
	o.messages = append(o.messages, m)
	return nil
}

// All returns the messages, the newest first.
func (o *Outbox) All() []Message {
	o.mu.Lock()
	defer o.mu.Unlock()
	all := slices.Clone(o.messages)
	slices.Reverse(all)
	return all
}

// Get returns the message with the ID, if it is kept.
func (o *Outbox) Get(id string) (Message, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	i := slices.IndexFunc(o.messages, func(m Message) bool { return m.ID == id })
	if i < 0 {
		return Message{}, false
	}
	return o.messages[i], true
}
