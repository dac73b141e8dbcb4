package store

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"roster"
	"roster/internal/directory"
)

// userColumn describes one column of a user: the SQL that reads it, the statements that write it,
// and the Go value that both share. Every statement that reads or writes whole users is built from
// userColumns only.
type userColumn struct {
	name   string // column of the table users; "" if it is never written
	read   string // the expression that reads it; "" if it is never read
	table  string // the table whose record it refers to: its value is then the record's id, and its number is written; "" for other columns
	insert bool   // an insert writes it
	update bool   // an update writes it

	follows string // an update writes it only if it changes this column

	// value returns a pointer to the value in the row, as Scan takes it and storedAs reads it. For
	// a column that is never read it may return the value itself.
	value func(*userRow) any
}

type userRow = directory.NewUserRow

// readWrite is a column that inserts and updates write, and that is read unchanged.
func readWrite(name string, value func(*userRow) any) userColumn {
	return userColumn{name: name, read: "u." + name, insert: true, update: true, value: value}
}

// readInsert is a column that only inserts write.
func readInsert(name string, value func(*userRow) any) userColumn {
	return userColumn{name: name, read: "u." + name, insert: true, value: value}
}

// writeOnly is a column that inserts and updates write, but that is not read with the user. Keys
// are such columns.
func writeOnly(name string, value func(*userRow) any) userColumn {
	return userColumn{name: name, insert: true, update: true, value: value}
}

// reference is a column that refers to a record of a table, or is null.
func reference(name, table string, value func(*userRow) any) userColumn {
	return userColumn{name: name, table: table, insert: true, update: true, value: value}
}

// insertOnly is a column that only inserts write, and that is not read with the user.
func insertOnly(name string, value func(*userRow) any) userColumn {
	return userColumn{name: name, insert: true, value: value}
}

// readExpression is an expression that is read but never written.
func readExpression(read string, value func(*userRow) any) userColumn {
	return userColumn{read: read, value: value}
}

