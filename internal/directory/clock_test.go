package directory_test

import (
	"testing"
	"time"

	"roster"
	"roster/internal/directory"
)

func TestALinkIsNoLongerGoodWhereTheClockWasSetBackSinceItWasMade(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		u := e.makes(directory.NewUser{UserName: "ada"})
		link := must(e.IssueLink(t.Context(), e.admin, directory.NewLink{User: byID(u), Purpose: roster.LinkSetUp}))(t)
		e.advance(-directory.ClockSlack)
		must(e.ReadLink(t.Context(), roster.Actor{}, link.Secret))(t)
		e.advance(-time.Second)
		_, err := e.ReadLink(t.Context(), roster.Actor{}, link.Secret)
		wants(t, err, roster.NotFound, "")
	})
}

// TestACreateIsRepeatedAsBeforeWhereTheClockWasSetBack also lets the clock go on: a create is
// forgotten a day after the time at which it was made.
func TestACreateIsRepeatedAsBeforeWhereTheClockWasSetBack(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		by := e.actor(roster.AllPermissions)
		in := directory.NewUser{UserName: "ada", Repeatable: true}
		keyed := directory.NewUser{UserName: "bob", IdempotencyKey: "one"}
		ada := must(e.CreateUser(t.Context(), by, in))(t)
		bob := must(e.CreateUser(t.Context(), by, keyed))(t)
		e.advance(-25 * time.Hour)
		if again := must(e.CreateUser(t.Context(), by, in))(t); again.ID != ada.ID || !again.Repeated {
			t.Errorf("the repeat is %+v", again)
		}
		if again := must(e.CreateUser(t.Context(), by, keyed))(t); again.ID != bob.ID || !again.Repeated {
			t.Errorf("the repeat with a key is %+v", again)
		}
		e.advance(25*time.Hour + 24*time.Hour)
		_, err := e.CreateUser(t.Context(), by, in)
		wants(t, err, roster.Conflict, "userName")
	})
}
