package graze_test

import (
	"testing"

	"roster"
	"roster/internal/dialect/dialecttest"
	"roster/internal/directory"
)

// documented is what the examples of Graze's documentation take for granted.
func documented(t testing.TB, e *dialecttest.Env) {
	t.Helper()
	e.Group(t, "Network")
	e.Department(t, "Support")
	for _, team := range []string{"my team 1", "my team 2", "my team 3"} {
		e.Team(t, team)
	}
	e.User(t, directory.NewUser{
		UserName: "graze", DisplayName: "Graze API User", Password: "graze",
		Roles: []roster.Ref{{Number: roster.RoleGrazer}},
	})
}

// as is the credential of the documented examples.
const as = "graze:graze"

// post is the beginning of a documented POST up to its body.
const post = "Content-Type: application/json; charset=UTF-8\n\n"

// failed is the body of an error: message as it is, debug in the place of debugMessage.
func failed(status, message, debug string) string {
	return `{"message":"` + message + `","statusCode":` + status + `,"additional":{"debugMessage":"` + debug + `"}}`
}

// fault is the body of an error with one fault.
func fault(status, message string) string { return failed(status, message, message) }

// faults is the body of an error with several faults.
func faults(n, first, rest string) string {
	return failed("400", first+" (debugMessage lists all "+n+" faults)", first+"; "+rest)
}

const notAuthenticated = `{"message":"User is not authenticated","statusCode":3001}`
