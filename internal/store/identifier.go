package store

import (
	"encoding/hex"
	"errors"
	"strings"

	"github.com/google/uuid"

	"roster"
)

// uid is a UUID as an argument of a statement. It is stored as 16 bytes. A text that is no UUID is
// NULL: a look-up finds nothing, and an insert fails.
type uid string

// parse returns the 16 bytes, and whether the text is a UUID.
func (u uid) parse() (id uuid.UUID, ok bool) {
	if !roster.IsUUID(u) {
		return id, false
	}
	id, err := uuid.Parse(string(u))
	return id, err == nil
}

// leastUUID is less than or equal to every UUID, and no record has it.
const leastUUID uid = "00000000-0000-0000-0000-000000000000"

// uidOrLeast returns the id as an argument, and leastUUID for "": a list after it begins at its
// beginning, and every record is another one.
func uidOrLeast[T ~string](id T) uid {
	if id == "" {
		return leastUUID
	}
	return uid(id)
}

// firstUUID returns the least UUID whose text is not less than the text, by bytes. It returns false
// if there is none.
func firstUUID(text string) (uid, bool) {
	const digits = "0123456789abcdef"
	var b strings.Builder
	for i := range len(leastUUID) {
		allowed := digits
		if leastUUID[i] == '-' {
			allowed = "-"
		}
		switch {
		case i >= len(text) || text[i] < allowed[0]: // the rest is greater in any case
			return uid(b.String()) + leastUUID[i:], true
		case text[i] > allowed[len(allowed)-1]:
			return afterUUID(b.String())
		}
		at := strings.IndexFunc(allowed, func(c rune) bool { return byte(c) >= text[i] })
		b.WriteByte(allowed[at])
		if allowed[at] > text[i] {
			return uid(b.String()) + leastUUID[i+1:], true
		}
	}
	if len(text) > len(leastUUID) {
		return afterUUID(b.String())
	}
	return uid(b.String()), true
}

// afterUUID returns the least UUID that is greater than every UUID with the prefix.
func afterUUID(prefix string) (uid, bool) {
	for i := len(prefix) - 1; i >= 0; i-- {
		switch c := prefix[i]; c {
		case '-', 'f':
		case '9':
			return uid(prefix[:i]) + "a" + leastUUID[i+1:], true
		default:
			return uid(prefix[:i]+string(c+1)) + leastUUID[i+1:], true
		}
	}
	return "", false
}

// digest is a hash in hex as an argument of a statement. It is stored as bytes. A text that is no
// hex is NULL.
type digest string

// parse returns the bytes, and whether the text is hex.
func (d digest) parse() (b []byte, ok bool) {
	b, err := hex.DecodeString(string(d))
	return b, err == nil
}

// uidOrNull returns an optional reference as an argument: NULL for "". A text that is no UUID
// becomes an id that nothing has.
func uidOrNull[T ~string](id T) uid {
	if id != "" && !roster.IsUUID(id) {
		return leastUUID
	}
	return uid(id)
}

// numberOf is the SQL for the number of the record of a table with the id at a parameter. It is
// NULL if the organization has no such record.
func numberOf(table, org, id string) string {
	return "(SELECT number FROM " + table + " WHERE organization = " + org + " AND id = " + id + ")"
}

// numberOrNull is numberOf for an optional reference. It is 0, which no foreign key allows, if the
// organization has no such record.
func numberOrNull(table, org, id string) string {
	return "COALESCE(" + numberOf(table, org, id) + ", CASE WHEN " + id + " IS NOT NULL THEN 0 END)"
}

// anyUID returns ids as arguments.
func anyUID[T ~string](ids []T) []any {
	args := make([]any, len(ids))
	for i, id := range ids {
		args[i] = uid(id)
	}
	return args
}

// bytesScanner is what stored bytes can be read into, besides the *string of an id.
type bytesScanner interface{ scanBytes(b []byte) error }

// nullScanner is what NULL can be read into.
type nullScanner interface{ scanNull() }

// putBytes reads stored bytes into to, and reports whether that takes bytes. A *string takes a
// UUID.
func putBytes(b []byte, to any) (known bool, err error) {
	switch to := to.(type) {
	case *string:
		id, err := uuid.FromBytes(b)
		*to = id.String()
		return true, err
	case bytesScanner:
		return true, to.scanBytes(b)
	}
	return false, nil
}

// optional scans the id of a record that may not be there; NULL becomes "".
type optional struct{ to *string }

func (o optional) scanNull() { *o.to = "" }

func (o optional) scanText(text string) error {
	*o.to = text
	return nil
}

func (o optional) scanBytes(b []byte) error {
	_, err := putBytes(b, o.to)
	return err
}

// hashed scans a stored hash as hex.
type hashed struct{ to *string }

func (h hashed) scanBytes(b []byte) error {
	*h.to = hex.EncodeToString(b)
	return nil
}

func (h hashed) scanNull() { *h.to = "" }

// scanText reads PostgreSQL's form of bytes.
func (h hashed) scanText(text string) error {
	digits, found := strings.CutPrefix(text, `\x`)
	if !found {
		return errors.New("bytes are not in hex")
	}
	*h.to = digits
	return nil
}

// storedGroup returns the number of a group or team as it is stored: teams count downwards from -1,
// so that the numbers of both kinds are unique together, and 0 is free for the whole organization.
func storedGroup(kind roster.GroupKind, number int64) int64 {
	if kind == roster.KindTeam {
		return -number
	}
	return number
}

// groupNumber scans the stored number of a group or team as its own. It reverses storedGroup.
type groupNumber struct{ to *int64 }

func (g groupNumber) scanNumber(n int64) { *g.to = max(n, -n) }

// The number of the record with the id $2, in a statement whose $1 is the organization.
const (
	numberOfUser  = `(SELECT number FROM users WHERE organization = $1 AND id = $2)`
	numberOfGroup = `(SELECT number FROM groups WHERE organization = $1 AND id = $2)`
	numberOfCheck = `(SELECT number FROM checks WHERE organization = $1 AND id = $2)`
)

// rowOfGroup is a row of inserts whose third value is the id of a group, as texts.rows takes it.
var rowOfGroup = "$1,$2," + numberOf("groups", "$1", "$3")
