package store_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"

	"roster"
	"roster/internal/directory"
	"roster/internal/pgtest"
	"roster/internal/store"
)

// callers is the number of concurrent callers in the benchmarks.
const callers = 64

// population is an organization to create users in.
type population struct {
	db   *store.DB
	org  roster.OrganizationID
	next atomic.Int64
}

func newID() string { return uuid.Must(uuid.NewV7()).String() }

func populate(b *testing.B, db *store.DB) *population {
	b.Helper()
	p := &population{db: db, org: roster.OrganizationID(newID())}
	err := db.Update(b.Context(), func(tx directory.Tx) error {
		if err := tx.InsertOrganization(roster.Organization{ID: p.org, Slug: "default"}); err != nil {
			return err
		}
		for _, r := range roster.ShippedRoles() {
			r.ID, r.OrganizationID = roster.RoleID(newID()), p.org
			if _, err := tx.InsertRole(r, directory.Fold(r.Name)); err != nil {
				return err
			}
		}
		for kind, name := range map[roster.GroupKind]string{roster.KindGroup: "ops", roster.KindTeam: "cloud"} {
			g := roster.Group{ID: roster.GroupID(newID()), OrganizationID: p.org, Kind: kind, Name: name}
			if _, err := tx.InsertGroup(g, name); err != nil {
				return err
			}
		}
		prefs := []roster.Preference{{Type: roster.TypeFailures, Services: []roster.Service{roster.ServiceEmail}}}
		return tx.SetDefaultPreferences(p.org, "", prefs)
	})
	if err != nil {
		b.Fatal(err)
	}
	return p
}

// create does the same as the verb in its transaction.
func (p *population) create(ctx context.Context) error {
	name := fmt.Sprintf("user%d@example.com", p.next.Add(1))
	id, now := roster.UserID(newID()), time.Now()
	u := directory.NewUserRow{
		User: roster.User{
			ID: id, OrganizationID: p.org, UserName: name, DisplayName: "Ada Lovelace", Email: name, Active: true,
			AccessLevel: roster.LevelCustom, Realm: roster.RealmDB, TimeZone: roster.SystemTimeZone, Version: 1, CreatedAt: now, UpdatedAt: now,
			ContactMethods: []roster.ContactMethod{{ID: roster.ContactMethodID(newID()), Service: roster.ServiceEmail, Address: name, CreatedAt: now}},
		},
		UserKey: name, EmailKey: name,
	}
	audit := roster.AuditEntry{
		ID: roster.AuditID(newID()), OrganizationID: p.org, At: now, ActorKind: roster.ActorUser, Actor: "user " + string(id), ActorName: "graze",
		Face: roster.FaceGraze, Address: "192.0.2.1", RequestID: newID(), Action: "user.create", Target: string(id), TargetName: name,
		PersonalHash: fmt.Sprintf("%064d", 1), Salt: "00112233445566778899aabbccddeeff", Details: make([]byte, 400),
	}
	for i := range audit.Details {
		audit.Details[i] = 'x'
	}
	job := roster.Job{ID: roster.JobID(newID()), OrganizationID: p.org, Lane: roster.LaneWelcome, Kind: roster.JobWelcomeEmail, Key: "welcome " + string(id), Payload: []byte(`{}`), RunAt: now, CreatedAt: now}
	return p.db.Update(ctx, func(tx directory.Tx) error {
		if _, err := tx.InsertRetry(directory.Retry{OrganizationID: p.org, Key: fmt.Sprintf("%064x", p.next.Load()), ResourceID: string(id), CreatedAt: now}); err != nil {
			return err
		}
		roles, err := tx.FindRoles(p.org, []roster.Ref{{Name: "Operator"}})
		if err != nil {
			return err
		}
		u.Roles = []roster.RoleGrant{{RoleLink: roster.RoleLink{ID: roles[0].ID}}}
		groups, err := tx.FindGroups(p.org, roster.KindGroup, []roster.Ref{{Name: "Ops"}})
		if err != nil {
			return err
		}
		u.Groups = []roster.GroupLink{{ID: groups[0].ID}}
		teams, err := tx.FindGroups(p.org, roster.KindTeam, []roster.Ref{{Name: "cloud"}})
		if err != nil {
			return err
		}
		u.Teams = []roster.GroupLink{{ID: teams[0].ID}}
		if u.Preferences, err = tx.DefaultPreferences(p.org, []roster.GroupID{groups[0].ID, teams[0].ID}); err != nil {
			return err
		}
		if _, err = tx.InsertUser(u); err != nil {
			return err
		}
		if err := tx.InsertAudit(audit); err != nil {
			return err
		}
		return tx.Enqueue(job)
	})
}

// together runs do b.N times in total, from several goroutines at once.
func together(b *testing.B, callers int, do func() error) {
	b.Helper()
	var left atomic.Int64
	left.Store(int64(b.N))
	var wg sync.WaitGroup
	before := cpuTime()
	b.ResetTimer()
	for range callers {
		wg.Go(func() {
			for left.Add(-1) >= 0 {
				if err := do(); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "ops/s")
	b.ReportMetric(float64((cpuTime()-before).Microseconds())/float64(b.N), "cpu-µs/op")
}

// cpuTime returns the time that this process has used on all cores. Other work on the machine
// hardly changes it.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func BenchmarkCreateUserSQLite(b *testing.B) {
	for _, n := range []int{1, 8, callers} {
		b.Run(fmt.Sprint(n, " callers"), func(b *testing.B) {
			p := populate(b, openSQLite(b))
			together(b, n, func() error { return p.create(b.Context()) })
		})
	}
}

func BenchmarkCreateUserPostgreSQL(b *testing.B) {
	for _, n := range []int{1, callers} {
		b.Run(fmt.Sprint(n, " callers"), func(b *testing.B) {
			p := populate(b, open(b, pgtest.URL(b)))
			together(b, n, func() error { return p.create(b.Context()) })
		})
	}
}

func BenchmarkReadSQLite(b *testing.B) {
	p := populate(b, openSQLite(b))
	for range 2000 {
		if err := p.create(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
	for name, read := range map[string]func(directory.Tx) error{
		"account by name": func(tx directory.Tx) error {
			_, err := tx.AccountByName(p.org, fmt.Sprintf("user%d@example.com", 1+p.next.Add(1)%2000))
			return err
		},
		"user with everything": func(tx directory.Tx) error {
			sel := directory.UserSelector{Number: 1 + p.next.Add(1)%2000}
			_, err := tx.User(p.org, sel, directory.WithRoles|directory.WithGroups|directory.WithTeams|directory.WithReach)
			return err
		},
		"page of 100 with everything": func(tx directory.Tx) error {
			q := directory.UserQuery{After: &directory.UserPlace{Number: p.next.Add(1) % 1800}, Limit: 100}
			_, err := tx.Users(p.org, q, directory.WithRoles|directory.WithGroups|directory.WithTeams|directory.WithReach)
			return err
		},
		"nothing": func(directory.Tx) error { return nil },
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			together(b, 8, func() error { return p.db.View(b.Context(), read) })
		})
	}
}

// BenchmarkFdatasync is the control: it measures how often the disk lets one writer flush.
func BenchmarkFdatasync(b *testing.B) {
	f, err := os.Create(filepath.Join(b.TempDir(), "control"))
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	page := make([]byte, 4096)
	for i := range b.N {
		if _, err := f.WriteAt(page, int64(i%4096)*4096); err != nil {
			b.Fatal(err)
		}
		if err := syscall.Fdatasync(int(f.Fd())); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "ops/s")
}
