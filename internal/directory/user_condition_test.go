package directory_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"roster"
	"roster/internal/directory"
	"roster/internal/filter"
)

// TestTheStoreComparesAsTheFilterDoes holds that whoever answers a part of a filter, an index, the
// store or the verb, it means the same.
func TestTheStoreComparesAsTheFilterDoes(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		v := e.village(70)
		for i, u := range v.users {
			c := directory.UserChange{User: byID(u), DisplayName: roster.Some(u.UserName)}
			if i%3 == 1 && u.UserName != directory.AdminUser {
				c.Active, c.AccessLevel = roster.Some(false), roster.Some(roster.LevelReadonly)
				must(e.UpdateUser(t.Context(), e.admin, c))(t)
			}
		}
		v.users = all(e.ListUsers(t.Context(), e.admin, directory.UserList{With: withEverything}))(t)
		one, attributes := v.users[20], directory.UserAttributes.Folded()
		moment := one.UpdatedAt.Format("2006-01-02T15:04:05.999999999Z07:00")
		values := map[string][]string{
			"id": {quoted(one.ID), quoted(strings.ToUpper(string(one.ID))), `""`, `"\u0000"`}, "userName": {quoted(one.UserName), `"ADA"`, `"a"`, `"Straße"`, `""`, `"日"`, `"z\u0000"`, `"2026-01-01T00:00:00Z"`},
			"email": {`"M1@home.EXAMPLE"`, `"m"`, `""`, `" "`, `"\u200b"`, `"z"`}, "externalId": {`"Ext-4"`, `"ext-4"`, `""`, `" Ext-4 "`},
			"number": {fmt.Sprint(one.Number), "0", "-1", "3.5", "1e2"}, "version": {"1", "2", "9223372036854775807", "9223372036854775808"},
			"active": {"true", "false"}, "hasPassword": {"true", "false"}, "accessLevel": {`"ReadOnly"`, `"custom"`},
			"updatedAt": {quoted(moment), `"0001-01-01T00:00:00Z"`, `"9999-12-31T23:59:59.999999999Z"`, `"1970-01-01T00:00:00Z"`, `"2026"`}, "displayName": {`"a"`},
		}
		r := rand.New(rand.NewPCG(3, 4))
		comparison := func() (text string) {
			path := []string{"id", "userName", "email", "externalId", "number", "version", "active", "hasPassword", "accessLevel", "updatedAt", "displayName"}[r.IntN(11)]
			switch r.IntN(8) {
			case 0:
				return path + " pr"
			case 1:
				return path + []string{" eq", " ne"}[r.IntN(2)] + " null"
			}
			return path + " " + []string{"eq", "ne", "gt", "ge", "lt", "le", "sw", "co", "ew"}[r.IntN(9)] + " " + values[path][r.IntN(len(values[path]))]
		}
		var texts []string
		rounds := 100
		if os.Getenv("ROSTER_TEST_LONG") == "1" {
			rounds = 400
		}
		for range rounds {
			a, b, c := comparison(), comparison(), comparison()
			texts = append(texts, a, "not ("+a+")", a+" and "+b, a+" or "+b, "("+a+" or not ("+b+")) and "+c)
		}
		asked := 0
		for _, text := range texts {
			f, err := filter.Parse(text)
			if err == nil {
				err = f.Validate(attributes.Ask)
			}
			if err != nil {
				continue // such as active gt true
			}
			asked++
			in := directory.UserSearch{Where: f, Order: []directory.UserOrder{"", directory.OrderUserName, directory.OrderEmail}[asked%3], Descending: asked%2 == 0, Limit: 1 + asked%60}
			want := v.expected(in, func(u roster.User) bool {
				is, _ := attributes.Match(f, u)
				return is
			})
			in.Count = true
			first := must(e.FindUsers(t.Context(), e.admin, in))(t)
			in.Count = false
			if got := called(v.walk(t, e.admin, in)); !slices.Equal(got, called(want)) || *first.Total != (directory.Total{N: len(want)}) {
				t.Errorf("%s: got %q, counted %+v, want %q", text, got, first.Total, called(want))
			}
		}
		if asked < rounds*5/4 {
			t.Errorf("only %d filters make sense", asked)
		}
	})
}

func quoted[S ~string](text S) string { return `"` + string(text) + `"` }
