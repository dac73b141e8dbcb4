package directory_test

import (
	"context"
	"encoding/json"
	"testing"

	"roster"
	"roster/internal/auth"
	"roster/internal/directory"
)

// memory is a way to remember a create: by its fingerprint, or by an idempotency key.
type memory struct {
	repeatable bool
	key        string
}

var memories = map[string]memory{"by its input": {repeatable: true}, "by its key": {key: "k"}}

// noun maps nouns to creates, which return the id of the record.
type noun map[string]func(memory) (id string, err error)

// again shows that after the change, a repeat of each create finds its first record.
func again(t *testing.T, first, other noun, change func()) {
	t.Helper()
	made := map[string]string{}
	each := func(creates noun, judge func(name, id string, err error)) {
		for way, m := range memories {
			for name, create := range creates {
				id, err := create(m)
				judge(name+", remembered "+way, id, err)
			}
		}
	}
	each(first, func(name, id string, err error) {
		if made[name] = id; err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	})
	change()
	each(other, func(name, id string, err error) {
		if err != nil || id != made[name] {
			t.Errorf("%s: the repeat gets %q, %v; want %q", name, id, err, made[name])
		}
	})
}

func TestNeitherTheOrderOfMembersNorSpellingsOfTextsNorBlanksMakeAnotherCreate(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		by, saml := e.actor(roster.AllPermissions), e.saml()
		e.group(roster.KindTeam, "Team")
		must(e.CreateDepartment(t.Context(), e.admin, directory.NewDepartment{Name: "Support"}))(t)
		creates := func(text, space string) noun {
			return noun{
				"user": func(m memory) (string, error) {
					u, err := e.CreateUser(t.Context(), by, directory.NewUser{
						UserName: "ada" + m.key, Password: "a password", Properties: json.RawMessage(text),
						Roles: refs(space + "Operator"), Teams: refs("Team" + space), Department: roster.Ref{Name: space + "Support" + space},
						Repeatable: m.repeatable, IdempotencyKey: m.key,
					})
					return string(u.ID), err
				},
				"team": func(m memory) (string, error) {
					g, err := e.CreateGroup(t.Context(), by, directory.NewGroup{
						Kind: roster.KindTeam, Name: "ops" + m.key, LandingPage: json.RawMessage(text), AlertFilter: text, SigFilter: text,
						Members: refs(space + "admin"), Services: refs("mail" + space), Repeatable: m.repeatable, IdempotencyKey: m.key,
					})
					return string(g.ID), err
				},
				"realm": func(m memory) (string, error) {
					r, err := saml.CreateRealm(t.Context(), by, directory.NewRealm{
						Name: "corp" + m.key, Configuration: json.RawMessage(text), Repeatable: m.repeatable, IdempotencyKey: m.key,
					})
					return string(r.ID), err
				},
				"batch": func(memory) (string, error) {
					made, err := e.CreateUsers(t.Context(), by, directory.NewUsers{IdempotencyKey: "k", Users: []directory.NewUser{
						{UserName: space + "bob", Properties: json.RawMessage(text), Roles: refs("Operator" + space)},
					}})
					if err != nil {
						return "", err
					}
					return string(made.Results[0].User.ID), made.Results[0].Err
				},
			}
		}
		first := creates(`{"b":{"y":1,"x":["é",1.0]},"a":"<a>"}`, "")
		again(t, first, creates(` { "\u0061" : "\u003ca\u003e", "b":{"x":["\u00e9",1.0],"y":1} } `, " "), func() {})
		for name, create := range creates(`{"b":{"y":1,"x":[1.0,"é"]},"a":"<a>"}`, "") {
			if _, err := create(memories["by its key"]); err == nil {
				t.Errorf("%s: a list in another order is taken for the same create", name)
			}
		}
	})
}

// judging validates realms with faults that the test sets.
type judging struct{ faults *roster.Faults }

func (j judging) ValidateSAML(context.Context, json.RawMessage) roster.Faults { return *j.faults }

