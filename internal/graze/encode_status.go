package graze

import (
	"cmp"
	"net/http"

	"roster"
	"roster/internal/dialect"
)

// systemStatus is the answer of getSystemStatus.
type systemStatus struct {
	Processes []process `json:"processes"`
}

// process is a component of Roster in the form of Graze's processes. Members without a meaning here
// are fixed: nothing is passive, and nothing can be stopped alone.
type process struct {
	Component        string   `json:"component"`
	Instance         string   `json:"instance"`
	LastHeartbeat    int64    `json:"last_heartbeat"`    // Unix milliseconds, 0: never
	MissedHeartbeats int      `json:"missed_heartbeats"` // -1: there never was one
	ProcessName      string   `json:"process_name"`
	Reserved         bool     `json:"reserved"`
	Running          bool     `json:"running"`
	ServiceName      string   `json:"service_name"`
	DisplayName      string   `json:"display_name"`
	Type             string   `json:"type"`
	Passive          bool     `json:"passive"`
	Stoppable        bool     `json:"stoppable"`
	SubComponents    struct{} `json:"sub_components"`
}

func encodeStatus(w http.ResponseWriter, components []roster.Component) error {
	list := make([]process, len(components))
	for i, c := range components {
		p := process{
			Component: c.Name, Instance: c.Instance, LastHeartbeat: c.LastHeartbeat.UnixMilli(), MissedHeartbeats: c.Missed,
			ProcessName: c.Name, Reserved: true, Running: c.Running, ServiceName: c.Name,
			DisplayName: cmp.Or(c.Description, c.Name), Type: c.Name,
		}
		if c.LastHeartbeat.IsZero() {
			p.LastHeartbeat, p.MissedHeartbeats = 0, -1
		}
		list[i] = p
	}
	return dialect.WriteJSON(w, http.StatusOK, systemStatus{list})
}
