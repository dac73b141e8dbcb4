package directory_test

import (
	"fmt"
	"sync"
	"testing"

	"roster"
	"roster/internal/directory"
)

func TestTeamsThatNameANewServiceAtOnceShareIt(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		const rounds, teams = 10, 8
		for round := range rounds {
			var wait sync.WaitGroup
			ids := make([]roster.BusinessServiceID, teams)
			for i := range teams {
				wait.Go(func() {
					g, err := e.CreateGroup(t.Context(), e.admin, directory.NewGroup{
						Kind: roster.KindTeam, Name: fmt.Sprintf("team %d of %d", i, round), Services: []roster.Ref{{Name: fmt.Sprintf("Service %d", round)}},
					})
					if err != nil {
						t.Errorf("a team: %v", err)
						return
					}
					ids[i] = g.Routing.Services[0].ID
				})
			}
			wait.Wait()
			for _, id := range ids {
				if id != ids[0] {
					t.Errorf("the teams have the services %v", ids)
					break
				}
			}
		}
	})
}
