package checkcentral

import (
	"cmp"
	"context"
	"iter"
	"slices"
	"time"

	"roster"
	"roster/internal/directory"
)

// lister is a verb that lists.
type lister[In, T any] = func(context.Context, roster.Actor, In) (iter.Seq2[T, error], error)

// each calls a verb that lists for every input, and joins the lists.
func each[In, T any](verb lister[In, T]) lister[[]In, T] {
	return func(ctx context.Context, by roster.Actor, inputs []In) (iter.Seq2[T, error], error) {
		var lists []iter.Seq2[T, error]
		for _, in := range inputs {
			list, err := verb(ctx, by, in)
			if err != nil {
				return nil, err
			}
			lists = append(lists, list)
		}
		return func(yield func(T, error) bool) {
			for _, list := range lists {
				for record, err := range list {
					if !yield(record, err) || err != nil {
						return
					}
				}
			}
		}, nil
	}
}

// with converts each record of a list; the conversion may fail.
func with[In, T any](list iter.Seq2[In, error], more func(In) (T, error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for record, err := range list {
			var made T
			if err == nil {
				made, err = more(record)
			}
			if !yield(made, err) || err != nil {
				return
			}
		}
	}
}

// collect returns a short list as a slice.
func collect[In, T any](list iter.Seq2[In, error], show func(In) T) ([]T, error) {
	shown := []T{}
	for record, err := range list {
		if err != nil {
			return nil, err
		}
		shown = append(shown, show(record))
	}
	return shown, nil
}

// updateUser returns the verb with the answer of createUser, which says whether a welcome email
// will be sent.
func updateUser(d *directory.Directory) func(context.Context, roster.Actor, directory.UserChange) (directory.CreatedUser, error) {
	return func(ctx context.Context, by roster.Actor, in directory.UserChange) (directory.CreatedUser, error) {
		u, err := d.UpdateUser(ctx, by, in)
		return directory.CreatedUser{User: u, WelcomeEmail: in.SendWelcomeEmail && u.Active && !u.HasPassword}, nobody(in.User, err)
	}
}

// deleteUser returns the verb, with errors about the user turned into errors about the argument.
func deleteUser(d *directory.Directory) func(context.Context, roster.Actor, directory.UserDeletion) (roster.User, error) {
	return func(ctx context.Context, by roster.Actor, in directory.UserDeletion) (roster.User, error) {
		u, err := d.DeleteUser(ctx, by, in)
		return u, nobody(in.User, err)
	}
}

// nobody turns an error about a missing user into one about the argument that names the user.
func nobody(sel directory.UserSelector, err error) error {
	if err == nil || roster.KindOf(err) != roster.NotFound {
		return err
	}
	e := &roster.Error{Kind: roster.NotFound, Field: "id", Detail: "names no user", Err: err}
	if sel.ID == "" {
		e.Field = "emails"
	}
	return e
}

// getChecks lists checks, each with the requested number of activities.
func getChecks(d *directory.Directory) lister[checkQuery, *check] {
	return func(ctx context.Context, by roster.Actor, in checkQuery) (iter.Seq2[*check, error], error) {
		checks, err := each(d.ListChecks)(ctx, by, in.lists)
		if err != nil {
			return nil, err
		}
		return with(checks, func(c roster.Check) (*check, error) {
			shown := showCheck(c, in.settings)
			if in.activities == 0 {
				return shown, nil
			}
			events, err := d.ListEvents(ctx, by, directory.EventList{Check: c.ID, Limit: in.activities})
			if err == nil {
				shown.Activities, err = collect(events, showCheckActivity)
			}
			return shown, err
		}), nil
	}
}

// checkGroupView is a check group with its checks, which are streamed; nil if not requested.
type checkGroupView struct {
	roster.CheckGroup
	checks iter.Seq2[roster.Check, error]
}

