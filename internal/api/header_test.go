package api

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"
)

func TestWhatIsDescribedOfAHeaderIsWhatIsTaken(t *testing.T) {
	t.Parallel()
	a, _ := built(t)
	described := map[string]*huma.Schema{}
	operations(a, func(op *huma.Operation, e *endpoint) {
		for _, p := range e.parameters {
			if p.In == "header" {
				described[p.Name] = p.Schema
			}
		}
	})
	if len(described) != 3 {
		t.Errorf("the headers are %v", described)
	}
	taken := map[string]func(http.Header, string) bool{
		"Idempotency-Key": func(h http.Header, text string) bool { return len(Once{text}.headerFaults(h)) == 0 },
		"If-Match":        func(h http.Header, text string) bool { return len(Precondition{text}.headerFaults(h)) == 0 },
	}
	for name, s := range described {
		if s.Pattern == "" || s.MinLength == nil || s.MaxLength == nil {
			t.Errorf("%s is described without a pattern or a length", name)
			continue
		}
		pattern := regexp.MustCompile(s.Pattern)
		for _, text := range []string{
			`*`, `"v3"`, `W/"v3"`, `"v3.aB-_9"`, `""`, `v3`, `"v3`, `"v"3"`, `"v3", "v4"`, `"v 3"`, `"é"`, "a", "a b", "é", "\x7f", "",
			strings.Repeat("a", 255), strings.Repeat("a", 256), `"` + strings.Repeat("a", 253) + `"`, `"` + strings.Repeat("a", 254) + `"`,
		} {
			fits := pattern.MatchString(text) && len(text) >= *s.MinLength && len(text) <= *s.MaxLength
			if take := taken[name]; take != nil && take(http.Header{name: {text}}, text) != fits {
				t.Errorf("%s: %q fits the description: %v, and is taken: %v", name, text, fits, !fits)
			}
		}
	}
	if !regexp.MustCompile(described["If-None-Match"].Pattern).MatchString(`"v3.aB", W/"v4"`) {
		t.Error("a list of ETags does not fit If-None-Match")
	}
}