// userColumns are the columns of a user. A new column needs a line here and a migration.
var userColumns = []userColumn{
	readExpression("u.number", func(u *userRow) any { return &u.Number }),
	readInsert("id", func(u *userRow) any { return optional{(*string)(&u.ID)} }),
	insertOnly("organization", func(u *userRow) any { return u.OrganizationID }), // whoever reads users knows it
	readWrite("user_name", func(u *userRow) any { return &u.UserName }),
	writeOnly("user_key", func(u *userRow) any { return orNull(u.UserKey) }),
	readWrite("display_name", func(u *userRow) any { return &u.DisplayName }),
	writeOnly("display_key", func(u *userRow) any { return directory.SortKey(u.DisplayName) }),
	readWrite("title", func(u *userRow) any { return &u.Title }),
	readWrite("email", func(u *userRow) any { return &u.Email }),
	writeOnly("email_key", func(u *userRow) any { return &u.EmailKey }),
	readWrite("email_confirmed_at", func(u *userRow) any { return instant{&u.EmailConfirmedAt} }),
	readWrite("email_set_at", func(u *userRow) any { return instant{&u.EmailSetAt} }),
	readWrite("external_id", func(u *userRow) any { return &u.ExternalID }),
	readWrite("active", func(u *userRow) any { return &u.Active }),
	readWrite("access_level", func(u *userRow) any { return (*string)(&u.AccessLevel) }),
	readWrite("realm", func(u *userRow) any { return &u.Realm }),
	insertOnly("password_hash", func(u *userRow) any { return (*string)(&u.PasswordHash) }), // SetPassword updates it
	insertOnly("credential_version", func(*userRow) any { return 1 }),
	insertOnly("create_fingerprint", func(u *userRow) any { return digest(u.Fingerprint) }),
	{name: "email_claim", insert: true, update: true, follows: "email_key", value: func(u *userRow) any { return orNull(u.EmailClaim) }},
	readExpression("u.password_hash <> ''", func(u *userRow) any { return &u.HasPassword }),
	reference("primary_group_number", "groups", func(u *userRow) any { return uidOrNull(u.PrimaryGroup.ID) }),
	readExpression("g.id", func(u *userRow) any { return optional{(*string)(&u.PrimaryGroup.ID)} }),
	readExpression("COALESCE(g.number, 0)", func(u *userRow) any { return &u.PrimaryGroup.Number }),
	readExpression("COALESCE(g.name, '')", func(u *userRow) any { return &u.PrimaryGroup.Name }),
	reference("department_number", "departments", func(u *userRow) any { return uidOrNull(u.Department.ID) }),
	readExpression("d.id", func(u *userRow) any { return optional{(*string)(&u.Department.ID)} }),
	readExpression("COALESCE(d.number, 0)", func(u *userRow) any { return &u.Department.Number }),
	readExpression("COALESCE(d.name, '')", func(u *userRow) any { return &u.Department.Name }),
	readWrite("joined_at", func(u *userRow) any { return instant{&u.JoinedAt} }),
	readWrite("time_zone", func(u *userRow) any { return &u.TimeZone }),
	writeOnly("time_zone_unknown", func(u *userRow) any { return &u.TimeZoneUnknown }),
	readWrite("contact_number", func(u *userRow) any { return &u.ContactNumber }),
	readWrite("session_expiry", func(u *userRow) any { return span{&u.SessionExpiry} }),
	readWrite("competencies", func(u *userRow) any { return competencies{&u.Competencies} }),
	readWrite("properties", func(u *userRow) any { return document{&u.Properties} }),
	readWrite("preferences", func(u *userRow) any { return preferences{&u.Preferences} }),
	writeOnly("wants_unmatched", func(u *userRow) any { return chose(u.Preferences, roster.TypeUnmatched) }),
	writeOnly("wants_digest", func(u *userRow) any { return chose(u.Preferences, roster.TypeDigest) }),
	readWrite("managed_profile", func(u *userRow) any { return (*string)(&u.ManagedBy.Profile) }),
	readWrite("managed_access", func(u *userRow) any { return (*string)(&u.ManagedBy.Access) }),
	readWrite("managed_groups", func(u *userRow) any { return (*string)(&u.ManagedBy.Groups) }),
	readWrite("managed_reach", func(u *userRow) any { return (*string)(&u.ManagedBy.Reach) }),
	readWrite("version", func(u *userRow) any { return &u.Version }),
	readInsert("created_at", func(u *userRow) any { return instant{&u.CreatedAt} }),
	readWrite("updated_at", func(u *userRow) any { return instant{&u.UpdatedAt} }),
}

// The columns of each kind of statement, and the statements built from them.
var (
	readColumns   = columnsThat(func(c userColumn) bool { return c.read != "" })
	insertColumns = columnsThat(func(c userColumn) bool { return c.insert })
	updateColumns = columnsThat(func(c userColumn) bool { return c.update })

	insertRow   = insertValues()
	insertUser  = insertText("("+insertRow+")", "RETURNING number")
	insertUsers = insertText("$*", "ON CONFLICT DO NOTHING RETURNING id, number")
	updateUser  = updateText()

	selectUser = `SELECT ` + joinColumns(readColumns, func(c userColumn) string { return c.read }) + fromUsers

	selectUserAndOrganization = `SELECT ` + joinColumns(readColumns, func(c userColumn) string { return c.read }) +
		`, (SELECT o.id FROM organizations o WHERE o.number = u.organization)` + fromUsers
)

const fromUsers = ` FROM users u
	LEFT JOIN groups g ON g.organization = u.organization AND g.number = u.primary_group_number AND g.name_key IS NOT NULL
	LEFT JOIN departments d ON d.organization = u.organization AND d.number = u.department_number AND d.name_key IS NOT NULL`

