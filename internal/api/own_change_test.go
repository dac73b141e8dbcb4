package api_test

import (
	"testing"

	"roster"
	"roster/internal/dialect/dialecttest"
	"roster/internal/directory"
)

func TestAPersonChangesItself(t *testing.T) {
	t.Parallel()
	given := func(t testing.TB, e *dialecttest.Env) {
		t.Helper()
		staff(t, e)
		for _, name := range []string{"p1", "p2", "p3", "p4", "p5"} {
			e.User(t, directory.NewUser{UserName: name, Password: password})
			e.Token(t, directory.NewToken{Name: name, Access: roster.AccessReadWrite, UserName: name})
		}
		e.Token(t, directory.NewToken{Name: "p4 reads", Access: roster.AccessRead, UserName: "p4"})
		e.User(t, directory.NewUser{UserName: "gone", Password: password, Active: roster.Some(false)})
		cookie, _ := signIn(t, e, "p3")
		e.Set("cookie", cookie)
	}
	const (
		own      = `{"failures":["email"],"warnings":["sms"],"unmatched":[],"digest":[],"pages":null,"delays":{}}`
		warnings = `{"warnings":["sms"]}`
		notOwn   = "may be changed only with the permission manage_users; you may change your own preferences and time zone"
	)
	merge := func(path, body string) string {
		return "PATCH /api/v1/users/" + path + "\nContent-Type: application/merge-patch+json\n\n" + body
	}
	changed := func(name, version string) string {
		return shown("{user "+name+"}", name, "SYSTEM", "Asia/Tokyo", `"hasPassword":false`, `"hasPassword":true`,
			`"preferences":{"failures":["email"],"warnings":[],"unmatched":[],"digest":[],"pages":null,"delays":{}}`, `"preferences":`+own,
			`{"profile":"api","access":"api","groups":"api","reach":"api"}`, `{"profile":"api","access":"system","groups":"system","reach":"api"}`, `"version":1`, `"version":`+version)
	}
	unchanged := func(name string) func(testing.TB, *dialecttest.Env) {
		return func(t testing.TB, e *dialecttest.Env) {
			t.Helper()
			if u := e.Get(t, name); u.Version != 1 || u.DisplayName != name || u.TimeZone != roster.SystemTimeZone || len(u.Preferences) != 1 {
				t.Errorf("the user became %+v", u)
			}
		}
	}
	const rights = "this needs one of the permissions: manage_users"
	rows := []dialecttest.Scenario{
		{
			Name: "with a password", As: "p1:" + password, Status: 200, Header: map[string]string{"ETag": `"v2.…"`},
			Request: merge("me", `{"timezone":"Asia/Tokyo","preferences":`+warnings+`}`), Body: changed("p1", "2"),
			After: func(t testing.TB, e *dialecttest.Env) {
				t.Helper()
				entries, err := e.Directory.ListAudit(t.Context(), e.By, directory.AuditList{Target: string(e.Get(t, "p1").ID), Newest: true, Limit: 1})
				if err != nil {
					t.Fatal(err)
				}
				for entry, err := range entries {
					if err != nil || entry.Action != "user.update" || entry.Actor != "user "+entry.Target || entry.ActorName != "p1" {
						t.Errorf("the audit says %+v, %v", entry, err)
					}
				}
				answers(t, e, "p1:"+password, "PATCH /api/v1/users/me\nIf-Match: \"v1\""+sendJSON+`{"timezone":null}`, 412)
			},
		},
		{
			Name: "with a token", As: "Bearer {token p2}", Status: 200,
			Request: merge("{user p2}", `{"preferences":`+warnings+`,"timezone":"Asia/Tokyo"}`), Body: changed("p2", "2"),
		},
		{Name: "in a session", Status: 200, Request: "PATCH /api/v1/users/me/preferences\n{cookie}" + sendJSON + warnings, Body: own},
		{
			Name: "with a token that may only read", As: "Bearer {token p4 reads}", Status: 403, Request: merge("me/preferences", warnings),
			Body: forbidden("this credential may only read"), After: unchanged("p4"),
		},
		{Name: "who is not active", As: "gone:" + password, Status: 401, Request: merge("me/preferences", warnings), Body: unproved},
		{
			Name: "in what is not its own", As: "p4:" + password, Status: 403, Request: merge("me", `{"displayName":"Chief"}`),
			Body: refused(403, "forbidden", "The credential may not do this", "displayName "+notOwn, at("displayName", notOwn)), After: unchanged("p4"),
		},
		{
			Name: "in both", As: "Bearer {token p4}", Status: 403, After: unchanged("p4"),
			Request: merge("me", `{"timezone":"Asia/Tokyo","email":"me@example.com","phoneNumber":"1","accessLevelGroups":["Acme"],"preferences":`+warnings+`}`),
			Body: refused(403, "forbidden", "The credential may not do this", "email "+notOwn+" (and 2 more)",
				at("email", notOwn), at("accessLevelGroups", notOwn), at("phoneNumber", notOwn)),
		},
		{
			Name: "wrongly", As: "p4:" + password, Status: 422, After: unchanged("p4"), Request: merge("me", `{"timezone":7,"preferences":{"warnings":["fax"]}}`),
			Body: invalid("timezone must be a string of at most 255 characters, or null (and 1 more)", at("timezone", "must be a string of at most 255 characters, or null"),
				at("preferences/warnings/0", "must be one of: email, sms, push, pushbullet, pushover, call")),
		},
		{Name: "but nobody else", As: "p4:" + password, Status: 403, Request: merge("{user p5}", `{"timezone":"Asia/Tokyo"}`), Body: forbidden(rights), After: unchanged("p5")},
		{Name: "nor whom the caller reads", As: "reader:" + password, Status: 403, Request: merge("{user p5}/preferences", warnings), Body: forbidden(rights), After: unchanged("p5")},
		{Name: "nor nobody", As: "p4:" + password, Status: 403, Request: merge(nobodys, `{"timezone":"Asia/Tokyo"}`), Body: forbidden(rights)},
		{Name: "while a manager of one group sees nobody else", As: "Bearer {token acme}", Status: 404, Request: merge("{user p5}/preferences", warnings), Body: missing, After: unchanged("p5")},
		{Name: "and an administrator changes anybody", As: "boss:" + password, Status: 200, Request: merge("{user ann}/preferences", warnings), Body: own},
	}
	dialecttest.Run(t, dialecttest.World{Given: described(given)}, rows...)
}
