package api_test

import (
	"testing"

	"roster"
	"roster/internal/dialect/dialecttest"
	"roster/internal/directory"
)

// office has an administrator's token and some records.
func office(t testing.TB, e *dialecttest.Env) {
	t.Helper()
	e.Token(t, directory.NewToken{Name: "write", Access: roster.AccessReadWrite})
	e.Token(t, directory.NewToken{Name: "read", Access: roster.AccessRead})
	e.Group(t, "Network")
}

func TestGroups(t *testing.T) {
	t.Parallel()
	const network = `{"id":"{group Network}","number":2,"displayName":"Network","description":"Network's people","active":true,"memberCount":0,"version":…,"createdAt":"2026-11-21T18:00:00Z"}`
	dialecttest.Run(t, dialecttest.World{Given: office}, []dialecttest.Scenario{
		{
			Name: "one is made", As: "Bearer {token write}", Status: 201,
			Request: "POST /api/v1/groups\nContent-Type: application/json\n\n" + `{"displayName":"New","description":"x"}`,
			Body:    `{"id":"…","number":…,"displayName":"New","description":"x","active":true,"memberCount":0,"version":…,"createdAt":"2026-11-21T18:00:00Z"}`,
		},
		{
			Name: "all faults come at once", As: "Bearer {token write}", Status: 422,
			Request: "POST /api/v1/groups\nContent-Type: application/json\n\n" + `{"displayName":7,"descriptio":"x","members":["nobody"],"active":"yes"}`,
			Body: `{"type":"urn:roster:problem:invalid","title":"The request is not valid","status":422,"detail":"displayName must be a string of 1 to 255 characters (and 3 more)","requestId":"…","errors":[` +
				`{"pointer":"#/displayName","detail":"must be a string of 1 to 255 characters"},{"pointer":"#/descriptio","detail":"is not known here"},` +
				`{"pointer":"#/active","detail":"must be true or false, or null"},{"pointer":"#/members/0","detail":"names no user: \"nobody\""}]}`,
		},
		{
			Name: "a filter picks some", As: "Bearer {token read}", Status: 200, Request: "GET /api/v1/groups?filter=displayName+eq+%22network%22",
			Body: `{"items":[` + network + `]}`,
		},
		{
			Name: "every wrong parameter is named", As: "Bearer {token read}", Status: 400, Request: "GET /api/v1/groups?x=1&limit=0",
			Body: `{"type":"urn:roster:problem:invalid","title":"The request cannot be read","status":400,"detail":"x is no parameter of this call (and 1 more)","requestId":"…","errors":[` +
				`{"parameter":"x","detail":"is no parameter of this call"},{"parameter":"limit","detail":"must be a whole number from 1 to 1000"}]}`,
		},
		{
			Name: "another method", As: "Bearer {token read}", Status: 405, Request: "PUT /api/v1/groups", Header: map[string]string{"Allow": "GET, HEAD, POST"},
			Body: `{"type":"urn:roster:problem:method-not-allowed","title":"The method is another one","status":405,"detail":"Call this endpoint with GET or HEAD or POST.","requestId":"…"}`,
		},
	}...)
}
