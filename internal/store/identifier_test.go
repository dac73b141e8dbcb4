package store

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"roster"
	"roster/internal/directory"
	"roster/internal/pgtest"
	"roster/internal/store/storetest"
)

func TestIdsAreComparedWithAnyTextAsTheirOwnTextsAre(t *testing.T) {
	t.Parallel()
	ids := []string{
		"00000000-0000-0000-0000-000000000000", "019aa1f0-5c30-7d43-ab5c-8f3e4d5c6b03", "019aa1f0-5c30-7d43-ab5c-8f3e4d5c6b0f",
		"09ffffff-ffff-ffff-ffff-ffffffffffff", "0a000000-0000-0000-0000-000000000000", "9fffffff-ffff-7fff-bfff-ffffffffffff",
		"a0000000-0000-7000-8000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff",
	}
	texts := append([]string{"", "-", "~", "0", "019aa1f0", "019aa1f0-", "019aa1f0.", "019aa1f0-5c30-7d43-ab5c-8f3e4d5c6b03x", "9", ":", "A", "a", "g", "ü", "ff-", "none"}, ids...)
	for _, text := range texts {
		first, some := firstUUID(text)
		for _, id := range ids {
			if got, want := some && id >= string(first), id >= text; got != want {
				t.Errorf("%s is not less than %q: %v, by the first UUID %q", id, text, got, first)
			}
		}
	}
}

func FuzzTheFirstUUIDThatIsNotLess(f *testing.F) {
	f.Add("019aa1f0-5c30-7d43-ab5c-8f3e4d5c6b03")
	f.Add("019aa1f0-5c3")
	f.Add("ffffffff-ffff-ffff-ffff-ffffffffffff0")
	f.Fuzz(func(t *testing.T, text string) {
		first, some := firstUUID(text)
		last := strings.ReplaceAll(string(leastUUID), "0", "f")
		switch {
		case !some:
			if last >= text {
				t.Errorf("%q has none, and %s is not less", text, last)
			}
		case !roster.IsUUID(first) || string(first) < text:
			t.Errorf("%q has %q", text, first)
		case roster.IsUUID(text) && strings.ToLower(text) == text && string(first) != text:
			t.Errorf("%q is its own first, not %q", text, first)
		}
	})
}

func TestWhatIsNoUUIDOrHashIsNull(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "none", "{019aa1f0-5c30-7d43-ab5c-8f3e4d5c6b03}", "019aa1f05c307d43ab5c8f3e4d5c6b03", "--------------------------------------"} {
		if _, ok := uid(text).parse(); ok {
			t.Errorf("%q was taken for a UUID", text)
		}
	}
	if _, ok := digest("no hex").parse(); ok {
		t.Error("it was taken for a hash")
	}
	if b, ok := digest("").parse(); !ok || len(b) != 0 {
		t.Errorf("no hash is %v, %v, want no bytes", b, ok)
	}
}

// TestAnOrganizationThatWasNotCommittedIsNotRemembered makes an organization that is rolled back,
// and then another one, which may get the same number.
func TestAnOrganizationThatWasNotCommittedIsNotRemembered(t *testing.T) {
	t.Parallel()
	for name, url := range map[string]string{
		"sqlite": "sqlite:" + filepath.Join(t.TempDir(), "roster.db"), "postgres": pgtest.URL(t),
	} {
		t.Run(name, func(t *testing.T) {
			db, err := Open(t.Context(), url, Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close(t.Context())
			no := errors.New("no")
			make := func(id roster.OrganizationID, result error) error {
				return db.Update(t.Context(), func(x directory.Tx) error {
					err := x.InsertOrganization(roster.Organization{ID: id, Slug: string(id)})
					_, err2 := x.InsertUser(directory.NewUserRow{UserKey: "ada", User: roster.User{ID: roster.UserID(id), OrganizationID: id, UserName: "ada"}})
					return errors.Join(err, err2, result)
				})
			}
			if err := make(anID, no); !errors.Is(err, no) {
				t.Fatal(err)
			}
			if err := make(otherID, nil); err != nil {
				t.Fatal(err)
			}
			var found []string
			err = db.View(t.Context(), func(x directory.Tx) error {
				for _, id := range []roster.OrganizationID{anID, otherID, storetest.ID + "3", "none", ""} {
					u, err := x.User(id, directory.UserSelector{UserName: "ada"}, 0)
					var e *roster.Error
					if err != nil && (!errors.As(err, &e) || e.Kind != roster.NotFound) {
						return err
					}
					found = append(found, fmt.Sprint(u.OrganizationID, u.ID))
				}
				return nil
			})
			if want := []string{"", otherID + otherID, "", "", ""}; err != nil || !slices.Equal(found, want) {
				t.Errorf("found %q, %v, want %q", found, err, want)
			}
		})
	}
}
