package cli

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"roster"
)

func TestAUserIsLookedForByIDOrNameAndThenByNumber(t *testing.T) {
	t.Parallel()
	const id = "0199f1a2-0000-7000-8000-00000000000a"
	for _, c := range []struct {
		name, word string
		known      string // the path of the user who is there
		number     string // the filter that finds it
		calls      int
		found      bool
	}{
		{"by id", id, id, "", 1, true},
		{"by name", "jdoe", "jdoe", "", 1, true},
		{"by a name of digits before a number", "12", "12", "", 1, true},
		{"by number", "12", id, "number eq 12", 3, true},
		{"not by a number that nobody has", "13", id, "number eq 12", 2, false},
		{"not by what is no number", "12x", id, "number eq 12", 1, false},
		{"not by a negative number", "-12", id, "number eq 12", 1, false},
	} {
		calls := 0
		handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			calls++
			name := strings.TrimPrefix(r.URL.Path, "/api/v1/users")
			switch {
			case name == "/"+c.known:
				_ = json.NewEncoder(w).Encode(map[string]string{"id": id})
			case name == "" && r.URL.Query().Get("filter") == c.number:
				_ = json.NewEncoder(w).Encode(map[string]any{"items": []map[string]string{{"id": id}}})
			case name == "":
				_ = json.NewEncoder(w).Encode(map[string]any{"items": []string{}})
			default:
				w.WriteHeader(http.StatusNotFound)
			}
		})
		l, err := newLocalLink(local{handler}, byFolder, "", nil)
		if err != nil {
			t.Fatal(err)
		}
		sh, _, _ := testShell(t, "")
		u, err := l.user(sh, c.word)
		if (err == nil) != c.found || c.found && u.ID != id || calls != c.calls {
			t.Errorf("%s: %q after %d calls, %v", c.name, u.ID, calls, err)
		}
		if err != nil && roster.KindOf(err) != roster.NotFound {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestAnotherFailureThanAMissingUserIsPassedOn(t *testing.T) {
	t.Parallel()
	calls := 0
	l, err := newLocalLink(local{http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		calls++
		w.WriteHeader(http.StatusServiceUnavailable)
	})}, byFolder, "", nil)
	if err != nil {
		t.Fatal(err)
	}
	sh, _, _ := testShell(t, "")
	if _, err := l.user(sh, "12"); faultsOf(err)[0].Kind != roster.Unavailable || calls != 1 {
		t.Errorf("%d calls, then %v", calls, err)
	}
}
