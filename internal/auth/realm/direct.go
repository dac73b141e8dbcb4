package realm

import (
	"context"
	"errors"

	"github.com/go-ldap/ldap/v3"
)

var errOwnEntry = errors.New("people who bind cannot read their own entry")

// direct binds as the DN made from the name, then reads the entry as that person.
func (l *LDAP) direct(ctx context.Context, userName, password string, whole bool) (person, error) {
	dn := userDN(l.config.UserDNTemplate, userName)
	good, p := false, person{}
	err := l.people.with(ctx, func(ctx context.Context, c *conn) (err error) {
		if good, err = c.bind(ctx, dn, password); err != nil || !good || !whole {
			return err
		}
		if p.entry, err = l.readOwnEntry(ctx, c, dn); err != nil || l.config.GroupBaseDN == "" || l.config.SystemUser != "" {
			return err
		}
		p.groups, err = l.groups(ctx, c, p.entry, userName)
		return err
	})
	switch {
	case err != nil:
		return person{}, err
	case !good:
		return person{}, denied(errWrongPassword)
	case p.entry != nil && l.config.validateEntryName(p.entry, userName) != nil:
		return person{}, denied(errOtherName)
	case !whole || l.config.GroupBaseDN == "" || l.config.SystemUser == "":
		return p, nil
	}
	err = l.service.with(ctx, func(ctx context.Context, c *conn) (err error) {
		p.groups, err = l.groups(ctx, c, p.entry, userName)
		return err
	})
	return p, err
}

// readOwnEntry reads the entry with the DN.
func (l *LDAP) readOwnEntry(ctx context.Context, c *conn, dn string) (*ldap.Entry, error) {
	entries, more, err := c.search(ctx, query{
		base: dn, scope: ldap.ScopeBaseObject, filter: "(objectClass=*)", limit: 2, attributes: l.config.attributes(),
	})
	if err != nil {
		return nil, err
	}
	entry, reason := onlyEntry(entries, more)
	if reason != nil {
		return nil, errOwnEntry
	}
	return entry, nil
}
