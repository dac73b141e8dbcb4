package dialecttest

import (
	"io"
	"testing"
)

func TestBodiesAreComparedWhole(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		want, got string
		same      bool
	}{
		{`{"a":1}`, `{"a":1}`, true},
		{`{"a":…}`, `{"a":777}`, true},
		{`{"a":"…","b":"…"}`, `{"a":"x y","b":""}`, true},
		{`{"a":1}`, `{"a":1} `, false},
		{`{"a":1}`, `{"a":1,"b":2}`, false},
		{`{"a":…}`, `{"a":{"b":1}}`, false},
		{`{"a":…}`, `{"a":1,"b":2}`, false},
		{`{"a":"…"}`, `{"a":"x","b":"y"}`, false},
		{`{"a.":1}`, `{"ab":1}`, false},
		{``, `{}`, false},
	} {
		if got := matches(c.want, c.got); got != c.same {
			t.Errorf("matches(%s, %s) is %v", c.want, c.got, got)
		}
	}
}

func TestRequestsAreReadShortAndWhole(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"short": "POST /a?b=c\nX-One: 1\nX-Two: 2\n\nbody\n\nmore",
		"whole": "POST /a?b=c HTTP/1.1\r\nHost: x\r\nX-One: 1\r\nX-Two: 2\r\nContent-Length: 10\r\n\r\nbody\n\nmore",
	} {
		r := parse(t, text)
		body, err := io.ReadAll(r.Body)
		if err != nil || r.Method != "POST" || r.URL.String() != "/a?b=c" || r.Header.Get("X-One") != "1" || r.Header.Get("X-Two") != "2" || string(body) != "body\n\nmore" {
			t.Errorf("%s: %s %s %v %q, %v", name, r.Method, r.URL, r.Header, body, err)
		}
	}
}

func TestPlaceholdersStandForWhatWasMade(t *testing.T) {
	t.Parallel()
	e := &Env{made: map[string]string{}}
	e.remember("group", "Acme, Inc.", "id-1")
	e.Set("UPPER", "ID-1")
	if got := e.Fill(`{"a":"{group Acme, Inc.}","b":"{UPPER}","c":"{group Nowhere}"}`); got != `{"a":"id-1","b":"ID-1","c":"{group Nowhere}"}` {
		t.Errorf("filled to %s", got)
	}
}