// getCheckGroups lists check groups, with the checks in each if requested.
func getCheckGroups(d *directory.Directory) lister[checkGroupQuery, checkGroupView] {
	return func(ctx context.Context, by roster.Actor, in checkGroupQuery) (iter.Seq2[checkGroupView, error], error) {
		groups, err := each(d.ListCheckGroups)(ctx, by, in.lists)
		if err != nil {
			return nil, err
		}
		return with(groups, func(g roster.CheckGroup) (view checkGroupView, err error) {
			view.CheckGroup = g
			if in.checks {
				view.checks, err = d.ListChecks(ctx, by, directory.CheckList{CheckGroup: g.ID})
			}
			return view, err
		}), nil
	}
}

// getPermissions lists entries on check groups. The verb finds a record by id or by name; here both
// must match.
func getPermissions(d *directory.Directory) lister[permissionQuery, roster.CheckPermission] {
	return func(ctx context.Context, by roster.Actor, in permissionQuery) (iter.Seq2[roster.CheckPermission, error], error) {
		entries, err := each(d.ListCheckPermissions)(ctx, by, in.lists)
		if err != nil {
			return nil, err
		}
		return func(yield func(roster.CheckPermission, error) bool) {
			for p, err := range entries {
				if err == nil && !(named(p.CheckGroup.Name, in.checkGroupName) && named(p.Group.Name, in.groupName)) {
					continue
				}
				if !yield(p, err) {
					return
				}
			}
		}, nil
	}
}

// getActivities merges the events of all its lists, newest first. A date without a zone is in the
// organization's zone.
func getActivities(d *directory.Directory) lister[activityQuery, roster.Event] {
	return func(ctx context.Context, by roster.Actor, in activityQuery) (iter.Seq2[roster.Event, error], error) {
		zone := time.UTC
		if in.start.open || in.end.open {
			var err error
			if zone, err = d.GetTimeZone(ctx, by, directory.None{}); err != nil {
				return nil, err
			}
		}
		in = in.during(zone)
		if len(in.lists) == 1 {
			in.lists[0].Limit = in.count
			return d.ListEvents(ctx, by, in.lists[0])
		}
		step := max(1, maxRead/len(in.lists))
		lists := make([]iter.Seq2[roster.Event, error], len(in.lists))
		for i, list := range in.lists {
			lists[i] = paged(ctx, d.ListEvents, by, list, step)
		}
		return newest(lists, in.count), nil
	}
}

// maxRead is the number of events in memory while lists are merged.
const maxRead = 500

// paged lists events in pages of step.
func paged(ctx context.Context, verb lister[directory.EventList, roster.Event], by roster.Actor, in directory.EventList, step int) iter.Seq2[roster.Event, error] {
	return func(yield func(roster.Event, error) bool) {
		in := in // each range starts again
		in.Limit = step
		for n := step; n == step; {
			events, err := verb(ctx, by, in)
			if err != nil {
				yield(roster.Event{}, err)
				return
			}
			n = 0
			for e, err := range events {
				if !yield(e, err) || err != nil {
					return
				}
				in.Before = e.ID
				n++
			}
		}
	}
}

// newest merges lists that are sorted by time, newest first, and ends after count events.
func newest(lists []iter.Seq2[roster.Event, error], count int) iter.Seq2[roster.Event, error] {
	return func(yield func(roster.Event, error) bool) {
		type source struct {
			head roster.Event
			next func() (roster.Event, error, bool)
		}
		var open []*source
		// advance reads the next event of a source, and drops a source that has ended.
		advance := func(s *source) error {
			e, err, more := s.next()
			if s.head = e; !more {
				open = slices.DeleteFunc(open, func(other *source) bool { return other == s })
			}
			return err
		}
		for _, list := range lists {
			next, stop := iter.Pull2(list)
			defer stop()
			s := &source{next: next}
			open = append(open, s)
			if err := advance(s); err != nil {
				yield(roster.Event{}, err)
				return
			}
		}
		for ; count > 0 && len(open) > 0; count-- {
			first := slices.MaxFunc(open, func(a, b *source) int { return cmp.Compare(a.head.ID, b.head.ID) })
			if !yield(first.head, nil) {
				return
			}
			if err := advance(first); err != nil {
				yield(roster.Event{}, err)
				return
			}
		}
	}
}
