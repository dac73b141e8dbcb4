package auth

import (
	"context"
	"testing"

	"roster"
	"roster/internal/directory"
)

// strictRealm knows everybody's password and takes nobody as its user.
type strictRealm struct{}

func (strictRealm) Serves(roster.OrganizationID, string) bool { return true }

func (strictRealm) Prove(_ context.Context, p Proof) (Judgement, error) {
	if p.Password != rightPassword {
		return Wrong, nil
	}
	return Right, &roster.Error{Kind: roster.Conflict, Detail: "belongs to another realm"}
}

func (strictRealm) Decoy(context.Context, roster.OrganizationID) error { return nil }

func TestSomebodyWhomTheRealmProvesAndDoesNotTakeIsNeitherLetInNorCounted(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(o *Options) { o.Realms = strictRealm{} })
	f.user("ada", func(r *directory.NewUserRow) { r.Realm = roster.RealmExternal })
	for _, name := range []string{"ada", "nobody"} {
		for range 2 * failuresPerPair {
			_, err := f.Password(t.Context(), at(), name, rightPassword)
			f.isDenied(err, "another realm")
		}
		for range failuresPerPair {
			_, err := f.Password(t.Context(), at(), name, "wrong")
			f.isDenied(err, "no realm knows")
		}
		_, err := f.Password(t.Context(), at(), name, "wrong")
		isKind(t, err, roster.RateLimited)
	}
}
