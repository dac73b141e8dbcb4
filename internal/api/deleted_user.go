package api

import (
	"time"

	"roster"
	"roster/internal/directory"
)

// deletedUser is a user who was deleted and can be restored, as it is shown.
type deletedUser struct {
	ID              roster.UserID `json:"id" format:"uuid" doc:"The user's id."`
	Number          int64         `json:"number" doc:"Its number."`
	UserName        string        `json:"userName" doc:"The name that it had; another user may have it now."`
	DisplayName     string        `json:"displayName" doc:"The name that it was shown by."`
	Email           string        `json:"email" doc:"Its primary email."`
	DeletedAt       time.Time     `json:"deletedAt" doc:"When it was deleted."`
	RestorableUntil time.Time     `json:"restorableUntil" doc:"Until when it can be restored; then it is erased."`
}

// undeletedUser is a user who was restored.
type undeletedUser struct {
	User    user     `json:"user" doc:"The user as it is now."`
	Missing []string `json:"missing" doc:"What it had and is gone meanwhile, in words: a group, a role, a department."`
}

// The requests about deleted users.
type (
	listDeletedUsers struct{ Page }
	undeleteUser     struct{ User }
)

// deletedUsers registers the calls about deleted users.
func (a *api) deletedUsers(d *directory.Directory) {
	const tag = "Users"
	listRoute(a, operation{
		id: "listDeletedUsers", call: "GET /deleted-users", tag: tag, summary: "List deleted users",
		description: "The users who were deleted in the last 30 days and can be restored, by ascending number.",
		answer:      listed[deletedUser]{Items: []deletedUser{showDeletedUser(exampleDeletedUser)}},
	}, listing[roster.DeletedUser, int64]{
		key: func(u roster.DeletedUser) int64 { return u.Number }, show: func(u roster.DeletedUser) any { return showDeletedUser(u) },
	}, func(_ roster.Actor, _ *listDeletedUsers, after *int64) (directory.DeletedUserList, error) {
		return directory.DeletedUserList{After: orZero(after)}, nil
	}, d.ListDeletedUsers)
	route(a, operation{
		id: "undeleteUser", call: "POST /users/{id}/undelete", tag: tag, fails: []int{409}, summary: "Restore a deleted user",
		description: "Restores a user who was deleted in the last 30 days, with password, access, groups, contact methods and preferences. " +
			"Of several deleted users of a name it is the last. Sessions, tokens and links stay ended.",
		answer: undeletedUser{User: showUser(exampleUser), Missing: []string{"group Night shift"}},
	}, func(by roster.Actor, q *undeleteUser) (directory.UserSelector, error) {
		return q.selector(by)
	}, d.UndeleteUser, func(_ *undeleteUser, u directory.UndeletedUser) answer {
		return answer{body: undeletedUser{showUser(u.User), append([]string{}, u.Missing...)}}
	})
}

func showDeletedUser(u roster.DeletedUser) deletedUser {
	return deletedUser{u.ID, u.Number, u.UserName, u.DisplayName, u.Email, u.DeletedAt, u.DeletedAt.Add(directory.KeepDeleted)}
}
