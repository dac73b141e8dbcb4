package api

import "roster"

// The links in records to checks, check groups and users.
type (
	checkLink struct {
		ID     roster.CheckID `json:"id" format:"uuid" doc:"Its id."`
		Number int64          `json:"number" doc:"Its number."`
		Name   string         `json:"displayName" doc:"Its name."`
	}
	checkGroupLink struct {
		ID     roster.CheckGroupID `json:"id" format:"uuid" doc:"Its id."`
		Number int64               `json:"number" doc:"Its number."`
		Name   string              `json:"displayName" doc:"Its name."`
	}
	namedUser struct {
		ID       roster.UserID `json:"id" format:"uuid" doc:"The user's id."`
		UserName string        `json:"userName" doc:"The user's name."`
	}
)
