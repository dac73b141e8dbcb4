package directory

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"roster"
)

// set returns the name of the only field of a struct that is not zero.
func set(t *testing.T, of any) string {
	t.Helper()
	v := reflect.ValueOf(of)
	var names []string
	for i := range v.NumField() {
		if !v.Field(i).IsZero() {
			names = append(names, v.Type().Field(i).Name)
		}
	}
	if len(names) != 1 {
		t.Fatalf("a %T has %v", of, names)
	}
	return names[0]
}

func TestAPlainTextIsTheSameFieldInACreateAChangeAndAUser(t *testing.T) {
	t.Parallel()
	for _, f := range userTexts {
		var in NewUser
		var change UserChange
		var u roster.User
		*f.text.created(&in), *f.text.changed(&change), *f.text.kept(&u) = "x", roster.Some("x"), "x"
		if created, changed, kept := set(t, in), set(t, change), set(t, u); created != changed || changed != kept {
			t.Errorf("%s is %s of a create, %s of a change and %s of a user", f.name, created, changed, kept)
		}
		var given []string
		for _, field := range change.givenFields() {
			given = append(given, field.name)
		}
		if !slices.Equal(given, []string{f.name}) {
			t.Errorf("a change of %s names %v", f.name, given)
		}
	}
}

func TestAPlainTextIsCleanedValidatedSetAndCompared(t *testing.T) {
	t.Parallel()
	d := &Directory{}
	for _, f := range userTexts {
		var in NewUser
		in.UserName = "ada"
		*f.text.created(&in) = "a\u0007"
		if in.clean(); !d.validateNew(in).Has(f.name) {
			t.Errorf("a create with a control character in %s has no fault there", f.name)
		}
		*f.text.created(&in) = "ada@example.com"
		in.clean()
		var u roster.User
		in.setFields(&u, time.Unix(1, 0))
		if got := *f.text.kept(&u); got != "ada@example.com" {
			t.Errorf("the %s of a new user is %q", f.name, got)
		}
		change := func(to roster.Set[string]) *UserChange {
			var change UserChange
			*f.text.changed(&change) = to
			change.clean()
			return &change
		}
		same := change(roster.Some("ada@example.com"))
		if same.dropUnchangedFields(&u); same.hasField(f.name) != (f.right == rightOwn) {
			t.Errorf("a change of %s to what it is stays: %v", f.name, same.hasField(f.name))
		}
		other := change(roster.Some("lovelace@example.com"))
		if other.dropUnchangedFields(&u); !other.hasField(f.name) || !other.setFields(&u) || *f.text.kept(&u) != "lovelace@example.com" {
			t.Errorf("the %s becomes %q", f.name, *f.text.kept(&u))
		}
		none := change(roster.Null[string]())
		none.setFields(&u)
		want := map[string]string{"displayName": u.UserName, "timezone": roster.SystemTimeZone}[f.name]
		if got := *f.text.kept(&u); got != want {
			t.Errorf("without %s it is %q, want %q", f.name, got, want)
		}
	}
}
