package operator_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"roster/internal/dialect"
	"roster/internal/dialect/dialecttest"
	"roster/internal/directory"
	"roster/internal/operator"
)

// ask sends a request, as the operator or as a stranger.
func ask(t *testing.T, e *dialecttest.Env, marked bool, method, path, body string) *httptest.ResponseRecorder {
	t.Helper()
	ctx := t.Context()
	if marked {
		ctx = dialect.WithOperator(ctx)
	}
	r := httptest.NewRequestWithContext(ctx, method, path, strings.NewReader(body))
	r.Header.Set(dialect.OperatorHeader, "ada")
	w := httptest.NewRecorder()
	e.Handler.ServeHTTP(w, r)
	return w
}

func TestTheOperatorSeesHowTheServerStands(t *testing.T) {
	t.Parallel()
	e := dialecttest.Open(t, dialecttest.Options{})
	var s operator.Status
	w := ask(t, e, true, http.MethodGet, "/operator/v1/status", "")
	if err := json.Unmarshal(w.Body.Bytes(), &s); err != nil || w.Code != http.StatusOK || s.Server.Engine == "" || s.Server.Schema == 0 {
		t.Errorf("status: %d %s", w.Code, w.Body)
	}
	var x operator.Examination
	w = ask(t, e, true, http.MethodGet, "/operator/v1/examination", "")
	if err := json.Unmarshal(w.Body.Bytes(), &x); err != nil || w.Code != http.StatusOK || len(x.Damage) != 0 {
		t.Errorf("examination: %d %s", w.Code, w.Body)
	}
}

func TestTheOperatorSaysWhoMayMakeOrganizations(t *testing.T) {
	t.Parallel()
	e := dialecttest.Open(t, dialecttest.Options{})
	u := e.User(t, directory.NewUser{UserName: "jdoe"})
	for _, may := range []string{"true", "false"} {
		body := `{"userId":"` + string(u.ID) + `","serverAdmin":` + may + `}`
		if w := ask(t, e, true, http.MethodPut, "/operator/v1/server-admin", body); w.Code != http.StatusOK || w.Body.Len() != 0 {
			t.Errorf("%s: %d %s", may, w.Code, w.Body)
		}
		if w := ask(t, e, true, http.MethodPut, "/o/nowhere/operator/v1/server-admin", body); w.Code != http.StatusUnprocessableEntity {
			t.Errorf("of no organization: %d %s", w.Code, w.Body)
		}
	}
	w := ask(t, e, true, http.MethodGet, "/api/v1/audit?limit=1", "")
	for _, want := range []string{`"server-admin.set"`, `"actorKind":"operator"`, `"actorName":"ada"`, `"face":"cli"`, `{"before":{"serverAdmin":true},"after":{"serverAdmin":false}}`} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("the audit has no %s: %s", want, w.Body)
		}
	}
	for body, status := range map[string]int{`{"userId":"x"}`: 404, `{}`: 404, `[`: 422, ``: 422, `{"userId":7}`: 422} {
		if w := ask(t, e, true, http.MethodPut, "/operator/v1/server-admin", body); w.Code != status {
			t.Errorf("%q: %d %s", body, w.Code, w.Body)
		}
	}
}

func TestNobodyElseFindsAnyOfIt(t *testing.T) {
	t.Parallel()
	e := dialecttest.Open(t, dialecttest.Options{})
	nothing := ask(t, e, false, http.MethodGet, "/operator/v2/status", "").Body.String()
	for _, call := range []string{"GET /operator/v1/status", "GET /operator/v1/examination", "GET /operator/v1/backup", "PUT /operator/v1/server-admin"} {
		method, path, _ := strings.Cut(call, " ")
		w := ask(t, e, false, method, path, `{}`)
		if w.Code != http.StatusNotFound || w.Body.String() != nothing {
			t.Errorf("%s: %d %s, want %s", call, w.Code, w.Body, nothing)
		}
	}
}

// TestTheOperatorNeedsNoCredentialOfTheNativeAPIOnly: one that is sent counts, and no other face
// knows the operator.
func TestTheOperatorNeedsNoCredentialOfTheNativeAPIOnly(t *testing.T) {
	t.Parallel()
	e := dialecttest.Open(t, dialecttest.Options{})
	if w := ask(t, e, true, http.MethodGet, "/api/v1/users", ""); w.Code != http.StatusOK {
		t.Errorf("the operator: %d %s", w.Code, w.Body)
	}
	if w := ask(t, e, true, http.MethodGet, "/o/nowhere/api/v1/users", ""); w.Code != http.StatusUnprocessableEntity ||
		!strings.Contains(w.Body.String(), "there is no organization") {
		t.Errorf("of no organization: %d %s", w.Code, w.Body)
	}
	if w := ask(t, e, false, http.MethodGet, "/api/v1/users", ""); w.Code != http.StatusUnauthorized {
		t.Errorf("a stranger: %d %s", w.Code, w.Body)
	}
	for name, value := range map[string]string{"Authorization": "Bearer roster_x", "Cookie": "roster_session=x"} {
		r := httptest.NewRequestWithContext(dialect.WithOperator(context.Background()), http.MethodGet, "/api/v1/users", nil)
		r.Header.Set(name, value)
		w := httptest.NewRecorder()
		e.Handler.ServeHTTP(w, r)
		if w.Code != http.StatusUnauthorized {
			t.Errorf("with %s: %d %s", name, w.Code, w.Body)
		}
	}
	for _, path := range []string{"/graze/v1/getUsers", "/getUsers/"} {
		if w := ask(t, e, true, http.MethodGet, path, ""); w.Code == http.StatusOK {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
	}
}

func TestANameThatCannotStandInALogIsDropped(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"root": "root", "Zoë": "Zoë", "": "", "a\nb": "", "a\x1b[2J": "", "\u202eevil": "", "\xff": "",
		strings.Repeat("x", 255): strings.Repeat("x", 255), strings.Repeat("x", 256): "",
	} {
		r := &http.Request{Header: http.Header{dialect.OperatorHeader: {name}}}
		if got := dialect.OperatorName(r); got != want {
			t.Errorf("%.20q gives %.20q", name, got)
		}
	}
}
