package graze

import (
	"cmp"
	"net/http"

	"roster"
	"roster/internal/dialect"
)

// encodeNothing answers a call that changed something, without a body, as Graze does.
func encodeNothing[Out any](w http.ResponseWriter, _ Out) error { return dialect.WriteNothing(w) }

// userRole is a role in the answer of getUserRoles.
type userRole struct {
	ID          int64  `json:"id"`
	Name        string `json:"name"`
	Description string `json:"description"`
}

func encodeUserRoles(w http.ResponseWriter, roles []roster.Role) error {
	list := make([]userRole, len(roles))
	for i, r := range roles {
		list[i] = userRole{r.Number, r.Name, cmp.Or(r.Description, r.Name)}
	}
	return dialect.WriteJSON(w, http.StatusOK, list)
}

// userTeam is a team in the answer of getUserTeams.
type userTeam struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
}

func encodeUserTeams(w http.ResponseWriter, u roster.User) error {
	list := make([]userTeam, len(u.Teams))
	for i, t := range u.Teams {
		list[i] = userTeam{t.Number, t.Name}
	}
	return dialect.WriteJSON(w, http.StatusOK, list)
}
