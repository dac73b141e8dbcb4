package notify

import (
	"context"
	"time"
)

// Message is an email to one person.
type Message struct {
	To      string // one plain address, local@domain
	Subject string
	Text    string
	HTML    string // "" for none
	At      time.Time
	ID      string // the same whenever the same message is sent, so that a repeat can be recognised
}

// Mailer sends messages.
type Mailer interface {
	// Send sends a message. Errors: Unavailable if another attempt may succeed, Invalid if not.
	Send(ctx context.Context, m Message) error
}
