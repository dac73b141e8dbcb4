package graze_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"roster"
	"roster/internal/auth/realm"
	"roster/internal/dialect/dialecttest"
	"roster/internal/directory"
)

// offline judges configurations as the server does, but fetches nothing.
type offline struct{}

func (offline) ValidateSAML(_ context.Context, configuration json.RawMessage) roster.Faults {
	_, faults := realm.ParseSAML(configuration, time.Date(2026, time.November, 21, 18, 0, 0, 0, time.UTC))
	return faults
}

// documentedRealm is the configuration of the page createSecurityRealm.
const documentedRealm = `{"idpMetadataUrl":"http://exampleIdP:18080/auth/realms/master/protocol/saml/descriptor","defaultRoles":["Operator"],"defaultTeams":["Cloud DevOps"],"defaultGroup":"End-User","existingUserMappingField":"username","username":"$username","email":"$email","fullname":"$firstname $lastname","maximumAuthenticationLifetime":60}`

// realms has a Super User, and a realm "there".
func realms(t testing.TB, e *dialecttest.Env) {
	t.Helper()
	documented(t, e)
	for name, number := range map[string]int64{"super": roster.RoleSuperUser, "administrator": roster.RoleAdministrator, "manager": roster.RoleManager} {
		e.User(t, directory.NewUser{UserName: name, Password: name, Roles: []roster.Ref{{Number: number}}})
	}
	if w := e.Do(t, "super:super", realmCall("create", `"name":"there","type":"SAML2","active":true,"configuration":`+documentedRealm)); w.Code != 200 || w.Body.Len() > 0 {
		t.Fatalf("make a realm: %d %s", w.Code, w.Body)
	}
}

func realmCall(verb, members string) string {
	return "POST /graze/v1/" + verb + "SecurityRealm\n\n{" + members + "}"
}

func TestRealmsAreMadeChangedAndListed(t *testing.T) {
	t.Parallel()
	w := dialecttest.World{Options: dialecttest.Options{Realms: offline{}}, Given: documented}
	shown := func(name, configuration string) string {
		return `"` + name + `":{"configuration":{"realmType":"SAML2",` + configuration[1:] + `,"name":"` + name + `","active":true,"type":"SAML2"}`
	}
	list := func(e *dialecttest.Env, t testing.TB) string {
		return e.Do(t, "super:super", "GET /graze/v1/getSecurityRealms").Body.String()
	}
	dialecttest.Run(t, w, dialecttest.Scenario{
		Name: "one after the other", As: as, Request: "GET /graze/v1/getSecurityRealms", Status: 403, Body: fault("403", "this needs one of the permissions: manage_realms"),
		After: func(t testing.TB, e *dialecttest.Env) {
			t.Helper()
			e.User(t, directory.NewUser{UserName: "super", Password: "super", Roles: []roster.Ref{{Number: roster.RoleSuperUser}}})
			if got := list(e, t); got != "{}" {
				t.Errorf("without realms the list is %s", got)
			}
			other := strings.Replace(documentedRealm, `"$firstname $lastname"`, `"$cn"`, 1)
			asText, _ := json.Marshal(documentedRealm)
			typed := `{"realmType":"SAML2",` + documentedRealm[1:]
			for _, step := range []struct{ call, want string }{
				{realmCall("create", `"name":"Test Saml Realm","type":"SAML2","active":"true","configuration":`+documentedRealm), "{" + shown("Test Saml Realm", documentedRealm) + "}"},
				{realmCall("create", `"name":"off","type":"SAML2","active":false,"configuration":`+string(asText)), "{" + shown("Test Saml Realm", documentedRealm) + "}"},
				{realmCall("update", `"name":"OFF","active":true`), "{" + shown("off", documentedRealm) + "," + shown("Test Saml Realm", documentedRealm) + "}"},
				{realmCall("update", `"name":"off","type":"SAML2","active":"","configuration":`+other), "{" + shown("off", other) + "," + shown("Test Saml Realm", documentedRealm) + "}"},
				{realmCall("update", `"name":"off","configuration":`+typed), "{" + shown("off", documentedRealm) + "," + shown("Test Saml Realm", documentedRealm) + "}"},
				{realmCall("update", `"name":"Test Saml Realm","active":false`), "{" + shown("off", documentedRealm) + "}"},
			} {
				if w := e.Do(t, "super:super", step.call); w.Code != 200 || w.Body.Len() > 0 || w.Header().Get("Content-Length") != "0" {
					t.Fatalf("%s is answered %d %s", step.call, w.Code, w.Body)
				}
				if got := list(e, t); got != step.want {
					t.Errorf("after %s the list is\n%s\nwant\n%s", step.call, got, step.want)
				}
			}
		},
	})
}

