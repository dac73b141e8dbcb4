package checkcentral

import (
	"cmp"
	"iter"
	"net/http"
	"slices"

	"roster"
	"roster/internal/dialect"
	"roster/internal/directory"
)

// user is a user in an answer.
type user struct {
	ID            roster.UserID      `json:"id"`
	Email         string             `json:"email"`
	Name          string             `json:"name"`
	AccessLevel   roster.AccessLevel `json:"accessLevel"`
	UserGroups    []groupLink        `json:"userGroups"`
	Notifications []notification     `json:"notifications"`
}

type groupLink struct {
	ID   roster.GroupID `json:"id"`
	Name string         `json:"name"`
}

type notification struct {
	Type     roster.NotificationType `json:"type"`
	Services []roster.Service        `json:"services"`
}

// showUser returns a user for an answer, with groups and notifications sorted, so that a user
// always looks the same. A type without services is off and not shown.
func showUser(u roster.User) *user {
	shown := &user{
		ID: u.ID, Email: u.Email, Name: u.DisplayName, AccessLevel: u.AccessLevel,
		UserGroups: make([]groupLink, 0, len(u.Groups)), Notifications: make([]notification, 0, len(u.Preferences)),
	}
	if !u.Active {
		shown.AccessLevel = disabled
	}
	groups := slices.SortedFunc(slices.Values(u.Groups), func(a, b roster.GroupLink) int { return cmp.Compare(a.Number, b.Number) })
	for _, g := range groups {
		shown.UserGroups = append(shown.UserGroups, groupLink{g.ID, g.Name})
	}
	for _, t := range roster.PublishedTypes {
		if services := published(u.Preferences, t); len(services) > 0 {
			shown.Notifications = append(shown.Notifications, notification{t, services})
		}
	}
	return shown
}

// published returns the services of a type that the vendor has, too.
func published(prefs []roster.Preference, t roster.NotificationType) []roster.Service {
	i := slices.IndexFunc(prefs, func(p roster.Preference) bool { return p.Type == t })
	if i < 0 {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(prefs[i].Services), func(s roster.Service) bool { return !slices.Contains(roster.PublishedServices, s) })
}

// created is the answer of createUser.
type created struct {
	User     *user    `json:"user"`
	Warnings []string `json:"warnings,omitempty"`
}

func encodeCreated(w http.ResponseWriter, u directory.CreatedUser) error {
	return dialect.WriteJSON(w, http.StatusOK, created{showUser(u.User), warnings(u)})
}

// missing says what a user without an address for a service still needs.
var missing = map[roster.Service]string{
	roster.ServiceEmail:      "email: no address yet",
	roster.ServiceSMS:        "sms: no phone yet",
	roster.ServicePush:       "push: no browser or device yet",
	roster.ServicePushbullet: "pushbullet: no access token yet",
	roster.ServicePushover:   "pushover: no user key yet",
}

// warnings names the services that the user chose but cannot be reached by.
func warnings(u directory.CreatedUser) []string {
	var list []string
	for _, service := range u.NotSetUp() {
		text, known := missing[service]
		if !known {
			continue
		}
		if u.WelcomeEmail {
			text += "; the welcome email asks for it"
		}
		list = append(list, text)
	}
	return list
}

func encodeUsers(w http.ResponseWriter, users iter.Seq2[roster.User, error]) error {
	return dialect.StreamJSON(w, `{"users":`, users, func(u roster.User) any { return showUser(u) }, `}`)
}

// deleted is the answer of a call that deletes.
type deleted struct {
	ID string `json:"deleted"`
}

func encodeDeletedUser(w http.ResponseWriter, u roster.User) error {
	return dialect.WriteJSON(w, http.StatusOK, deleted{string(u.ID)})
}

func encodeDeletedGroup(w http.ResponseWriter, g roster.Group) error {
	return dialect.WriteJSON(w, http.StatusOK, deleted{string(g.ID)})
}

// userGroup is a group in an answer.
type userGroup struct {
	ID          roster.GroupID `json:"id"`
	Name        string         `json:"name"`
	Description string         `json:"description"`
	UserCount   int64          `json:"userCount"`
}

func showGroup(g roster.Group) *userGroup {
	return &userGroup{g.ID, g.Name, g.Description, g.MemberCount}
}

// oneGroup is the answer of a call that makes or changes a group.
type oneGroup struct {
	UserGroup *userGroup `json:"userGroup"`
}

func encodeGroup(w http.ResponseWriter, g roster.Group) error {
	return dialect.WriteJSON(w, http.StatusOK, oneGroup{showGroup(g)})
}

func encodeGroups(w http.ResponseWriter, groups iter.Seq2[roster.Group, error]) error {
	return dialect.StreamJSON(w, `{"userGroups":`, groups, func(g roster.Group) any { return showGroup(g) }, `}`)
}
