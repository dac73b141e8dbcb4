package app

import (
	"context"
	"os"

	"roster"
)

// components returns the state of the parts of this server. A part that answers works.
func (a *App) components() []roster.Component {
	host, err := os.Hostname()
	if err != nil {
		host = "roster"
	}
	now := a.now()
	c := func(name, description string, running bool) roster.Component {
		part := roster.Component{Name: name, Description: description, Instance: host, Running: running}
		if running {
			part.LastHeartbeat = now
		} else {
			part.Missed = 1
		}
		return part
	}
	return []roster.Component{
		c("server", "HTTP server", true),
		c("queue", "Delivery of messages", a.mailer != nil),
		c("store", "Database", a.store.Ping(context.Background()) == nil),
	}
}
