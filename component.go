package roster

import "time"

// Component is a part of the running server.
type Component struct {
	Name          string // server, queue, store
	Description   string
	Instance      string    // tells several servers apart
	LastHeartbeat time.Time // when it last showed that it works
	Missed        int       // heartbeats missed since
	Running       bool
}
