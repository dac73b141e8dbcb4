package api

import (
	"roster"
	"roster/internal/directory"
)

// overview is a summary of an organization.
type overview struct {
	Organization organizationLink `json:"organization" doc:"The caller's organization."`
	Users        int64            `json:"users" doc:"How many users the caller may see."`
	Checks       checkCounts      `json:"checks" doc:"How many checks have each status, of those that the caller may see."`
}

// organizationLink names an organization.
type organizationLink struct {
	ID          roster.OrganizationID `json:"id" format:"uuid" doc:"Its id."`
	Slug        string                `json:"slug" doc:"Its name in URLs."`
	DisplayName string                `json:"displayName" doc:"Its name."`
}

// checkCounts are the numbers of checks by status.
type checkCounts struct {
	Success int64 `json:"success" doc:"The last event was a success, or there was none yet."`
	Warning int64 `json:"warning" doc:"The last event was a warning."`
	Failure int64 `json:"failure" doc:"The last event was a failure."`
}

// overview registers the call that reads the overview.
func (a *api) overview(d *directory.Directory) {
	route(a, operation{
		id: "getOverview", call: "GET /overview", tag: "Checks", summary: "Read the overview",
		description: "The organization with its numbers of users and of checks by status.",
		answer: showOverview(directory.Overview{
			Organization: exampleOrganization, Users: 42, Checks: map[roster.Status]int64{roster.StatusSuccess: 17, roster.StatusFailure: 1},
		}),
	}, func(roster.Actor, *struct{}) (directory.None, error) {
		return directory.None{}, nil
	}, d.GetOverview, func(_ *struct{}, o directory.Overview) answer {
		return answer{body: showOverview(o)}
	})
}

func showOverview(o directory.Overview) overview {
	return overview{
		organizationLink{o.Organization.ID, o.Organization.Slug, o.Organization.Name},
		o.Users,
		checkCounts{o.Checks[roster.StatusSuccess], o.Checks[roster.StatusWarning], o.Checks[roster.StatusFailure]},
	}
}
