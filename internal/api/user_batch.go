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

// newUsers are users to be made, each by itself.
type newUsers struct {
	Users []newUser `json:"users" maxItems:"1000" doc:"The users."`
}

// madeUsers is what became of them.
type madeUsers struct {
	Created int          `json:"created" doc:"How many were made."`
	Failed  int          `json:"failed" doc:"How many were not."`
	Results []userResult `json:"results" doc:"What became of each, in their order."`
}

// userResult is what became of one user: the user, or a problem.
type userResult struct {
	Index    int           `json:"index" doc:"The user's place in the request, from 0."`
	Status   int           `json:"status" doc:"What the answer would have been to a request of its own."`
	ID       roster.UserID `json:"id,omitempty" format:"uuid" doc:"The user's id."`
	Number   int64         `json:"number,omitempty" doc:"The user's number."`
	UserName string        `json:"userName,omitempty" doc:"The user's name."`
	Problem  *problem      `json:"problem,omitempty" doc:"Why the user was not made."`
}

// createUsers is the request to make many users. What is wrong with one of them is that one's own.
type createUsers struct {
	Once
	users  []sent[newUser]
	faults roster.Faults // of the body but its users
}

func (*createUsers) bodyType() reflect.Type { return reflect.TypeFor[newUsers]() }

// read holds each user against the schema by itself.
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

// userBatch registers the call that makes many users.
func (a *api) userBatch(d *directory.Directory) {
	ok := userResult{Index: 0, Status: http.StatusCreated, ID: exampleUser.ID, Number: exampleUser.Number, UserName: exampleUser.UserName}
	taken := userResult{Index: 1, Status: http.StatusConflict, Problem: &problem{
		Type: kinds[roster.Conflict].urn(), Title: kinds[roster.Conflict].title, Status: http.StatusConflict, RequestID: "4f1c2a9be07d4d5f",
	}}
	sampleProblem(taken.Problem)
	route(a, operation{
		id: "createUsers", call: "POST /users/batch", tag: "Users", members: userNames, summary: "Make many users",
		description: "Makes up to 1,000 users, each by itself: what is wrong with one does not keep the others from being made. The answer is 200 also where none was.",
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

// showResults shows what became of each user. Pointers are into the whole body.
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
