package api

import (
	"time"

	"roster"
	"roster/internal/directory"
)

// newPassword is the body that sets a password.
type newPassword struct {
	Password string `json:"password" minLength:"1" maxLength:"1024" writeOnly:"true" doc:"The password, at most 1,024 bytes. It must not be easy to guess."`
}

// setUpLink is a link to the page where a user sets a password.
type setUpLink struct {
	URL       string    `json:"url" format:"uri" doc:"The page where the user sets a password, once. Anyone who has the link can use it. It is not shown again."`
	ExpiresAt time.Time `json:"expiresAt" doc:"When it expires."`
}

// The requests about a user's password.
type (
	setPassword struct {
		User
		Precondition
		sent[newPassword]
	}
	createLink struct{ User }
)

// userAccess registers the calls about a user's password.
func (a *api) userAccess(d *directory.Directory) {
	route(a, operation{
		id: "setUserPassword", call: "PUT /users/{id}/password", tag: "Users", status: 204, summary: "Set a user's password",
		description: "Sets a new password and ends all sessions of the user at once.",
		request:     newPassword{"seven slow herons over the weir"},
	}, func(by roster.Actor, q *setPassword) (in directory.NewPassword, err error) {
		in = directory.NewPassword{Password: q.doc.Password, IfVersion: q.version(), Faults: q.faults}
		in.User, err = q.selector(by)
		return in, err
	}, d.SetPassword, func(*setPassword, roster.User) answer { return answer{} })
	route(a, operation{
		id: "createUserSetUpLink", call: "POST /users/{id}/set-up-link", tag: "Users", status: 201, pathless: true, fails: []int{422}, summary: "Create a link to set a password",
		description: "Creates a link to set a password once, within 15 minutes, and voids earlier links. Roster does not send it to the user.",
		answer:      setUpLink{"https://roster.example.com/set-password/AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8", exampleTime},
	}, func(by roster.Actor, q *createLink) (in directory.NewLink, err error) {
		in.Purpose = roster.LinkSetUp
		in.User, err = q.selector(by)
		return in, err
	}, d.IssueLink, func(_ *createLink, l directory.IssuedLink) answer {
		return answer{body: a.showLink(l)}
	})
}

func (a *api) showLink(l directory.IssuedLink) setUpLink {
	return setUpLink{a.baseURL() + "/set-password/" + l.Secret, l.ExpiresAt}
}
