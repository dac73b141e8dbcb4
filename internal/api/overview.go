package api

import (
	"roster"
	"roster/internal/directory"
)

// overview is a summary of an organization.
type overview struct {
	Organization organizationLink `json:"organization" doc:"The caller's organization."`
	Users        int64            `json:"users" doc:"How many users the caller may see."`
	Checks       checkCounts      `json:"checks" doc:"How many checks have each status of the last event, of those that the caller may see."`
	CheckStates  stateCounts      `json:"checkStates" doc:"How many checks have each state, of those that the caller may see."`
}

// organizationLink names an organization.
type organizationLink struct {
	ID          roster.OrganizationID `json:"id" format:"uuid" doc:"Its id."`
	Slug        string                `json:"slug" doc:"Its name in URLs."`
	DisplayName string                `json:"displayName" doc:"Its name."`
}

// checkCounts are the numbers of checks by status.
type checkCounts struct {
	Success int64 `json:"success" doc:"The last event was a success."`
	Warning int64 `json:"warning" doc:"The last event was a warning."`
	Failure int64 `json:"failure" doc:"The last event was a failure."`
}

// stateCounts are the numbers of checks by state.
type stateCounts struct {
	New     int64 `json:"new" doc:"No event came yet."`
	Success int64 `json:"success" doc:"Nothing is wrong."`
	Warning int64 `json:"warning" doc:"The worst open alert is a warning."`
	Failure int64 `json:"failure" doc:"The worst open alert is a failure."`
	Overdue int64 `json:"overdue" doc:"No event came in time."`
	Paused  int64 `json:"paused" doc:"Nobody watches it."`
}

// overview registers the call that reads the overview.
func (a *api) overview(d *directory.Directory) {
	route(a, operation{
		id: "getOverview", call: "GET /overview", tag: "Checks", summary: "Read the overview",
		description: "The organization with its numbers of users, and of checks by status and by state.",
		answer: showOverview(directory.Overview{
			Organization: exampleOrganization, Users: 42, Checks: []directory.CheckCount{
				{State: roster.StateSuccess, Status: roster.StatusSuccess, N: 17}, {State: roster.StateFailure, Status: roster.StatusFailure, N: 1},
			},
		}),
	}, func(roster.Actor, *struct{}) (directory.None, error) {
		return directory.None{}, nil
	}, d.GetOverview, func(_ *struct{}, o directory.Overview) answer {
		return answer{body: showOverview(o)}
	})
}

func showOverview(o directory.Overview) overview {
	status, state := map[roster.Status]int64{}, map[roster.State]int64{}
	for _, c := range o.Checks {
		status[c.Status] += c.N
		state[c.State] += c.N
	}
	return overview{
		organizationLink{o.Organization.ID, o.Organization.Slug, o.Organization.Name},
		o.Users,
		checkCounts{status[roster.StatusSuccess], status[roster.StatusWarning], status[roster.StatusFailure]},
		stateCounts{
			state[roster.StateNew], state[roster.StateSuccess], state[roster.StateWarning],
			state[roster.StateFailure], state[roster.StateOverdue], state[roster.StatePaused],
		},
	}
}