func columnsThat(keep func(userColumn) bool) (some []userColumn) {
	for _, c := range userColumns {
		if keep(c) {
			some = append(some, c)
		}
	}
	return some
}

func joinColumns(columns []userColumn, text func(userColumn) string) string {
	texts := make([]string, len(columns))
	for i, c := range columns {
		texts[i] = text(c)
	}
	return strings.Join(texts, ", ")
}

func insertText(values, end string) string {
	names := joinColumns(insertColumns, func(c userColumn) string { return c.name })
	return `INSERT INTO users (` + names + `) VALUES ` + values + ` ` + end
}

// insertValues returns the values of one row of an insert, as texts.rows takes them.
func insertValues() string {
	at := func(i int) string { return "$" + strconv.Itoa(i+1) }
	org := at(slices.IndexFunc(insertColumns, func(c userColumn) bool { return c.name == "organization" }))
	n := -1
	return joinColumns(insertColumns, func(c userColumn) string {
		n++
		return c.valueAt(org, at(n))
	})
}

// valueAt is the SQL for the value to be written, whose parameters are org and value.
func (c userColumn) valueAt(org, value string) string {
	if c.table != "" {
		return numberOrNull(c.table, org, value)
	}
	return value
}

func placeholders(n int) string {
	var b strings.Builder
	writePlaceholders(&b, 1, n)
	return b.String()
}

// updateText returns the UPDATE of one user. Its parameters are organization, number, then the
// columns.
func updateText() string {
	parameters := make(map[string]string)
	sets := joinColumns(updateColumns, func(c userColumn) string {
		value := "$" + strconv.Itoa(3+len(parameters))
		parameters[c.name] = value
		value = c.valueAt("$1", value)
		if c.follows != "" {
			value = "CASE WHEN " + c.follows + " = " + parameters[c.follows] + " THEN " + c.name + " ELSE " + value + " END"
		}
		return c.name + " = " + value
	})
	return `UPDATE users SET ` + sets + ` WHERE organization = $1 AND number = $2 AND user_key IS NOT NULL`
}

// usersOf returns a function that reads a row of selectUser about a user of the organization.
func usersOf(org roster.OrganizationID) func(scanner) (roster.User, error) {
	return func(r scanner) (roster.User, error) {
		u, err := scanUser(r)
		u.OrganizationID = org
		return u, err
	}
}

// scanUser reads the columns of a user, and more columns after them.
func scanUser(r scanner, more ...any) (roster.User, error) {
	var u userRow
	to := make([]any, len(readColumns), len(readColumns)+len(more))
	for i, c := range readColumns {
		to[i] = c.value(&u)
	}
	err := r.Scan(append(to, more...)...)
	return u.User, err
}

// appendValues appends the stored values of the user's columns to args.
func (t *tx) appendValues(args []any, columns []userColumn, u *userRow) ([]any, error) {
	for _, c := range columns {
		value, err := t.storedAs(c.value(u))
		if err != nil {
			return nil, fmt.Errorf("column %s: %w", c.name, err)
		}
		args = append(args, value)
	}
	return args, nil
}

// storedAs returns the stored form of a value that userColumn.value returned.
func (t *tx) storedAs(value any) (any, error) {
	switch v := value.(type) {
	case *string:
		return *v, nil
	case *bool:
		return *v, nil
	case *int64:
		return *v, nil
	case instant:
		return micros(*v.to), nil
	case preferences:
		return preferenceText(*v.to), nil
	case span:
		return v.to.Microseconds(), nil
	case document:
		return string(*v.to), nil
	case competencies:
		return competencyText(*v.to)
	case optional:
		return uid(*v.to), nil
	case roster.OrganizationID:
		return t.org(v), nil
	case nil, bool, string, nullable, int, uid, digest:
		return v, nil
	default:
		return nil, fmt.Errorf("a %T is not stored", value)
	}
}
