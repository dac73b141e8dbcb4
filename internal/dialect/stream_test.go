package dialect_test

import (
	"errors"
	"net/http/httptest"
	"strings"
	"testing"

	"roster"
	"roster/internal/dialect"
)

// nested writes an object with two lists of n names, the second of which ends with err.
func nested(s *dialect.Stream, n int, err error) {
	s.Object(func() {
		s.Member("id", 1)
		s.Key("first")
		dialect.List(s, names(n, nil), func(name string) { s.Value(name) })
		s.Member("between", nil)
		s.Key("second")
		dialect.List(s, names(n, err), func(name string) {
			s.Object(func() { s.Member("name", name) })
		})
		s.Key("nothing")
		s.Object(func() {})
		s.Member("last", true)
	})
}

func TestStreamsNest(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]string{
		0: `{"id":1,"first":[],"between":null,"second":[],"nothing":{},"last":true}`,
		2: `{"id":1,"first":["Zoë","Zoë"],"between":null,"second":[{"name":"Zoë"},{"name":"Zoë"}],"nothing":{},"last":true}`,
	} {
		w := httptest.NewRecorder()
		if err := dialect.WriteStream(w, func(s *dialect.Stream) { nested(s, n, nil) }); err != nil || w.Body.String() != want {
			t.Errorf("%d names are %s (%v), want %s", n, w.Body, err, want)
		}
	}
}

func TestAnErrorInANestedListEndsTheStream(t *testing.T) {
	t.Parallel()
	want := &roster.Error{Kind: roster.Unavailable}
	w := httptest.NewRecorder()
	if err := dialect.WriteStream(w, func(s *dialect.Stream) { nested(s, 5, want) }); !errors.Is(err, want) || w.Body.Len() > 0 {
		t.Errorf("the error is %v, and %q was sent", err, w.Body)
	}
	long := httptest.NewRecorder()
	err := dialect.WriteStream(long, func(s *dialect.Stream) { nested(s, 20000, want) })
	if err == nil || errors.Is(err, want) || strings.Contains(long.Body.String(), "last") {
		t.Errorf("after bytes were sent the error is %v", err)
	}
}

func TestAValueThatIsNoJSONEndsTheStream(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	err := dialect.WriteStream(w, func(s *dialect.Stream) {
		s.Value(func() {})
		if !s.Failed() {
			t.Error("the stream goes on")
		}
		s.Fail(errors.New("a later one"))
	})
	if err == nil || err.Error() == "a later one" || w.Body.Len() > 0 {
		t.Errorf("the error is %v, and %q was sent", err, w.Body)
	}
}

func TestNothingIsTwoHundredWithoutABody(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	if err := dialect.WriteNothing(w); err != nil || w.Code != 200 || w.Body.Len() > 0 || w.Header().Get("Content-Length") != "0" || w.Header().Get("Content-Type") != "" {
		t.Errorf("answered %d %v %q, %v", w.Code, w.Header(), w.Body, err)
	}
}
