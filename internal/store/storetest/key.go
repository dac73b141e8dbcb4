package storetest

import (
	"fmt"
	"slices"

	"roster"
	"roster/internal/directory"
)

// sameNames are spellings that are one name (DECISIONS 2).
var sameNames = [][2]string{
	{"Ada", "ADA"},
	{"Straße", "STRASSE"},
	{"İstanbul", "i̇stanbul"},
	{"José", "Jose\u0301"},
	{"ΣΊΣΥΦΟΣ", "σίσυφος"},
	{"ﬁona", "FIONA"},
	{"Bea", " b\u200bea "},
}

// otherNames are spellings that are two names, however alike a collation may find them.
var otherNames = [][2]string{
	{"resume", "résumé"},
	{"coop", "co-op"},
	{"a_c", "abc"},
	{"a%", "abc"},
	{"İ", "I"},
}

var keys = []sentence{
	{text: "a user name is taken without regard to case and composition", test: func(f *fixture) {
		for _, pair := range sameNames {
			f.user(pair[0])
			f.fails(roster.Conflict, "userName", func(tx directory.Tx) error {
				_, err := tx.InsertUser(f.row(pair[1]))
				return err
			})
		}
	}},
	{text: "a user is found without regard to case and composition", test: func(f *fixture) {
		for _, pair := range sameNames {
			want := f.user(pair[0])
			got := read(f, func(tx directory.Tx) (roster.User, error) {
				return tx.User(f.org, directory.UserSelector{UserName: pair[1]}, 0)
			})
			if got.ID != want.ID || got.UserName != pair[0] {
				f.Errorf("%q found %q", pair[1], got.UserName)
			}
		}
	}},
	{text: "names that only look alike are two, and neither is a pattern", test: func(f *fixture) {
		for i, pair := range otherNames {
			org := f.organization()
			for _, name := range pair {
				row := f.row(name)
				row.OrganizationID = org
				f.update(func(tx directory.Tx) error {
					_, err := tx.InsertUser(row)
					return err
				})
				got := read(f, func(tx directory.Tx) (roster.User, error) {
					return tx.User(org, directory.UserSelector{UserName: name}, 0)
				})
				if got.ID != row.ID {
					f.Errorf("pair %d: %q found %q", i, name, got.UserName)
				}
			}
		}
	}},
	{text: "names are folded for groups, departments, roles and tokens too", test: func(f *fixture) {
		f.group(roster.KindGroup, "Straße")
		f.role("Straße", 0)
		dep := roster.Department{ID: roster.DepartmentID(f.id()), OrganizationID: f.org, Name: "Straße"}
		f.update(func(tx directory.Tx) error {
			_, err := tx.InsertDepartment(dep, directory.Fold(dep.Name))
			return err
		})
		token := f.token("Straße")
		ref := roster.Ref{Name: "STRASSE"}
		f.view(func(tx directory.Tx) error {
			g, err := tx.FindGroups(f.org, roster.KindGroup, []roster.Ref{ref})
			if err != nil || g[0].Name != "Straße" {
				return fmt.Errorf("group: %v, %w", g, err)
			}
			r, err := tx.FindRoles(f.org, []roster.Ref{ref})
			if err != nil || r[0].Name != "Straße" {
				return fmt.Errorf("role: %v, %w", r, err)
			}
			found, err := tx.FindDepartment(f.org, ref)
			if err != nil || found.ID != dep.ID {
				return fmt.Errorf("department: %v, %w", found, err)
			}
			got, err := tx.FindToken(f.org, ref)
			if err != nil || got.ID != token.ID {
				return fmt.Errorf("token: %v, %w", got, err)
			}
			byName, err := records(tx.Groups(f.org, directory.GroupQuery{Where: directory.Is("displayName", directory.Fold(ref.Name)), Kind: roster.KindGroup}))
			if err != nil || len(byName) != 1 {
				return fmt.Errorf("groups: %v, %w", byName, err)
			}
			return nil
		})
	}},
	{text: "ids are ordered by their bytes, whatever the collation", test: func(f *fixture) {
		var ids []string
		for _, begin := range []string{"a", "09", "9", "0a", "90", "f", "00", "ab"} {
			ids = append(ids, begin+f.id()[len(begin):])
		}
		for _, id := range ids {
			f.update(func(tx directory.Tx) error {
				return tx.InsertAudit(roster.AuditEntry{ID: roster.AuditID(id), OrganizationID: f.org, At: f.now})
			})
		}
		slices.Sort(ids)
		var got []string
		for _, e := range read(f, func(tx directory.Tx) ([]roster.AuditEntry, error) {
			return records(tx.AuditEntries(f.org, directory.AuditQuery{}))
		}) {
			got = append(got, string(e.ID))
		}
		if !slices.Equal(got, ids) {
			f.Fatalf("got %v, want %v", got, ids)
		}
	}},
}
