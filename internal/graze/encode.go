package graze

import (
	"cmp"
	"encoding/json"
	"iter"
	"net/http"
	"time"

	"roster"
	"roster/internal/dialect"
	"roster/internal/directory"
)

// session is the answer of authenticate.
type session struct {
	AuthToken string `json:"auth_token"`
}

func encodeSession(w http.ResponseWriter, s directory.CreatedSession) error {
	return dialect.WriteJSON(w, http.StatusOK, session{s.Secret})
}

// userID is the answer of createUser.
type userID struct {
	UserID int64 `json:"user_id"`
}

func encodeUserID(w http.ResponseWriter, u directory.CreatedUser) error {
	return dialect.WriteJSON(w, http.StatusOK, userID{u.Number})
}

// listedUser is a user in the answer of getUsers.
type listedUser struct {
	UID      int64    `json:"uid"`
	Teams    []string `json:"teams"`
	FullName string   `json:"fullname"`
	UserName string   `json:"username"`
}

func encodeUsers(w http.ResponseWriter, users iter.Seq2[roster.User, error]) error {
	return dialect.StreamJSON(w, "", users, func(u roster.User) any {
		teams := make([]string, len(u.Teams))
		for i, t := range u.Teams {
			teams[i] = t.Name
		}
		return &listedUser{u.Number, teams, u.DisplayName, u.UserName}
	}, "")
}

// userInfo is the answer of getUserInfo: the two documented keys, then the other members of Graze's
// own user record.
type userInfo struct {
	FullNameToo   string              `json:"full_name"`
	UserID        int64               `json:"user_id"`
	UserName      string              `json:"username"`
	FullName      string              `json:"fullname"`
	Email         string              `json:"email"`
	Active        bool                `json:"active"`
	ContactNumber string              `json:"contact_num"`
	TimeZone      string              `json:"timezone"`
	Department    *int64              `json:"department"` // an id
	PrimaryGroup  int64               `json:"primary_group"`
	GroupName     string              `json:"groupname"`
	Roles         []int64             `json:"roles"`
	Teams         []int64             `json:"teams"`
	Joined        int64               `json:"joined"`         // Unix seconds
	SessionExpiry *int64              `json:"session_expiry"` // minutes
	Competencies  []roster.Competency `json:"competencies"`
	Properties    json.RawMessage     `json:"properties"`
	Realms        []string            `json:"realms"`
}

// endUserNumber is the number of the shipped group for users without a primary group.
const endUserNumber = 1

func encodeUser(w http.ResponseWriter, u roster.User) error {
	info := userInfo{
		FullNameToo: u.DisplayName, UserID: u.Number, UserName: u.UserName, FullName: u.DisplayName,
		Email: u.Email, Active: u.Active, ContactNumber: u.ContactNumber, TimeZone: u.TimeZone,
		Department:   orNull(u.Department.Number),
		PrimaryGroup: cmp.Or(u.PrimaryGroup.Number, endUserNumber), GroupName: cmp.Or(u.PrimaryGroup.Name, roster.EndUserGroup),
		Roles: make([]int64, len(u.Roles)), Teams: make([]int64, len(u.Teams)),
		Joined: unix(u.JoinedAt), SessionExpiry: orNull(int64(u.SessionExpiry / time.Minute)),
		Competencies: append([]roster.Competency{}, u.Competencies...), // [], never null
		Properties:   u.Properties, Realms: []string{u.Realm},
	}
	for i, role := range u.Roles {
		info.Roles[i] = role.Number
	}
	for i, team := range u.Teams {
		info.Teams[i] = team.Number
	}
	return dialect.WriteJSON(w, http.StatusOK, &info)
}

// unix returns a Unix time. The store has no time for the first second of 1970.
func unix(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Unix()
}

// orNull returns nil for 0.
func orNull(n int64) *int64 {
	if n == 0 {
		return nil
	}
	return &n
}
