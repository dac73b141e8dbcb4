package app

import (
	"bytes"
	"cmp"
	"context"
	"fmt"

	"roster"
	"roster/internal/auth"
	"roster/internal/directory"
)

// demo holds what a demonstration prints at its start.
type demo struct {
	token string         // of CheckCentral's dialect, the same at every start
	group roster.GroupID // the placeholder of the documented CheckCentral call
}

// Names of the demonstration's records, from the two documented requests.
const (
	demoGroup      = "Network"
	demoDepartment = "Support"
	demoUser       = "graze"
	demoPassword   = "graze"
	demoTokenName  = "demo"
)

// openDemo makes the records that the documented requests name, unless they exist.
func (a *App) openDemo(ctx context.Context) (*demo, error) {
	by := a.system(a.org.ID)
	d := &demo{token: a.demoToken()}
	steps := []func() error{
		func() error {
			_, err := a.directory.CreateGroup(ctx, by, directory.NewGroup{Kind: roster.KindGroup, Name: demoGroup})
			return err
		},
		func() error {
			_, err := a.directory.CreateDepartment(ctx, by, directory.NewDepartment{Name: demoDepartment})
			return err
		},
		func() error { return a.makeGrazeUser(ctx, by) },
		func() error {
			_, err := a.directory.CreateToken(ctx, by, directory.NewToken{
				Name: demoTokenName, Access: roster.AccessReadWrite, Secret: d.token,
			})
			return err
		},
	}
	for i := range 3 {
		steps = append(steps, func() error {
			_, err := a.directory.CreateGroup(ctx, by, directory.NewGroup{Kind: roster.KindTeam, Name: fmt.Sprintf("my team %d", i+1)})
			return err
		})
	}
	for _, step := range steps {
		if err := step(); err != nil && roster.KindOf(err) != roster.Conflict {
			return nil, fmt.Errorf("make the demonstration: %w", err)
		}
	}
	groups, err := a.directory.ListGroups(ctx, by, directory.GroupList{Kind: roster.KindGroup, Name: demoGroup})
	if err != nil {
		return nil, err
	}
	for g, err := range groups {
		if err != nil {
			return nil, err
		}
		d.group = g.ID
	}
	return d, nil
}

// makeGrazeUser makes the documented API user. It looks for the user first, because a password
// costs a hash.
func (a *App) makeGrazeUser(ctx context.Context, by roster.Actor) error {
	_, err := a.directory.GetUser(ctx, by, directory.UserSelector{UserName: demoUser})
	if err == nil || roster.KindOf(err) != roster.NotFound {
		return err
	}
	_, err = a.directory.CreateUser(ctx, by, directory.NewUser{
		UserName: demoUser, DisplayName: "Graze API User", Password: demoPassword,
		Roles: []roster.Ref{{Number: roster.RoleGrazer}},
	})
	return err
}

// demoToken is derived from the server's key, so that the printed calls still work after a restart.
func (a *App) demoToken() string {
	return auth.NewTokenSecret(bytes.NewReader(a.keys.Derive("demo token")))
}

// The two documented requests, except for the server, the token and the id of the group.
const (
	grazeExample        = `curl -X POST -u graze:graze -k "%s/graze/v1/createUser" -H "Content-Type: application/json; charset=UTF-8" -d '{"username" : "johndoe1", "roles" : ["Super User", "Operator"], "password" : "johndoe1", "active" : true, "email" : "johndoe@moogsoft.com", "fullname" : "John Doe", "primary_group" : "Network", "department" : "Support", "joined" : 1494951621, "timezone" : "Europe/London", "contact_num" : "555-1234", "session_expiry" : null, "teams" : ["my team 1","my team 2","my team 3"], "properties" : null}'`
	checkCentralExample = `curl -X POST%s "%s/createUser/?apiToken=%s" -H "Content-Type: application/json" -d '{"name": "Person Somename", "email": "person@myorg.realdomain", "accessLevel": "User", "sendWelcomeEmail": true, "userGroups": ["%s"], "notifications": [{"type": "failures", "services": ["sms", "push"]}]}'`
)

// calls returns the demonstration's two calls, ready to paste, for the listeners that are on.
func (d *demo) calls(http, https string) (graze, checkCentral string) {
	plain, secure, insecure := reach("http", http), reach("https", https), ""
	if plain == "" {
		insecure = " -k"
	}
	return fmt.Sprintf(grazeExample, cmp.Or(secure, plain)), fmt.Sprintf(checkCentralExample, insecure, cmp.Or(plain, secure), d.token, d.group)
}
