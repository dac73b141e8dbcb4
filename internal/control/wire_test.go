package control

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"roster"
	"roster/internal/dialect"
)

func TestEveryKindHasAStatusAndSurvivesTheWire(t *testing.T) {
	t.Parallel()
	for _, kind := range roster.Kinds {
		if statuses[kind] < 400 {
			t.Errorf("%s has no status", kind)
		}
		want := &roster.Error{
			Kind: kind, Field: "f", Detail: "d", RetryAfter: 2 * time.Second,
			Holder: roster.Holder{ID: "i", Number: 7}, Err: errors.New("the cause"),
		}
		w := httptest.NewRecorder()
		writeError(w, nil, statuses[kind], want)
		if strings.Contains(w.Body.String(), "cause") {
			t.Errorf("the cause was sent: %s", w.Body)
		}
		got := roster.All(readError(w.Result()))
		if diff := cmp.Diff([]*roster.Error{want}, got, cmpopts.IgnoreFields(roster.Error{}, "Err")); diff != "" {
			t.Error(diff)
		}
	}
}

func TestARefusalOfHTTPItselfIsInvalid(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	writeError(w, nil, http.StatusRequestEntityTooLarge, &dialect.Refusal{Status: 413, Detail: "too long"})
	err := readError(w.Result())
	if roster.KindOf(err) != roster.Invalid || roster.All(err)[0].Detail != "too long" {
		t.Errorf("error: %v", err)
	}
}

func TestAnAnswerThatIsNoneIsUnavailable(t *testing.T) {
	t.Parallel()
	for _, body := range []string{"", "<html>", "{}", `{"errors":[]}`} {
		w := httptest.NewRecorder()
		w.WriteHeader(http.StatusBadGateway)
		_, _ = w.WriteString(body)
		if err := readError(w.Result()); roster.KindOf(err) != roster.Unavailable {
			t.Errorf("%q: %v", body, err)
		}
	}
}

func TestWhatARequestMustNotHoldIsRefused(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		``, `null x`, `[]`, `"x"`, `{"name":"a"`, `{"name":"a","name":"b"}`, `{"name":1}`, `{"nmae":"a"}`,
		strings.Repeat("[", 100), "{\"name\":\"\xff\"}",
	} {
		var in NewDepartment
		if err := parse([]byte(body), &in); roster.KindOf(err) != roster.Invalid || err == nil {
			t.Errorf("%.40q: %v", body, err)
		}
	}
	var in NewDepartment
	if err := parse([]byte(`{"name":"a"}`), &in); err != nil || in.Name != "a" {
		t.Errorf("a good one: %v", err)
	}
}

func TestAnOperatorNameThatCannotStandInALogIsDropped(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"root": "root", "Zoë": "Zoë", "": "", "a\nb": "", "a\x1b[2J": "", "\u202eevil": "", "\xff": "",
		strings.Repeat("x", 255): strings.Repeat("x", 255), strings.Repeat("x", 256): "",
	} {
		if got := readableName(name); got != want {
			t.Errorf("%.20q gives %.20q", name, got)
		}
	}
}

func TestAWordPicksARecordByNameAndAUUIDByIdToo(t *testing.T) {
	t.Parallel()
	const id = "0199f1a2-0000-7000-8000-000000000000"
	for word, want := range map[string]roster.Ref{
		"Network": {Name: "Network"}, "12": {Name: "12"}, id: {ID: id, Name: id},
	} {
		if got := reference(word); got != want {
			t.Errorf("%s gives %+v", word, got)
		}
	}
	if got := optional(""); !got.IsZero() {
		t.Errorf("no word gives %+v", got)
	}
}

func TestACallThatTheServerDoesNotKnowNamesTheRelease(t *testing.T) {
	t.Parallel()
	mux := http.NewServeMux()
	Register(mux, Options{})
	future := Call[Empty, Empty]{"/v9/dance"}
	_, err := future.Do(t.Context(), NewClient(Local(mux), ""), Empty{})
	if err == nil || !strings.Contains(fmt.Sprint(err), "same release") {
		t.Errorf("error: %v", err)
	}
}

func FuzzWhatIsReadSurvivesAnotherReading(f *testing.F) {
	for _, seed := range []string{
		`{}`, `{"userName":"a","roles":["b"]}`, `{"userName":"a","userName":"b"}`, `{"UserName":"a"}`, `{"roles":null}`, `{"x":1}`, `[`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var first, second NewUser
		if parse(body, &first) != nil {
			return
		}
		text, err := json.Marshal(first)
		if err != nil {
			t.Fatalf("write %q: %v", body, err)
		}
		if err := parse(text, &second); err != nil {
			t.Fatalf("read %q again: %v", text, err)
		}
		if diff := cmp.Diff(first, second, cmpopts.EquateEmpty()); diff != "" {
			t.Error(diff)
		}
	})
}

func FuzzAChangeKeepsWhatIsGivenApartFromWhatIsNot(f *testing.F) {
	for _, seed := range []string{
		`{}`, `{"user":{"number":1},"roles":[]}`, `{"roles":null}`, `{"email":"","active":false}`, `{"email":null}`, `{"sessionExpiryMinutes":0,"teams":["a"]}`, `{"Roles":[]}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var first, second UserChange
		if parse(body, &first) != nil {
			return
		}
		text, err := json.Marshal(first)
		if err != nil {
			t.Fatalf("write %q: %v", body, err)
		}
		if err := parse(text, &second); err != nil {
			t.Fatalf("read %q again: %v", text, err)
		}
		if diff := cmp.Diff(first, second); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(first.verb(), second.verb(), cmpopts.EquateComparable()); diff != "" {
			t.Error(diff)
		}
	})
}
