package dialect_test

import (
	"fmt"
	"strings"
	"testing"

	"roster/internal/dialect"
)

// readingOf reads a JSON object in a dialect whose names are in capitals.
func readingOf(t *testing.T, text string) *dialect.Reading {
	t.Helper()
	v, err := dialect.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return &dialect.Reading{Arguments: v.Members, Name: strings.ToUpper}
}

// faultsOf lists faults as "field: detail".
func faultsOf(r *dialect.Reading) string {
	var all []string
	for _, f := range r.Faults {
		all = append(all, fmt.Sprintf("%s: %s", f.Field, f.Detail))
	}
	return strings.Join(all, "|")
}

func TestArgumentsAreFoundUnderTheDialectsNames(t *testing.T) {
	t.Parallel()
	r := readingOf(t, `{"A":"x","b":"y","C":null}`)
	if got := r.Text("a"); got != "x" {
		t.Errorf("a is %q", got)
	}
	if v, given := r.Given("b"); given || v.Kind != dialect.Absent {
		t.Errorf("b is %v, given %v", v.Kind, given)
	}
	if v, given := r.Given("c"); given || v.Kind != dialect.Null {
		t.Errorf("c is %v, given %v", v.Kind, given)
	}
	if got := faultsOf(r); got != "" {
		t.Errorf("faults are noted: %s", got)
	}
}

func TestWhatIsWrongWithArgumentsIsNotedUnderCanonicalNames(t *testing.T) {
	t.Parallel()
	r := readingOf(t, `{"A":5,"B":"  ","C":null,"E":[{"x":1},{"x":"1"}]}`)
	for _, field := range []string{"a", "b", "c", "d"} {
		r.Needed(field)
	}
	for i, item := range r.Get("e").Items {
		r.Inner(fmt.Sprintf("e[%d]", i), item, func(in *dialect.Reading) { in.Text("x") })
	}
	want := "a: must be a string, not a number|b: is required|c: is required|d: is required|e[0].x: must be a string, not a number"
	if got := faultsOf(r); got != want {
		t.Errorf("faults are %s, want %s", got, want)
	}
}
