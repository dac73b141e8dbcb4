package realm

import (
	"context"
	"crypto/rand"

	"github.com/go-ldap/ldap/v3"
)

// maxDN is the longest DN that is accepted, in bytes.
const maxDN = 4096

// lookup searches for the entry with the name, then binds as it.
func (l *LDAP) lookup(ctx context.Context, userName, password string, whole bool) (person, error) {
	entry, reason, err := l.find(ctx, userName)
	if err != nil {
		return person{}, err
	}
	// Without an entry it binds as a decoy, so that the name costs what a wrong password costs. The
	// typed password is not sent.
	dn, try := l.decoy(), rand.Text()
	if reason == nil {
		dn, try = entry.DN, password
	}
	good := false
	err = l.people.with(ctx, func(ctx context.Context, c *conn) (err error) {
		good, err = c.bind(ctx, dn, try)
		return err
	})
	switch {
	case err != nil:
		return person{}, err
	case reason != nil:
		return person{}, denied(reason)
	case !good:
		return person{}, denied(errWrongPassword)
	}
	p := person{entry: entry}
	if l.config.GroupBaseDN == "" || !whole {
		return p, nil
	}
	err = l.service.with(ctx, func(ctx context.Context, c *conn) (err error) {
		p.groups, err = l.groups(ctx, c, entry, userName)
		return err
	})
	return p, err
}

// decoy returns a DN that no entry has.
func (l *LDAP) decoy() string { return "cn=" + decoyName + "," + l.config.BaseDN }

// find searches for the entry with the name. If there is none, or more than one, it returns the
// reason.
func (l *LDAP) find(ctx context.Context, userName string) (entry *ldap.Entry, reason, err error) {
	err = l.service.with(ctx, func(ctx context.Context, c *conn) error {
		entries, more, err := c.search(ctx, query{
			base: l.config.BaseDN, scope: ldap.ScopeWholeSubtree,
			filter: userFilter(l.config.AttributeSearchFilter, userName),
			limit:  2, attributes: l.config.attributes(),
		})
		if entry, reason = onlyEntry(entries, more); reason == nil {
			reason = l.config.validateEntryName(entry, userName)
		}
		return err
	})
	return entry, reason, err
}

// onlyEntry returns the only entry, or the reason why there is no usable one.
func onlyEntry(entries []*ldap.Entry, more bool) (*ldap.Entry, error) {
	switch {
	case more || len(entries) > 1:
		return nil, errManyEntries
	case len(entries) == 0:
		return nil, errNoEntry
	case len(entries[0].DN) > maxDN || !isDN(entries[0].DN): // an empty DN would bind anonymously
		return nil, errNoDN
	}
	return entries[0], nil
}
