package directory_test

import (
	"iter"
	"testing"

	"roster"
	"roster/internal/directory"
)

// TestWhatNoNameCanHoldIsNotFoundAndNoFaultOfTheServer uses NUL characters, for which PostgreSQL
// refuses even to search.
func TestWhatNoNameCanHoldIsNotFoundAndNoFaultOfTheServer(t *testing.T) {
	onBoth(t, func(t *testing.T, e *env) {
		const odd = "a\x00b"
		ctx, by, ref := t.Context(), e.admin, roster.Ref{Name: odd}
		for name, c := range map[string]struct {
			err  error
			kind roster.Kind // 0 for an empty list
		}{
			"RevokeToken":           {second(e.RevokeToken(ctx, by, ref)), roster.NotFound},
			"RevokeToken by id":     {second(e.RevokeToken(ctx, by, roster.Ref{ID: odd})), roster.NotFound},
			"GetDefaultPreferences": {second(e.GetDefaultPreferences(ctx, by, directory.DefaultsOf{Group: ref})), roster.Invalid},
			"SetDefaultPreferences": {second(e.SetDefaultPreferences(ctx, by, directory.Defaults{DefaultsOf: directory.DefaultsOf{Group: roster.Ref{ID: odd}}})), roster.Invalid},
			"ListAudit":             {nothing[roster.AuditEntry](t)(e.ListAudit(ctx, by, directory.AuditList{Target: odd})), 0},
			"ListUsers by id":       {nothing[roster.User](t)(e.ListUsers(ctx, by, directory.UserList{ID: odd})), 0},
			"ListUsers by email":    {nothing[roster.User](t)(e.ListUsers(ctx, by, directory.UserList{Email: odd})), 0},
			"ListGroups by id":      {nothing[roster.Group](t)(e.ListGroups(ctx, by, directory.GroupList{Kind: roster.KindTeam, ID: odd})), 0},
			"ListGroups by name":    {nothing[roster.Group](t)(e.ListGroups(ctx, by, directory.GroupList{Kind: roster.KindTeam, Name: odd})), 0},
			"ListCheckPermissions":  {nothing[roster.CheckPermission](t)(e.ListCheckPermissions(ctx, by, directory.CheckPermissionList{Group: ref})), 0},
		} {
			if c.kind == 0 && c.err != nil || c.kind != 0 && (c.err == nil || roster.KindOf(c.err) != c.kind) {
				t.Errorf("%s: %v", name, c.err)
			}
		}
	})
}

// second returns the error of a call.
func second[T any](_ T, err error) error { return err }

// nothing returns the error of a list, which must be empty.
func nothing[T any](t *testing.T) func(iter.Seq2[T, error], error) error {
	return func(seq iter.Seq2[T, error], err error) error {
		t.Helper()
		if err != nil {
			return err
		}
		for record, err := range seq {
			if err != nil {
				return err
			}
			t.Errorf("the list has %+v", record)
		}
		return nil
	}
}
