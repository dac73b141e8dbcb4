package directory

import (
	"context"
	"fmt"
	"testing"
	"time"

	"roster"
)

// full are passwords for which no hash can be had.
type full struct{ Passwords }

func (full) Ask(context.Context, roster.Actor) error {
	return &roster.Error{Kind: roster.Unavailable, Detail: "too many"}
}

func TestAVerbThatNeedsAHashIsRefusedBeforeItLooksAnythingUp(t *testing.T) {
	t.Parallel()
	by := roster.Actor{Kind: roster.ActorUser, OrganizationID: "o", UserID: "u", Grants: roster.Grants{{Permissions: roster.AllPermissions}}}
	s := New(Options{Store: untouchable{t}, Passwords: full{}, Secrets: untouchable{t}, Now: time.Now, RetryKey: []byte("key")})
	const password = "seven slow herons over the weir"
	user := NewUser{UserName: "ada", Password: password}
	repeatable, once := user, user
	repeatable.Repeatable, once.IdempotencyKey = true, "key"
	change := UserChange{UserName: roster.Some("ada"), Password: roster.Some(password)}
	selected := change
	selected.User.ID = "x"
	for name, call := range map[string]func(ctx context.Context) error{
		"CreateUser":             func(ctx context.Context) error { _, err := s.CreateUser(ctx, by, user); return err },
		"CreateUser, repeatable": func(ctx context.Context) error { _, err := s.CreateUser(ctx, by, repeatable); return err },
		"CreateUser, idempotent": func(ctx context.Context) error { _, err := s.CreateUser(ctx, by, once); return err },
		"CreateUser, for another face": func(ctx context.Context) error {
			u := user
			u.UniqueEmail = true
			_, err := s.CreateUser(ctx, by, u)
			return err
		},
		"CreateUsers": func(ctx context.Context) error {
			_, err := s.CreateUsers(ctx, by, NewUsers{Users: []NewUser{{UserName: "bob"}, user}})
			return err
		},
		"UpdateUser": func(ctx context.Context) error { _, err := s.UpdateUser(ctx, by, selected); return err },
		"UpsertUser": func(ctx context.Context) error {
			_, err := s.UpsertUser(ctx, by, UserUpsert{Match: ByUserName, New: user, Change: change})
			return err
		},
		"SetPassword": func(ctx context.Context) error {
			_, err := s.SetPassword(ctx, by, NewPassword{User: UserSelector{ID: "x"}, Password: password})
			return err
		},
		"UseLink": func(ctx context.Context) error {
			_, err := s.UseLink(ctx, roster.Actor{Face: roster.FaceWeb}, UsedLink{Secret: "x", Password: password})
			return err
		},
	} {
		if err := call(t.Context()); err == nil || roster.KindOf(err) != roster.Unavailable {
			t.Errorf("%s: %v, want Unavailable", name, err)
		}
	}
}

func TestALinkTakesTwentyFailedTriesInAQuarterOfAnHour(t *testing.T) {
	t.Parallel()
	var tries linkTries
	now := time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)
	try := func(link string, failed bool) error {
		end, err := tries.begin(link, now)
		if err == nil {
			end(failed)
		}
		return err
	}
	for range 3 * maxLinkTries {
		if err := try("a", false); err != nil {
			t.Fatal(err)
		}
	}
	if len(tries.links) != 0 {
		t.Errorf("%d links are remembered that nobody failed at", len(tries.links))
	}
	for range maxLinkTries {
		now = now.Add(time.Second)
		if err := try("a", true); err != nil {
			t.Fatal(err)
		}
	}
	err := try("a", false)
	if err == nil || roster.KindOf(err) != roster.RateLimited || roster.All(err)[0].RetryAfter != linkTriesFor-(maxLinkTries-1)*time.Second {
		t.Errorf("one more is answered %v", err)
	}
	if err := try("b", true); err != nil {
		t.Errorf("another link is answered %v", err)
	}
	now = now.Add(linkTriesFor)
	if err := try("a", true); err != nil {
		t.Errorf("later it is answered %v", err)
	}
}

func TestTriesOfALinkUnderWayTakeUpRoom(t *testing.T) {
	t.Parallel()
	var tries linkTries
	now := time.Now()
	var ends []func(bool)
	for range maxLinkTries {
		end, err := tries.begin("a", now)
		if err != nil {
			t.Fatal(err)
		}
		ends = append(ends, end)
	}
	if _, err := tries.begin("a", now); err == nil {
		t.Error("one more went through beside them")
	}
	ends[0](false)
	if _, err := tries.begin("a", now); err != nil {
		t.Errorf("after one of them came to nothing: %v", err)
	}
}

func TestTheCountsOfTriedLinksAreBounded(t *testing.T) {
	t.Parallel()
	var tries linkTries
	now := time.Now()
	for i := range maxTriedLinks + 10 {
		end, err := tries.begin(fmt.Sprint(i), now.Add(time.Duration(i)))
		if err != nil {
			t.Fatal(err)
		}
		end(true)
	}
	if len(tries.links) != maxTriedLinks || tries.links["9"] != nil || tries.links["10"] == nil {
		t.Errorf("%d are kept", len(tries.links))
	}
}
