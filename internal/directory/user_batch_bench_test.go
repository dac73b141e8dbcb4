package directory_test

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"roster"
	"roster/internal/auth"
	"roster/internal/directory"
	"roster/internal/pgtest"
	"roster/internal/store"
)

// BenchmarkCreateUsers creates a thousand users at a time, each with an email, a role, a group and
// the default matrix.
func BenchmarkCreateUsers(b *testing.B) {
	for name, url := range map[string]func(testing.TB) string{
		"sqlite":   func(t testing.TB) string { return "sqlite:" + filepath.Join(t.TempDir(), "roster.db") },
		"postgres": pgtest.URL,
	} {
		for _, welcome := range []bool{false, true} {
			b.Run(fmt.Sprint(name, "/welcome=", welcome), func(b *testing.B) {
				db, err := store.Open(b.Context(), url(b), store.Options{})
				if err != nil {
					b.Fatal(err)
				}
				b.Cleanup(func() { _ = db.Close(b.Context()) })
				d := directory.New(directory.Options{Store: db, Passwords: auth.NewHasher(time.Now), Secrets: auth.Secrets{}, Sealer: auth.Keys{}.Sealer("test"), Now: time.Now, RetryKey: []byte("key")})
				by := roster.Actor{Kind: roster.ActorOperator, Face: roster.FaceCLI, Name: "operator"}
				made, err := d.SetUpOrganization(b.Context(), by, roster.DefaultOrganization)
				if err != nil {
					b.Fatal(err)
				}
				by.OrganizationID = made.Organization.ID
				if _, err := d.CreateGroup(b.Context(), by, directory.NewGroup{Kind: roster.KindGroup, Name: "Ops"}); err != nil {
					b.Fatal(err)
				}
				n := 0
				for b.Loop() {
					in := directory.NewUsers{Users: make([]directory.NewUser, directory.MaxBatch)}
					for i := range in.Users {
						n++
						email := fmt.Sprintf("ada.lovelace%d@example.com", n)
						in.Users[i] = directory.NewUser{
							UserName: email, DisplayName: "Ada Lovelace", Email: email, SendWelcomeEmail: welcome,
							Roles: []roster.Ref{{Name: "Operator"}}, Groups: []roster.Ref{{Name: "Ops"}},
						}
					}
					out, err := d.CreateUsers(b.Context(), by, in)
					if err != nil || out.Results[0].Err != nil {
						b.Fatal(err, out.Results[0].Err)
					}
				}
				b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "users/s")
			})
		}
	}
}
