package api

import (
	"context"
	"net/http"

	"roster"
	"roster/internal/dialect"
	"roster/internal/directory"
)

// userUpsert is the body of an upsert. Unlike a new user it may be a copy of an existing user.
type userUpsert newUser

// upsertUser is the request that creates or changes a user.
type upsertUser struct {
	Match userKey `query:"match" required:"true" doc:"The member of the body that finds an existing user."`
	Precondition
	sent[userUpsert]
}

// missing returns an error if the body lacks the member that finds the user. The error lists all
// faults, where the verb would report only this one.
func (q *upsertUser) missing() error {
	field, value := string(q.Match), q.doc.UserName
	switch directory.UserAttribute(q.Match) {
	case directory.ByExternalID:
		value = q.doc.ExternalID.Value
	case directory.ByEmail:
		field, value = "emails", q.doc.Email.Value
	}
	if value != "" {
		return nil
	}
	f := q.faults
	if !f.Has(field) {
		f.Add(field, "is required: by it the user is found")
	}
	return f
}

// userUpsert registers the call that creates or changes a user.
func (a *api) userUpsert(d *directory.Directory) {
	route(a, operation{
		id: "upsertUser", call: "PUT /users", tag: "Users", also: http.StatusCreated, fails: []int{409}, members: userNames, summary: "Create or change a user",
		description: "Finds a user by the member that match names, and changes it; members that the body does not name stay. Creates the user if there is none. " +
			"Repeating the request is safe. sendWelcomeEmail and realm count for a new user only. " +
			"With If-Match no user is created: the answer is 412 if there is none.",
		request: exampleNewUser, answer: showUser(exampleUser), original: upsertOriginal(d),
	}, func(_ roster.Actor, q *upsertUser) (directory.UserUpsert, error) {
		in := directory.UserUpsert{Match: directory.UserAttribute(q.Match), New: decodeNewUser(newUser(q.doc)), Change: decodeUserChange(userChange{
			UserName: optional[string]{roster.Set[string]{Value: q.doc.UserName, Present: q.doc.UserName != ""}}, UserMembers: q.doc.UserMembers,
		}), IfThere: q.anything()}
		in.Change.IfVersion = q.version()
		in.New.Faults, in.Change.Faults = q.faults, q.faults
		return in, q.missing()
	}, d.UpsertUser, func(_ *upsertUser, u directory.UpsertedUser) answer {
		made := answer{body: showUser(u.User), version: u.Version}
		if u.Created {
			made.status, made.location = http.StatusCreated, "/users/"+string(u.ID)
		}
		return made
	})
}

// upsertOriginal returns the user whose id is in the body: the body may be a copy of that user.
func upsertOriginal(d *directory.Directory) original {
	return func(ctx context.Context, c *call) (any, error) {
		id := c.body.Get("id")
		if id.Kind != dialect.String {
			return nil, nil
		}
		u, err := d.GetUser(ctx, c.by, directory.UserSelector{ID: roster.FoldID(roster.UserID(id.Text))})
		if roster.KindOf(err) == roster.NotFound && err != nil { // the id comes from the body, not the path
			c.copied.Add("id", "names no user")
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		by := c.request.URL.Query().Get("match")
		if !directory.UserAttribute(by).Finds(u, c.body.Get(by).Text) {
			c.copied.Add("id", "belongs to a user with another "+by)
		}
		return showUser(u), nil
	}
}
