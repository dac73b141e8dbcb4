package api

import (
	"context"

	"roster"
	"roster/internal/directory"
)

// newMatrix is a complete default matrix: an absent type has no service.
type newMatrix = matrixChange

// The requests about default preferences.
type (
	readDefaults      struct{}
	readGroupDefaults struct {
		Named
		Joined trueOrFalse `query:"joined" doc:"true: combined with the organization's default preferences, as a new member gets them."`
	}
	setDefaults      struct{ sent[newMatrix] }
	setGroupDefaults struct {
		Named
		sent[newMatrix]
	}
)

// defaults registers the calls about default preferences.
func (a *api) defaults(d *directory.Directory) {
	const tag, all, one = "Default preferences", "/default-preferences", "/groups/{id}/default-preferences"
	shown := showMatrix([]roster.Preference{{Type: roster.TypeFailures, Services: []roster.Service{roster.ServiceEmail}}})
	sample := newMatrix{Failures: value([]roster.Service{roster.ServiceEmail})}
	set := func(group roster.Ref, doc newMatrix, faults roster.Faults) (directory.Defaults, error) {
		return directory.Defaults{DefaultsOf: directory.DefaultsOf{Group: group}, Preferences: decodeMatrix(doc), Delays: decodeDelays(doc)}, faults.Err()
	}
	route(a, operation{
		id: "getDefaultPreferences", call: "GET " + all, tag: tag, summary: "Read the default preferences",
		description: "The preferences of users who are created without any.", answer: shown,
	}, func(_ roster.Actor, _ *readDefaults) (directory.DefaultsOf, error) {
		return directory.DefaultsOf{}, nil
	}, d.GetDefaultPreferences, func(_ *readDefaults, d directory.Defaults) answer {
		return answer{body: showMatrix(d.Preferences)}
	})
	route(a, operation{
		id: "setDefaultPreferences", call: "PUT " + all, tag: tag, summary: "Set the default preferences",
		description: "Replaces the organization's default preferences. Existing users keep theirs.", request: sample, answer: shown,
	}, func(_ roster.Actor, q *setDefaults) (directory.Defaults, error) {
		return set(roster.Ref{}, q.doc, q.faults)
	}, d.SetDefaultPreferences, func(_ *setDefaults, d directory.Defaults) answer {
		return answer{body: showMatrix(d.Preferences)}
	})
	route(a, operation{
		id: "getGroupDefaultPreferences", call: "GET " + one, tag: tag, summary: "Read the default preferences of a group",
		description: "The preferences of members who are created without any, in addition to the organization's default preferences.", answer: shown,
	}, func(_ roster.Actor, q *readGroupDefaults) (directory.DefaultsOf, error) {
		return directory.DefaultsOf{Group: q.ref(), Alone: q.Joined != "true"}, nil
	}, inPath("group", d.GetDefaultPreferences), func(_ *readGroupDefaults, d directory.Defaults) answer {
		return answer{body: showMatrix(d.Preferences)}
	})
	route(a, operation{
		id: "setGroupDefaultPreferences", call: "PUT " + one, tag: tag, summary: "Set the default preferences of a group",
		description: "Replaces the preferences that members get in addition to the organization's default preferences.", request: sample, answer: shown,
	}, func(_ roster.Actor, q *setGroupDefaults) (directory.Defaults, error) {
		return set(q.ref(), q.doc, q.faults)
	}, inPath("group", d.SetDefaultPreferences), func(_ *setGroupDefaults, d directory.Defaults) answer {
		return answer{body: showMatrix(d.Preferences)}
	})
}

// inPath wraps a verb whose argument the path names: if that record does not exist, the error is
// NotFound instead of Invalid.
func inPath[In, Out any](field string, verb func(context.Context, roster.Actor, In) (Out, error)) func(context.Context, roster.Actor, In) (Out, error) {
	return func(ctx context.Context, by roster.Actor, in In) (Out, error) {
		out, err := verb(ctx, by, in)
		if all := roster.All(err); len(all) == 1 && all[0].Kind == roster.Invalid && all[0].Field == field {
			err = &roster.Error{Kind: roster.NotFound, Field: all[0].Field, Detail: all[0].Detail}
		}
		return out, err
	}
}
