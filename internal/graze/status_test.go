package graze

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"roster"
	"roster/internal/directory"
)

// reader is a verifier that takes everybody for somebody who may read.
type reader struct{ broken }

func (reader) Password(context.Context, roster.Face, roster.Permissions, string, string) (roster.Actor, error) {
	return roster.Actor{Kind: roster.ActorUser, UserID: "reader", Grants: roster.Grants{{Permissions: roster.GrazeLogin}}}, nil
}

// getsystemstatus.html
func TestGetSystemStatusListsTheComponents(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		components []roster.Component
		want       string
	}{
		{nil, `{"processes":[]}`},
		{
			[]roster.Component{
				{Name: "server", Description: "HTTP server", Instance: "roster-1", LastHeartbeat: time.UnixMilli(1491385834300), Running: true},
				{Name: "queue", Instance: "roster-1", Missed: 3},
			},
			`{"processes":[{"component":"server","instance":"roster-1","last_heartbeat":1491385834300,"missed_heartbeats":0,"process_name":"server","reserved":true,"running":true,"service_name":"server","display_name":"HTTP server","type":"server","passive":false,"stoppable":false,"sub_components":{}},` +
				`{"component":"queue","instance":"roster-1","last_heartbeat":0,"missed_heartbeats":-1,"process_name":"queue","reserved":true,"running":false,"service_name":"queue","display_name":"queue","type":"queue","passive":false,"stoppable":false,"sub_components":{}}]}`,
		},
	} {
		mux := http.NewServeMux()
		d := directory.New(directory.Options{Components: func() []roster.Component { return c.components }})
		Register(mux, Options{Directory: d, Verifier: reader{}, Log: slog.New(slog.DiscardHandler)})
		r := httptest.NewRequest("GET", "/graze/v1/getSystemStatus", nil)
		r.SetBasicAuth("graze", "graze")
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, r)
		if w.Code != 200 || w.Body.String() != c.want {
			t.Errorf("answered %d\n%s\nwant\n%s", w.Code, w.Body, c.want)
		}
	}
}
