package dialect_test

import (
	"errors"
	"iter"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"roster"
	"roster/internal/dialect"
)

type shown struct {
	Name string `json:"name"`
}

// names lists records, and ends with err if that is not nil.
func names(n int, err error) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for range n {
			if !yield("Zoë", nil) {
				return
			}
		}
		if err != nil {
			yield("", err)
		}
	}
}

func show(name string) any { return shown{name} }

func TestStreamsAreOneJSONText(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]string{
		0: `{"list":[]}`,
		1: `{"list":[{"name":"Zoë"}]}`,
		3: `{"list":[{"name":"Zoë"},{"name":"Zoë"},{"name":"Zoë"}]}`,
	} {
		w := httptest.NewRecorder()
		if err := dialect.StreamJSON(w, `{"list":`, names(n, nil), show, `}`); err != nil {
			t.Fatal(err)
		}
		if w.Code != http.StatusOK || w.Body.String() != want {
			t.Errorf("%d records are %d %s, want 200 %s", n, w.Code, w.Body, want)
		}
		if got := w.Header().Get("Content-Type"); got != "application/json; charset=utf-8" {
			t.Errorf("the type is %q", got)
		}
	}
}

func TestLongStreamsAreSentInBlocks(t *testing.T) {
	t.Parallel()
	w := &blocks{ResponseRecorder: httptest.NewRecorder()}
	const n = 20000
	if err := dialect.StreamJSON(w, "", names(n, nil), show, ""); err != nil {
		t.Fatal(err)
	}
	if w.writes < 5 || w.longest > 64<<10 {
		t.Errorf("%d writes, the longest of %d bytes", w.writes, w.longest)
	}
	if got := strings.Count(w.Body.String(), "name"); got != n {
		t.Errorf("%d records arrived, want %d", got, n)
	}
}

// blocks counts writes.
type blocks struct {
	*httptest.ResponseRecorder
	writes, longest int
}

func (b *blocks) Write(p []byte) (int, error) {
	b.writes++
	b.longest = max(b.longest, len(p))
	return b.ResponseRecorder.Write(p)
}

func TestAnErrorBeforeTheFirstBlockCanStillBeAnswered(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	want := &roster.Error{Kind: roster.Unavailable}
	if err := dialect.StreamJSON(w, "", names(5, want), show, ""); !errors.Is(err, want) {
		t.Errorf("the error is %v, want the one of the list", err)
	}
	if w.Body.Len() > 0 {
		t.Errorf("%s was sent", w.Body)
	}
}

func TestAnErrorAfterTheFirstBlockBreaksTheAnswerOff(t *testing.T) {
	t.Parallel()
	face := newFace(t)
	list := func() iter.Seq2[string, error] { return names(20000, &roster.Error{Kind: roster.Unavailable}) }
	h := dialect.Endpoint(face, decodeText, answering(list()), func(w http.ResponseWriter, l iter.Seq2[string, error]) error {
		return dialect.StreamJSON(w, "", l, show, "")
	})
	w := httptest.NewRecorder()
	if got := serve(h, w, httptest.NewRequest("GET", "/", nil)); got != http.ErrAbortHandler {
		t.Errorf("the handler ends with %v, want http.ErrAbortHandler", got)
	}
	if strings.HasSuffix(w.Body.String(), "]") {
		t.Error("the answer looks whole")
	}
}

func TestAReaderWhoIsGoneEndsTheStream(t *testing.T) {
	t.Parallel()
	read := 0
	endless := func(yield func(string, error) bool) {
		for yield("Zoë", nil) {
			read++
		}
	}
	if err := dialect.StreamJSON(&gone{httptest.NewRecorder()}, "", endless, show, ""); err == nil {
		t.Error("no error")
	}
	if read > 10000 {
		t.Errorf("%d records were read for nobody", read)
	}
}

// gone is a connection that nobody reads.
type gone struct{ *httptest.ResponseRecorder }

func (gone) Write([]byte) (int, error) { return 0, errors.New("broken pipe") }

func TestWholeAnswersAreNotStored(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	if err := dialect.WriteJSON(w, http.StatusConflict, shown{"Zoë"}); err != nil {
		t.Fatal(err)
	}
	if w.Code != http.StatusConflict || w.Body.String() != `{"name":"Zoë"}` || w.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("answered %d %v %s", w.Code, w.Header(), w.Body)
	}
}
