package graze

import (
	"encoding/json"
	"iter"
	"net/http"

	"roster"
	"roster/internal/dialect"
	"roster/internal/directory"
)

// teamID is the answer of createTeam.
type teamID struct {
	TeamID int64 `json:"team_id"`
}

func encodeTeamID(w http.ResponseWriter, g roster.Group) error {
	return dialect.WriteJSON(w, http.StatusOK, teamID{g.Number})
}

func encodeTeam(w http.ResponseWriter, t directory.TeamView) error {
	return dialect.WriteStream(w, func(s *dialect.Stream) { writeTeam(s, t) })
}

func encodeTeams(w http.ResponseWriter, teams iter.Seq2[directory.TeamView, error]) error {
	return dialect.WriteStream(w, func(s *dialect.Stream) {
		dialect.List(s, teams, func(t directory.TeamView) { writeTeam(s, t) })
	})
}

// writeTeam writes a team with the documented keys in their order. It streams the members, who may
// be many, from the store twice.
func writeTeam(s *dialect.Stream, t directory.TeamView) {
	serviceIDs, services := []int64{}, []string{}
	for _, b := range t.Routing.Services {
		serviceIDs, services = append(serviceIDs, b.Number), append(services, b.Name)
	}
	landingPage := t.Routing.LandingPage
	if len(landingPage) == 0 {
		landingPage = json.RawMessage(`""`)
	}
	s.Object(func() {
		s.Member("room_id", t.Number) // there are no rooms, so each team is its own
		s.Member("alert_filter", t.Routing.AlertFilter)
		s.Key("user_ids")
		dialect.List(s, t.Members, func(u roster.UserLink) { s.Value(u.Number) })
		s.Member("sig_filter", t.Routing.SigFilter)
		s.Member("landing_page", landingPage)
		s.Member("description", t.Description)
		s.Member("active", t.Active)
		s.Member("team_id", t.Number)
		s.Member("services", services)
		s.Key("users")
		dialect.List(s, t.Members, func(u roster.UserLink) { s.Value(u.Name) })
		s.Member("deleted", false)
		s.Member("name", t.Name)
		s.Member("service_ids", serviceIDs)
	})
}