func TestARepeatIsFoundBeforeItIsJudged(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		by := e.actor(roster.AllPermissions)
		var expired roster.Faults
		d := directory.New(directory.Options{
			Store: e.store, Passwords: newHasher(), Secrets: auth.Secrets{}, Sealer: auth.Keys{}.Sealer("test"), Now: e.now, RetryKey: []byte("key"), Realms: judging{&expired},
		})
		team, group := e.group(roster.KindTeam, "Team"), e.group(roster.KindGroup, "Group")
		department := must(e.CreateDepartment(t.Context(), e.admin, directory.NewDepartment{Name: "Support"}))(t)
		role := must(e.CreateRole(t.Context(), e.admin, directory.NewRole{Name: "Watcher"}))(t)
		member := e.makes(directory.NewUser{UserName: "member"})
		must(e.UpdateSettings(t.Context(), e.admin, directory.SettingsChange{DefaultCountry: roster.Some("GB")}))(t)
		named := directory.NewUser{
			Teams: refs("Team"), Groups: refs("Group"), PrimaryGroup: roster.Ref{Name: "Group"}, Department: roster.Ref{Name: "Support"}, Roles: refs("Watcher"),
		}
		user := func(name, password string) func(memory) (string, error) {
			return func(m memory) (string, error) {
				in := named
				in.UserName, in.Password, in.Repeatable, in.IdempotencyKey = name+m.key, password, m.repeatable, m.key+name
				if m.repeatable {
					in.IdempotencyKey = ""
				}
				u, err := d.CreateUser(t.Context(), by, in)
				return string(u.ID), err
			}
		}
		creates := noun{
			"user": user("ada", ""), "user with a password": user("bob", "password"),
			"batch": func(memory) (string, error) {
				in := named
				in.UserName, in.Password = "carl", "password"
				made, err := d.CreateUsers(t.Context(), by, directory.NewUsers{IdempotencyKey: "k", Users: []directory.NewUser{in}})
				if err != nil {
					return "", err
				}
				return string(made.Results[0].User.ID), made.Results[0].Err
			},
			"team": func(m memory) (string, error) {
				g, err := d.CreateGroup(t.Context(), by, directory.NewGroup{
					Kind: roster.KindTeam, Name: "ops" + m.key, Members: refs("member"), Repeatable: m.repeatable, IdempotencyKey: m.key,
				})
				return string(g.ID), err
			},
			"realm": func(m memory) (string, error) {
				r, err := d.CreateRealm(t.Context(), by, directory.NewRealm{
					Name: "corp" + m.key, Configuration: json.RawMessage(`{"defaultRoles":["Watcher"]}`), Repeatable: m.repeatable, IdempotencyKey: m.key,
				})
				return string(r.ID), err
			},
			"token": func(memory) (string, error) {
				token, err := d.CreateToken(t.Context(), by, directory.NewToken{Name: "cron", Access: roster.AccessRead, Groups: refs("Group"), IdempotencyKey: "k"})
				return string(token.ID), err
			},
			"contact method": func(memory) (string, error) {
				c, err := d.AddContactMethod(t.Context(), by, directory.NewContactMethod{
					User: byID(member), Service: roster.ServiceSMS, Address: "020 7946 0958", IdempotencyKey: "k",
				})
				return string(c.ID), err
			},
		}
		again(t, creates, creates, func() {
			for _, g := range []roster.Group{team, group} {
				must(e.UpdateGroup(t.Context(), e.admin, directory.GroupChange{
					Group: directory.GroupSelector{Kind: g.Kind, Ref: roster.Ref{Name: g.Name}}, Name: roster.Some("New " + g.Name),
				}))(t)
			}
			must(e.UpdateDepartment(t.Context(), e.admin, directory.DepartmentChange{Department: roster.Ref{Name: department.Name}, Name: roster.Some("Help")}))(t)
			must(e.UpdateRole(t.Context(), e.admin, directory.RoleChange{Role: roster.Ref{Name: role.Name}, Name: roster.Some("Seer")}))(t)
			must(e.UpdateUser(t.Context(), e.admin, directory.UserChange{User: byID(member), UserName: roster.Some("renamed")}))(t)
			must(e.UpdateSettings(t.Context(), e.admin, directory.SettingsChange{
				DefaultCountry: roster.Null[string](), StrongPasswords: roster.Some(true),
			}))(t)
			expired = roster.Faults{{Kind: roster.Invalid, Field: "configuration", Detail: "has expired"}}
		})
		_, err := d.CreateRealm(t.Context(), by, directory.NewRealm{Name: "new", Configuration: json.RawMessage(`{}`), Repeatable: true})
		wants(t, err, roster.Invalid, "configuration")
		if realms := all(d.ListRealms(t.Context(), by, directory.RealmList{}))(t); len(realms) != 2 {
			t.Errorf("%d realms, want those that were good when they were made", len(realms))
		}
	})
}
