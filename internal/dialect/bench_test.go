package dialect_test

import (
	"testing"

	"roster/internal/dialect"
)

// createUser is the documented example of Graze's createUser, a body of the usual size.
const createUser = `{"username" : "johndoe1", "roles" : ["Super User", "Operator"], "password" : "johndoe1", "active" : true, "email" : "johndoe@moogsoft.com", "fullname" : "John Doe", "primary_group" : "Network", "department" : "Support", "joined" : 1494951621, "timezone" : "Europe/London", "contact_num" : "555-1234", "session_expiry" : null, "teams" : ["my team 1","my team 2","my team 3"], "properties" : null}`

func BenchmarkParse(b *testing.B) {
	text := []byte(createUser)
	b.ReportAllocs()
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if _, err := dialect.Parse(text); err != nil {
			b.Fatal(err)
		}
	}
}
