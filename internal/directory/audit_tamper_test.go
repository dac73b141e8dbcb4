package directory_test

import (
	"database/sql"
	"strings"
	"testing"
	"time"

	_ "modernc.org/sqlite"

	"roster"
	"roster/internal/directory"
)

// tampered is a statement that changes a column of the second entry or of the first seal, and what
// verification then names.
type tampered struct {
	column, statement string
	entry             bool // that entry; else the seal only
}

// tamperings has one of each column, in words that both engines understand.
var tamperings = []tampered{
	{"an entry's organization", "UPDATE audit_entries SET organization = organization + 100 WHERE request_id = 'second'", true},
	{"an entry's id", "UPDATE audit_entries SET id = [other] WHERE request_id = 'second'", true},
	{"an entry's at", "UPDATE audit_entries SET at = at + 1 WHERE request_id = 'second'", true},
	{"an entry's actor_kind", "UPDATE audit_entries SET actor_kind = 'system' WHERE request_id = 'second'", true},
	{"an entry's actor", "UPDATE audit_entries SET actor = 'user 9' WHERE request_id = 'second'", true},
	{"an entry's actor_name", "UPDATE audit_entries SET actor_name = 'eve' WHERE request_id = 'second'", true},
	{"an entry's face", "UPDATE audit_entries SET face = 'graze' WHERE request_id = 'second'", true},
	{"an entry's address", "UPDATE audit_entries SET address = '198.51.100.1' WHERE request_id = 'second'", true},
	{"an entry's request_id", "UPDATE audit_entries SET request_id = 'third' WHERE request_id = 'second'", true},
	{"an entry's action", "UPDATE audit_entries SET action = 'user.delete' WHERE request_id = 'second'", true},
	{"an entry's target", "UPDATE audit_entries SET target = [other] WHERE request_id = 'second'", true},
	{"an entry's target_name", "UPDATE audit_entries SET target_name = 'eve' WHERE request_id = 'second'", true},
	{"an entry's details", "UPDATE audit_entries SET details = '{}' WHERE request_id = 'second'", true},
	{"an entry's salt", "UPDATE audit_entries SET salt = [bytes] WHERE request_id = 'second'", true},
	{"an entry's personal_hash", "UPDATE audit_entries SET personal_hash = [bytes] WHERE request_id = 'second'", true},
	{"an entry", "DELETE FROM audit_entries WHERE request_id = 'second'", true},
	{"a seal's organization", "UPDATE audit_seals SET organization = organization + 100 WHERE number = 1", false},
	{"a seal's number", "UPDATE audit_seals SET number = 9 WHERE number = 1", false},
	{"a seal's ids", "UPDATE audit_seals SET ids = [bytes] WHERE number = 1", false},
	{"a seal's entry_hashes", "UPDATE audit_seals SET entry_hashes = [bytes] WHERE number = 1", false},
	{"a seal's through_id", "UPDATE audit_seals SET through_id = [other] WHERE number = 1", false},
	{"a seal's hash", "UPDATE audit_seals SET hash = [bytes] WHERE number = 1", false},
	{"a seal's sealed_at", "UPDATE audit_seals SET sealed_at = sealed_at + 1 WHERE number = 1", false},
	{"a seal", "DELETE FROM audit_seals WHERE number = 1", false},
}

// twoPages seals two pages of three entries that verbs made, and returns the second entry.
func (e *env) twoPages() roster.AuditEntry {
	e.t.Helper()
	s := e.sealer()
	e.another()
	for _, names := range [][]string{{"first", "second", "third"}, {"fourth", "fifth", "sixth"}} {
		for _, name := range names {
			by := e.admin
			by.RequestID, by.Address = name, "192.0.2.1"
			must(e.CreateDepartment(e.t.Context(), by, directory.NewDepartment{Name: name}))(e.t)
		}
		e.advance(3 * time.Minute)
		e.seals(s)
	}
	e.verifies(6, 0, 0)
	entries, err := e.ListAudit(e.t.Context(), e.admin, directory.AuditList{Limit: 2})
	if err != nil {
		e.t.Fatal(err)
	}
	var second roster.AuditEntry
	for entry, err := range entries {
		if err != nil {
			e.t.Fatal(err)
		}
		second = entry
	}
	return second
}

func TestAChangeOfAnyColumnOfTheAuditIsFound(t *testing.T) {
	onEach(t, func(t *testing.T, fresh func() *env) {
		for _, c := range tamperings {
			e := fresh()
			second := e.twoPages()
			e.runs(c.statement)
			v := must(e.VerifyAudit(t.Context(), e.admin, directory.None{}))(t)
			if v.Reason == "" || c.entry && v.Bad != second.ID || v.Seal < 1 {
				t.Errorf("%s is changed: verification finds %q in seal %d, entry %q", c.column, v.Reason, v.Seal, v.Bad)
			}
		}
	})
}

func TestTheChainStaysValidWhenSidesAreErased(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		second := e.twoPages()
		org := e.admin.OrganizationID
		e.writes(func(tx directory.Tx) error { return tx.EraseAuditTarget(org, second.Target) })
		if v := e.verifies(6, 0, 0); v.Erased != 1 {
			t.Errorf("%d entries are erased, want 1", v.Erased)
		}
		after := roster.AuditID("")
		for more := true; more; more = after != "" {
			e.writes(func(tx directory.Tx) (err error) {
				after, err = tx.EraseAuditActors(org, map[string]bool{second.Actor: true}, after, 4)
				return err
			})
			e.verifies(6, 0, 0)
		}
		if v := e.verifies(6, 0, 0); v.Erased != 6 {
			t.Errorf("%d entries are erased, want 6", v.Erased)
		}
		got := must(e.GetAuditEntry(t.Context(), e.admin, second.ID))(t)
		if got.ActorName+got.Address+got.TargetName+string(got.Details)+got.Salt != "" || got.Actor != second.Actor || got.Target != second.Target {
			t.Errorf("the erased entry is %+v", got)
		}
		e.runs("UPDATE audit_entries SET target_name = 'eve' WHERE request_id = 'second'")
		if v := must(e.VerifyAudit(t.Context(), e.admin, directory.None{}))(t); v.Bad != second.ID {
			t.Errorf("a name that came back is not found: %+v", v)
		}
	})
}

// runs runs a statement past the store.
func (e *env) runs(statement string) {
	e.t.Helper()
	driver := map[string]string{"sqlite": "sqlite", "postgres": "pgx"}[e.store.Engine()]
	db, err := sql.Open(driver, strings.TrimPrefix(e.url, "sqlite:"))
	if err != nil {
		e.t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(replaced[e.store.Engine()].Replace(statement)); err != nil {
		e.t.Fatalf("%s: %v", statement, err)
	}
}

// replaced are the words of tamperings that engines have different ones for.
var replaced = map[string]*strings.Replacer{
	"sqlite":   strings.NewReplacer("[other]", "X'01900000000070008000000000000001'", "[bytes]", "X'5a5a'"),
	"postgres": strings.NewReplacer("[other]", "'01900000-0000-7000-8000-000000000001'", "[bytes]", `'\x5a5a'`),
}
