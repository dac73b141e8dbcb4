package api

import (
	"context"
	"fmt"
	"net/http"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"roster"
	"roster/internal/dialect"
	"roster/internal/directory"
)

// newUsers is the body that creates many users, independently of each other.
type newUsers struct {
	Users []newUser `json:"users" maxItems:"1000" doc:"The users."`
}

// madeUsers is the result for all of them. Its name is that of the component MadeUsers in the
// document.
type madeUsers struct {
	Created int          `json:"created" doc:"How many were created."`
	Failed  int          `json:"failed" doc:"How many failed."`
	Results []userResult `json:"results" doc:"The result for each user, in the order of the request."`
}

// userResult is the result for one user: the user, or a problem.
type userResult struct {
	Index    int           `json:"index" doc:"The user's position in the request, from 0."`
	Status   int           `json:"status" doc:"The status that a request for this user alone would have had."`
	ID       roster.UserID `json:"id,omitempty" format:"uuid" doc:"The user's id."`
	Number   int64         `json:"number,omitempty" doc:"The user's number."`
	UserName string        `json:"userName,omitempty" doc:"The user's name."`
	Problem  *problem      `json:"problem,omitempty" doc:"Why the user was not created."`
}

// createUsers is the request to create many users. Faults in one user affect only that user.
type createUsers struct {
	Once
	users  []sent[newUser]
	faults roster.Faults // faults of the body outside its users
}

func (*createUsers) bodyType() reflect.Type { return reflect.TypeFor[newUsers]() }

// read validates each user against the schema separately.
func (q *createUsers) read(f fitting, s *huma.Schema, body dialect.Value) {
	var one *huma.Schema
	shell := *f.resolve(s)
	shell.Properties = map[string]*huma.Schema{}
	for name, p := range f.resolve(s).Properties {
		users := *p
		one, users.Items = users.Items, freeObject{}.Schema(f.schemas)
		shell.Properties[name] = &users
	}
	outer := fitting{schemas: f.schemas, path: func(member string) string { return member }, faults: f.faults}
	outer.fit(&shell, body)
	if q.faults = outer.faults; len(q.faults) > 0 {
		return
	}
	q.users = make([]sent[newUser], len(body.Get("users").Items))
	for i, item := range body.Get("users").Items {
		q.users[i].read(fitting{schemas: f.schemas, path: f.path}, one, item)
	}
}

// userBatch registers the call that creates many users.
func (a *api) userBatch(d *directory.Directory) {
	ok := userResult{Index: 0, Status: http.StatusCreated, ID: exampleUser.ID, Number: exampleUser.Number, UserName: exampleUser.UserName}
	taken := userResult{Index: 1, Status: http.StatusConflict, Problem: &problem{
		Type: kinds[roster.Conflict].urn(), Title: kinds[roster.Conflict].title, Status: http.StatusConflict, RequestID: "4f1c2a9be07d4d5f",
	}}
	sampleProblem(taken.Problem)
	route(a, operation{
		id: "createUsers", call: "POST /users/batch", tag: "Users", members: userNames, summary: "Create many users",
		description: "Creates up to 1,000 users independently: a faulty one does not stop the others. The answer is 200 even if none was created.",
		request:     newUsers{[]newUser{exampleNewUser, {UserName: "bob@example.com"}}}, answer: madeUsers{1, 1, []userResult{ok, taken}},
	}, func(_ roster.Actor, q *createUsers) (in directory.NewUsers, err error) {
		if err := q.faults.Err(); err != nil {
			return in, err
		}
		in.Users = make([]directory.NewUser, len(q.users))
		for i, u := range q.users {
			in.Users[i] = decodeNewUser(u.doc)
			in.Users[i].Faults = u.faults
		}
		in.IdempotencyKey = q.IdempotencyKey
		return in, nil
	}, func(ctx context.Context, by roster.Actor, in directory.NewUsers) (madeUsers, error) {
		out, err := d.CreateUsers(ctx, by, in)
		if err != nil {
			return madeUsers{}, err
		}
		return showResults(callOf(ctx), out.Results), nil
	}, func(_ *createUsers, m madeUsers) answer { return answer{body: m} })
}

// showResults returns the result for each user. Its pointers refer to the whole body.
func showResults(c *call, results []directory.UserResult) madeUsers {
	m := madeUsers{Results: make([]userResult, len(results))}
	for i, r := range results {
		if r.Err == nil {
			m.Created++
			m.Results[i] = userResult{Index: i, Status: http.StatusCreated, ID: r.User.ID, Number: r.User.Number, UserName: r.User.UserName}
			continue
		}
		m.Failed++
		p := newProblem(c.request, c.endpoint, c.body.Get("users").Items[i], kinds[roster.KindOf(r.Err)].status, r.Err)
		for j, f := range p.Errors {
			if rest, ok := strings.CutPrefix(f.Pointer, "#/"); ok {
				p.Errors[j].Pointer = fmt.Sprintf("#/users/%d/%s", i, rest)
			}
		}
		m.Results[i] = userResult{Index: i, Status: p.Status, Problem: p}
	}
	return m
}
