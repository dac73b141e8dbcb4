package api

import (
	"time"

	"roster"
	"roster/internal/directory"
)

// newPassword is a password to be set.
type newPassword struct {
	Password string `json:"password" minLength:"1" maxLength:"1024" writeOnly:"true" doc:"The password, at most 1,024 bytes. It must not be easy to guess."`
}

// setUpLink is a link by which somebody sets a password.
type setUpLink struct {
	URL       string    `json:"url" format:"uri" doc:"The page where the user sets a password, once. Whoever has it can: it is shown this once."`
	ExpiresAt time.Time `json:"expiresAt" doc:"Until when it is good."`
}

// The requests about how a user signs in.
type (
	setPassword struct {
		User
		Precondition
		sent[newPassword]
	}
	createLink struct{ User }
)

// userAccess registers the calls about how a user signs in.
func (a *api) userAccess(d *directory.Directory) {
	route(a, operation{
		id: "setUserPassword", call: "PUT /users/{id}/password", tag: "Users", status: 204, summary: "Set a user's password",
		description: "Gives the user another password, which ends the user's sessions at once, everywhere.",
		request:     newPassword{"seven slow herons over the weir"},
	}, func(by roster.Actor, q *setPassword) (in directory.NewPassword, err error) {
		in = directory.NewPassword{Password: q.doc.Password, IfVersion: q.version(), Faults: q.faults}
		in.User, err = q.selector(by)
		return in, err
	}, d.SetPassword, func(*setPassword, roster.User) answer { return answer{} })
	route(a, operation{
		id: "createUserSetUpLink", call: "POST /users/{id}/set-up-link", tag: "Users", status: 201, pathless: true, fails: []int{422}, summary: "Make a link to set a password",
		description: "Makes a link by which the user sets a password, once, within 15 minutes. Earlier ones are void. The caller passes it on.",
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
