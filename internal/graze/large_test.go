package graze_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"roster/internal/dialect/dialecttest"
	"roster/internal/directory"
)

// crowd is how many members a large team has.
const crowd = 10_000

// crowded has that many users besides its own, "u0" and so on, in no team.
func crowded(t testing.TB, e *dialecttest.Env) {
	t.Helper()
	documented(t, e)
	var all sync.WaitGroup
	for worker := range 50 {
		all.Go(func() {
			for i := worker; i < crowd; i += 50 {
				in := directory.NewUser{UserName: fmt.Sprint("u", i), External: true}
				if _, err := e.Directory.CreateUser(t.Context(), e.By, in); err != nil {
					t.Errorf("make u%d: %v", i, err)
					return
				}
			}
		})
	}
	all.Wait()
}

// blocks notes how long the pieces of an answer are.
type blocks struct {
	*httptest.ResponseRecorder
	longest int
}

func (b *blocks) Write(p []byte) (int, error) {
	b.longest = max(b.longest, len(p))
	return b.ResponseRecorder.Write(p)
}

// read sends a GET as graze, and fails the test if the answer was collected before it was sent.
func read(t testing.TB, e *dialecttest.Env, call string, into any) {
	t.Helper()
	r := httptest.NewRequest("GET", "/graze/v1/"+call, nil)
	r.SetBasicAuth("graze", "graze")
	w := &blocks{ResponseRecorder: httptest.NewRecorder()}
	e.Handler.ServeHTTP(w, r)
	if w.Code != http.StatusOK || w.longest > 40<<10 {
		t.Errorf("%s is answered %d, its longest piece has %d bytes", call, w.Code, w.longest)
	}
	if err := json.Unmarshal(w.Body.Bytes(), into); err != nil {
		t.Errorf("%s: %v", call, err)
	}
}

type largeTeam struct {
	TeamID  int64    `json:"team_id"`
	UserIDs []int64  `json:"user_ids"`
	Users   []string `json:"users"`
}

// check asks that the team has n members, in order, by number and by name alike.
func (l largeTeam) check(t testing.TB, n int) {
	t.Helper()
	if len(l.UserIDs) != n || len(l.Users) != n {
		t.Errorf("the team has %d ids and %d names, want %d", len(l.UserIDs), len(l.Users), n)
	}
	for i := 1; i < len(l.UserIDs); i++ {
		if l.UserIDs[i] <= l.UserIDs[i-1] {
			t.Fatalf("id %d comes after %d", l.UserIDs[i], l.UserIDs[i-1])
		}
	}
}

func TestALargeTeamIsMadeReadAndChanged(t *testing.T) {
	if testing.Short() {
		t.Skip("makes ten thousand users")
	}
	t.Parallel()
	names := make([]string, crowd)
	for i := range names {
		names[i] = fmt.Sprintf("%q", fmt.Sprint("u", i))
	}
	update := func(t testing.TB, e *dialecttest.Env, users []string) {
		t.Helper()
		if w := e.Do(t, as, "POST /graze/v1/updateTeam\n\n"+`{"team_id":2,"users":[`+strings.Join(users, ",")+`]}`); w.Code != 200 {
			t.Fatalf("change the team: %d %s", w.Code, w.Body)
		}
	}
	dialecttest.Run(t, dialecttest.World{Given: crowded}, dialecttest.Scenario{
		Name: "through Graze alone", As: as, Status: 200,
		Request: "POST /graze/v1/updateTeam\n\n" + `{"team_id":2,"users":[` + strings.Join(names, ",") + `]}`,
		After: func(t testing.TB, e *dialecttest.Env) {
			t.Helper()
			var l largeTeam
			read(t, e, "getTeam?team_id=2", &l)
			l.check(t, crowd)
			update(t, e, append([]string{`"graze"`, `"admin"`}, names[1:]...))
			var changed largeTeam
			read(t, e, "getTeam?team_id=2", &changed)
			changed.check(t, crowd+1)
			if changed.Users[0] != "admin" || changed.Users[1] != "graze" {
				t.Errorf("the first are %v", changed.Users[:2])
			}
			answers("getUserTeams?username=u0", "[]")(t, e)
			answers("getUserTeams?username=u1", `[{"id":2,"name":"my team 1"}]`)(t, e)
			var teams []largeTeam
			read(t, e, "getTeams", &teams)
			if len(teams) != 4 {
				t.Fatalf("there are %d teams", len(teams))
			}
			teams[1].check(t, crowd+1)
			var users []struct {
				UID   int64
				Teams []string
			}
			read(t, e, fmt.Sprintf("getUsers?limit=%d", 2*crowd), &users)
			if len(users) != crowd+2 || len(users[crowd].Teams) != 1 {
				t.Errorf("there are %d users", len(users))
			}
			update(t, e, nil)
			var empty largeTeam
			read(t, e, "getTeam?team_id=2", &empty)
			empty.check(t, 0)
		},
	})
}

func TestMoreMembersThanARequestMayNameAreRefused(t *testing.T) {
	t.Parallel()
	dialecttest.Run(t, dialecttest.World{Given: documented}, dialecttest.Scenario{
		Name: "20001", As: as, Status: 400, Body: fault("400", "users must not name more than 20000 users at a time"),
		Request: "POST /graze/v1/updateTeam\n\n" + `{"team_id":2,"users":[` + strings.Repeat("1,", 20000) + `1]}`,
	})
}
