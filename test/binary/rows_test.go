package binary_test

import (
	"database/sql"
	"regexp"
	"testing"

	sqlitedriver "modernc.org/sqlite"
)

// halves are what must never be in a database: one part of a change without the others. Each query
// counts it, in words that both engines understand; [u.id] is an id as text without dashes.
var halves = []struct{ what, query string }{
	{"users whose making is not in the audit, or is there twice", `SELECT COUNT(*) FROM users u WHERE 1 <> (
		SELECT COUNT(*) FROM audit_entries a
		WHERE a.organization = u.organization AND a.target = u.id AND a.action = 'user.create')`},
	{"audit entries of users who are not there", `SELECT COUNT(*) FROM audit_entries a WHERE a.action = 'user.create'
		AND NOT EXISTS (SELECT 1 FROM users u WHERE u.organization = a.organization AND u.id = a.target)`},
	{"audit entries without their details", `SELECT COUNT(*) FROM audit_entries a WHERE a.details = ''`},
	{"welcome emails for users who are not there", `SELECT COUNT(*) FROM jobs j WHERE j.kind = 'welcome-email'
		AND NOT EXISTS (SELECT 1 FROM users u WHERE u.organization = j.organization AND [u.id] = replace(substr(j.job_key, 9, 36), '-', ''))`},
	// The commands of these tests make groups, departments and tokens over the native API, which
	// remembers them too.
	{"remembered creates without a record", `SELECT COUNT(*) FROM retries r WHERE r.resource_id NOT LIKE '[%'
		AND NOT EXISTS (SELECT 1 FROM users u WHERE u.organization = r.organization AND [u.id] = replace(r.resource_id, '-', ''))
		AND NOT EXISTS (SELECT 1 FROM groups g WHERE g.organization = r.organization AND [g.id] = replace(r.resource_id, '-', ''))
		AND NOT EXISTS (SELECT 1 FROM departments d WHERE d.organization = r.organization AND [d.id] = replace(r.resource_id, '-', ''))
		AND NOT EXISTS (SELECT 1 FROM tokens t WHERE t.organization = r.organization AND [t.id] = replace(r.resource_id, '-', ''))`},
	{"members who are not there", `SELECT COUNT(*) FROM group_members m WHERE NOT EXISTS (
		SELECT 1 FROM users u WHERE u.organization = m.organization AND u.number = m.user_number)`},
	{"contact methods of users who are not there", `SELECT COUNT(*) FROM contact_methods c WHERE NOT EXISTS (
		SELECT 1 FROM users u WHERE u.organization = c.organization AND u.number = c.user_number)`},
	{"roles of users who are not there", `SELECT COUNT(*) FROM user_roles r WHERE NOT EXISTS (
		SELECT 1 FROM users u WHERE u.organization = r.organization AND u.number = r.user_number)`},

	// The users that these tests make: welcome.… over CheckCentral, graze.… over Graze.
	{"users of CheckCentral's without one welcome email", `SELECT COUNT(*) FROM users u LEFT JOIN (
			SELECT organization, replace(substr(job_key, 9, 36), '-', '') AS user_id, COUNT(*) AS jobs
			FROM jobs WHERE kind = 'welcome-email' GROUP BY organization, substr(job_key, 9, 36)
		) j ON j.organization = u.organization AND j.user_id = [u.id]
		WHERE u.user_name LIKE 'welcome.%' AND COALESCE(j.jobs, 0) <> 1`},
	{"users of CheckCentral's without a group, two preferences, an address and their level", `SELECT COUNT(*) FROM users u
		WHERE u.user_name LIKE 'welcome.%' AND (u.access_level <> 'user' OR u.email <> u.user_name
		OR 1 <> ` + rowsOf("group_members") + ` OR u.preferences NOT LIKE '%=% %=%' OR 0 <> ` + rowsOf("contact_methods") + `)`},
	{"users of Graze's without a group, two teams, two roles, a phone and an address, a department and the default matrix", `SELECT COUNT(*) FROM users u
		WHERE u.user_name LIKE 'graze.%' AND (u.department_number IS NULL OR u.primary_group_number IS NULL
		OR 3 <> ` + rowsOf("group_members") + ` OR 2 <> ` + rowsOf("user_roles") + `
		OR u.email = '' OR 1 <> ` + rowsOf("contact_methods") + ` OR u.preferences <> 'failures=email')`},
	{"users of Graze's without the password that they came with", `SELECT COUNT(*) FROM users u
		WHERE u.user_name LIKE 'graze.password.%' AND u.password_hash NOT LIKE '$argon2id$%'`},
}

// rowsOf counts a user's rows in a table.
func rowsOf(table string) string {
	return "(SELECT COUNT(*) FROM " + table + " x WHERE x.organization = u.organization AND x.user_number = u.number)"
}

// withIDs replaces each [column] by the SQL for the id in it, as text without dashes.
func withIDs(db *sql.DB, query string) string {
	form := "replace(CAST($1 AS TEXT), '-', '')"
	if _, inFile := db.Driver().(*sqlitedriver.Driver); inFile {
		form = "lower(hex($1))"
	}
	return regexp.MustCompile(`\[(\w+\.?\w*)\]`).ReplaceAllString(query, form)
}

// checkWhole asks that nothing in the database is half made.
func checkWhole(t testing.TB, db *sql.DB) {
	t.Helper()
	for _, h := range halves {
		if n := count(t, db, withIDs(db, h.query)); n != 0 {
			t.Errorf("%d %s", n, h.what)
		}
	}
}

// checkFile asks SQLite whether the file is sound.
func checkFile(t testing.TB, db *sql.DB) {
	t.Helper()
	var verdict string
	if err := db.QueryRowContext(t.Context(), "PRAGMA integrity_check").Scan(&verdict); err != nil || verdict != "ok" {
		t.Errorf("integrity_check says %q, %v", verdict, err)
	}
	if n := count(t, db, "SELECT COUNT(*) FROM pragma_foreign_key_check"); n != 0 {
		t.Errorf("foreign_key_check finds %d rows", n)
	}
}