func TestRealmsAreRefusedThatAreWrong(t *testing.T) {
	t.Parallel()
	without := func(property string) string {
		var all map[string]any
		if err := json.Unmarshal([]byte(documentedRealm), &all); err != nil {
			t.Fatal(err)
		}
		delete(all, property)
		text, _ := json.Marshal(all)
		return string(text)
	}
	with := func(old, replacement string) string { return strings.Replace(documentedRealm, old, replacement, 1) }
	const needs = "this needs one of the permissions: manage_realms"
	conf := `,"configuration":`
	rows := []dialecttest.Scenario{
		{Name: "without anything", Request: realmCall("create", ``), Status: 400, Body: faults("3", "name is required", "type is required; configuration is required")},
		{Name: "without a configuration", Request: realmCall("create", `"name":"r","type":"SAML2"`), Status: 400, Body: fault("400", "configuration is required")},
		{Name: "of another type", Request: realmCall("create", `"name":"r","type":"LDAP"`+conf+documentedRealm), Status: 400, Body: fault("400", "type must be SAML2")},
		{Name: "with a configuration that is a list", Request: realmCall("create", `"name":"r","type":"SAML2","configuration":[1]`), Status: 400, Body: fault("400", "configuration must be an object or null")},
		{Name: "with a name that is taken", Request: realmCall("create", `"name":"There","type":"SAML2"`+conf+documentedRealm), Status: 400, Body: failed("400", "name is taken", "name is taken: that of the realm with the id …, which updateSecurityRealm changes")},
		{Name: "with a NUL in the name", Request: realmCall("create", `"name":"a\u0000","type":"SAML2"`+conf+documentedRealm), Status: 400, Body: fault("400", "name must not hold control characters")},
		{Name: "without default roles", Request: realmCall("create", `"name":"r","type":"SAML2"`+conf+without("defaultRoles")), Status: 400, Body: fault("400", "configuration.defaultRoles is required: at least one role")},
		{Name: "without a default group", Request: realmCall("create", `"name":"r","type":"SAML2"`+conf+without("defaultGroup")), Status: 400, Body: fault("400", "configuration.defaultGroup is required")},
		{Name: "without metadata", Request: realmCall("create", `"name":"r","type":"SAML2"`+conf+without("idpMetadataUrl")), Status: 400, Body: fault("400", "configuration.idpMetadata is required, or idpMetadataUrl")},
		{
			Name: "with a role, a team and a group that are not there", Status: 400,
			Request: realmCall("create", `"name":"r","type":"SAML2"`+conf+strings.NewReplacer("Operator", "Nobody", "Cloud DevOps", "Nowhere", "End-User", "None").Replace(documentedRealm)),
			Body: faults("3", `configuration.defaultRoles[0] names no role: \"Nobody\" (make it with: roster role create --name Nobody)`,
				`configuration.defaultTeams[0] names no team: \"Nowhere\" (make it with: roster team create --name Nowhere); `+
					`configuration.defaultGroup names no group: \"None\" (make it with: roster group create --name None)`),
		},
		{Name: "an update of one that is not there", Request: realmCall("update", `"name":"nowhere","active":true`), Status: 400, Body: fault("400", "name names no SAML realm")},
		{Name: "an update of one with a NUL in its name", Request: realmCall("update", `"name":"a\u0000","active":true`), Status: 400, Body: fault("400", "name names no SAML realm")},
		{Name: "an update without a name", Request: realmCall("update", `"active":true`), Status: 400, Body: fault("400", "name is required")},
		{Name: "an update that leaves out a mandatory property", Request: realmCall("update", `"name":"there"`+conf+without("defaultRoles")), Status: 400, Body: fault("400", "configuration.defaultRoles is required: at least one role")},
		{Name: "an update to another type", Request: realmCall("update", `"name":"there","type":"LDAP"`), Status: 400, Body: fault("400", "type must be SAML2")},
		{Name: "by an Administrator", As: "administrator:administrator", Request: realmCall("create", `"name":"r","type":"SAML2"`+conf+documentedRealm), Status: 403, Body: fault("403", needs)},
		{Name: "an update by an Administrator, who would become more", As: "administrator:administrator", Request: realmCall("update", `"name":"there"`+conf+with("Operator", "Super User")), Status: 403, Body: fault("403", needs)},
		{Name: "an update by a Manager", As: "manager:manager", Request: realmCall("update", `"name":"there","active":false`), Status: 403, Body: fault("403", needs)},
		{Name: "a list for a Grazer", As: as, Request: "GET /graze/v1/getSecurityRealms", Status: 403, Body: fault("403", needs)},
	}
	for i := range rows {
		if rows[i].As == "" {
			rows[i].As = "super:super"
		}
	}
	dialecttest.Run(t, dialecttest.World{Options: dialecttest.Options{Realms: offline{}}, Given: realms}, rows...)
}
