package operator

import (
	"time"

	"roster"
)

// Status is how the server and its directory stand: facts, which "roster doctor" judges.
type Status struct {
	Server     Server     `json:"server"`
	AdminReady bool       `json:"adminReady"` // the user admin can sign in, or is gone
	Jobs       []JobCount `json:"jobs"`
}

// JobCount says how the jobs of a lane stand.
type JobCount struct {
	Lane    roster.Lane `json:"lane"`
	Waiting int64       `json:"waiting"`
	Running int64       `json:"running"`
	Buried  int64       `json:"buried"`
	Waits   string      `json:"waits,omitempty"` // why no job of the lane is done; "" if they are
}

// Server is what the directory does not know of the process and the engine around it.
type Server struct {
	Version       string     `json:"version"`
	HTTP          string     `json:"http,omitempty"` // address; "" if it is off
	HTTPS         string     `json:"https,omitempty"`
	PublicURL     string     `json:"publicUrl,omitempty"` // "" if none is configured
	Engine        string     `json:"engine"`              // "sqlite" or "postgres"
	Schema        int64      `json:"schema"`              // version of the database's schema
	Key           string     `json:"key"`                 // where the key comes from: a file's or a variable's name
	Mail          string     `json:"mail,omitempty"`      // where messages go: host and port, or "outbox"; "" if nowhere
	Demonstration bool       `json:"demonstration,omitempty"`
	Heartbeat     *Heartbeat `json:"heartbeat,omitempty"` // nil if none is configured
	Folder        string     `json:"folder"`              // the data folder
	FreeBytes     int64      `json:"freeBytes"`           // on its disk; -1 if that is not known
}

// Heartbeat says whether the server shows by its heartbeat that it works.
type Heartbeat struct {
	Called time.Time `json:"called,omitzero"` // the last call; zero for none since the start
	Why    string    `json:"why,omitempty"`   // why it is not called now
}

// Examination is what a look at the whole database found. It is empty for PostgreSQL, which looks
// after its own files.
type Examination struct {
	Damage  []string `json:"damage,omitempty"` // in the database's own words
	Tables  int      `json:"tables"`
	Checked int      `json:"checked"` // how many of the tables there was time for
}

// ServerAdmin says whether a user may make organizations.
type ServerAdmin struct {
	UserID      roster.UserID `json:"userId"` // id or userName, an id wins
	ServerAdmin bool          `json:"serverAdmin"`
}
