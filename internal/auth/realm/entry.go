package realm

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/go-ldap/ldap/v3"
	"github.com/google/uuid"

	"roster/internal/directory"
)

// Attributes that identify an entry for good.
const (
	entryUUID  = "entryUUID"  // RFC 4530
	objectGUID = "objectGUID" // Active Directory: 16 bytes, the first three parts in reverse
)

// attributes returns the attributes to read of a person's entry: only those that are used.
func (c LDAPConfig) attributes() []string {
	return append(sortedKeys(c.AttributeMap), entryUUID, objectGUID)
}

// attribute returns the name of the attribute that is mapped to the given one, "" if there is none.
func (c LDAPConfig) attribute(to string) string {
	for name, target := range c.AttributeMap {
		if target == to {
			return name
		}
	}
	return ""
}

// identity returns the identity that the entry and the groups describe.
func (c LDAPConfig) identity(p person, typed string) Identity {
	id := Identity{Subject: subject(p.entry), UserName: c.userName(p.entry, typed), Groups: p.groups}
	for _, part := range []struct {
		attribute string // of the directory
		to        *string
		good      func(string) bool
	}{
		{c.attribute(toFullName), &id.DisplayName, readable},
		{c.attribute(toEmail), &id.Email, isEmail},
		{c.attribute(toContactNum), &id.ContactNumber, readable},
		{c.attribute(toTimeZone), &id.TimeZone, readable},
		{c.attribute(toDepartment), &id.Department, readable},
	} {
		*part.to = firstGood(p.entry, part.attribute, part.good)
		if firstGood(p.entry, part.attribute, func(v string) bool { return !part.good(v) }) != "" {
			id.Dropped = append(id.Dropped, part.attribute)
		}
	}
	slices.Sort(id.Dropped)
	return id
}

// validateEntryName returns errOtherName if the entry spells the name differently than it was
// typed. Some servers treat more names as equal than Roster does, such as names with several
// blanks. Such a name must not make a second user, and it gets no further tries.
func (c LDAPConfig) validateEntryName(e *ldap.Entry, typed string) error {
	if directory.Fold(c.userName(e, typed)) != directory.Fold(typed) {
		return errOtherName
	}
	return nil
}

// userName returns the name as the entry spells it: the value that was typed, or else the first
// value. An entry without a value gets the typed name, with single blanks.
func (c LDAPConfig) userName(e *ldap.Entry, typed string) string {
	attribute := c.attribute(toUserName)
	same := func(s string) bool { return readable(s) && directory.Fold(s) == directory.Fold(typed) }
	for _, good := range []func(string) bool{same, readable} {
		if name := firstGood(e, attribute, good); name != "" {
			return name
		}
	}
	return strings.Join(strings.Fields(typed), " ")
}

// firstGood returns the firstGood good value of the attribute, trimmed.
func firstGood(e *ldap.Entry, attribute string, good func(string) bool) string {
	if attribute == "" {
		return ""
	}
	for _, v := range e.GetEqualFoldAttributeValues(attribute) {
		if v = strings.TrimSpace(v); v != "" && good(v) {
			return v
		}
	}
	return ""
}

// isEmail reports whether the text is an email address that a user can have. A bad address is left
// out, so that it does not keep a person from signing in.
func isEmail(s string) bool { return directory.FaultOfEmail(directory.CleanEmail(s)) == "" }

// subject returns a value that identifies the entry for good.
func subject(e *ldap.Entry) string {
	if id, err := uuid.Parse(firstGood(e, entryUUID, readable)); err == nil {
		return id.String()
	}
	if raw := e.GetEqualFoldRawAttributeValue(objectGUID); len(raw) == 16 {
		return guid([16]byte(raw)).String()
	}
	dn := directory.Fold(e.DN)
	if readable(dn) {
		return dn
	}
	sum := sha256.Sum256([]byte(dn))
	return "sha256:" + hex.EncodeToString(sum[:])
}

// guid puts the bytes of an objectGUID into their written order (MS-DTYP §2.3.4.2).
func guid(b [16]byte) uuid.UUID {
	return uuid.UUID{
		b[3], b[2], b[1], b[0], b[5], b[4], b[7], b[6],
		b[8], b[9], b[10], b[11], b[12], b[13], b[14], b[15],
	}
}
