package app

import (
	"roster/internal/notify"
	"roster/internal/web"
)

// outbox adapts the demonstration's messages for the pages.
type outbox struct{ captured *notify.Outbox }

// All implements [web.OutboxReader].
func (o outbox) All() []web.Email {
	messages := o.captured.All()
	emails := make([]web.Email, len(messages))
	for i, m := range messages {
		emails[i] = email(m)
	}
	return emails
}

// Get implements [web.OutboxReader].
func (o outbox) Get(id string) (web.Email, bool) {
	m, found := o.captured.Get(id)
	return email(m), found
}

func email(m notify.Message) web.Email {
	return web.Email{To: m.To, Subject: m.Subject, Text: m.Text, HTML: m.HTML, At: m.At, ID: m.ID}
}
