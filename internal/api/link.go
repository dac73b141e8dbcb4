package api

import "roster"

// The links in records to groups, departments, services and users.
type (
	groupLink struct {
		ID     roster.GroupID `json:"id" format:"uuid" doc:"Its id."`
		Number int64          `json:"number" doc:"Its number."`
		Name   string         `json:"displayName" doc:"Its name."`
	}
	departmentLink struct {
		ID     roster.DepartmentID `json:"id" format:"uuid" doc:"Its id."`
		Number int64               `json:"number" doc:"Its number."`
		Name   string              `json:"displayName" doc:"Its name."`
	}
	serviceLink struct {
		ID     roster.BusinessServiceID `json:"id" format:"uuid" doc:"Its id."`
		Number int64                    `json:"number" doc:"Its number."`
		Name   string                   `json:"displayName" doc:"Its name."`
	}
	userLink struct {
		ID     roster.UserID `json:"id" format:"uuid" doc:"The user's id."`
		Number int64         `json:"number" doc:"The user's number."`
		Name   string        `json:"userName" doc:"The user's name."`
	}
)

// showLinks returns the links to groups or teams as the API shows them.
func showLinks(links []roster.GroupLink) []groupLink {
	shown := make([]groupLink, len(links))
	for i, l := range links {
		shown[i] = groupLink(l)
	}
	return shown
}
