package graze

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"roster"
	"roster/internal/dialect"
	"roster/internal/directory"
)

// calls are the endpoints and the method of each; authenticate, which takes two, is not among them.
var calls = map[string]string{
	"createUser": "POST", "updateUser": "POST", "getUserInfo": "GET", "getUserRoles": "GET", "getUserTeams": "GET", "getUsers": "GET",
	"createTeam": "POST", "updateTeam": "POST", "deleteTeam": "POST", "getTeam": "GET", "getTeams": "GET", "getTeamsForService": "GET",
	"createSecurityRealm": "POST", "updateSecurityRealm": "POST", "getSecurityRealms": "GET", "getSystemStatus": "GET",
}

// willing is a verifier that lets everybody in, as somebody who may do everything.
type willing struct{ broken }

func (willing) Password(context.Context, roster.Face, roster.Permissions, string, string) (roster.Actor, error) {
	return roster.Actor{Kind: roster.ActorUser, Grants: roster.Grants{{Permissions: roster.AllPermissions}}}, nil
}

// refused sends a request that must be refused, and checks the form of the answer.
func refused(t *testing.T, v dialect.Verifier, r *http.Request, status int) {
	t.Helper()
	mux := http.NewServeMux()
	Register(mux, Options{Directory: directory.New(directory.Options{}), Verifier: v, Log: slog.New(slog.DiscardHandler)})
	r.SetBasicAuth("graze", "graze")
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, r.WithContext(dialect.WithOrigin(r.Context(), &dialect.Origin{})))
	var body map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil || w.Code != status {
		t.Errorf("%s %s is answered %d %s, want %d", r.Method, r.URL.Path, w.Code, w.Body, status)
		return
	}
	_, hasID := body["team_id"]
	if message, _ := body["message"].(string); message == "" || hasID || body["statusCode"] == nil {
		t.Errorf("%s %s is answered %s", r.Method, r.URL.Path, w.Body)
	}
}

func TestEveryEndpointAnswersEveryKindOfErrorInGrazesForm(t *testing.T) {
	t.Parallel()
	for name, method := range calls {
		for _, kind := range roster.Kinds {
			err := &roster.Error{Kind: kind, Detail: "not now"}
			refused(t, broken{err}, httptest.NewRequest(method, base+name, nil), statuses[kind])
		}
		other := map[string]string{"GET": "DELETE", "POST": "GET"}[method]
		refused(t, willing{}, httptest.NewRequest(other, base+name, nil), http.StatusMethodNotAllowed)
		if method == "GET" {
			continue
		}
		large := httptest.NewRequest(method, base+name, strings.NewReader(strings.Repeat("x", dialect.MaxBody+1)))
		refused(t, willing{}, large, http.StatusRequestEntityTooLarge)
		form := httptest.NewRequest(method, base+name, strings.NewReader("--x--"))
		form.Header.Set("Content-Type", "multipart/form-data; boundary=x")
		refused(t, willing{}, form, http.StatusUnsupportedMediaType)
		for _, text := range []string{`{"a":`, `{"a":1,"a":2}`, "{\"a\":\"\xff\"}", strings.Repeat(`{"a":`, 40) + "1" + strings.Repeat("}", 40)} {
			refused(t, willing{}, httptest.NewRequest(method, base+name, strings.NewReader(text)), http.StatusBadRequest)
		}
	}
}
