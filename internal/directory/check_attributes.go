package directory

import (
	"time"

	"roster"
	"roster/internal/filter"
)

// statuses are how an event can turn out.
var statuses = []roster.Status{roster.StatusSuccess, roster.StatusWarning, roster.StatusFailure}

// CheckAttributes are what filters may ask of checks.
var CheckAttributes = Attributes[roster.Check]{
	"id":             ident(func(c roster.Check) roster.CheckID { return c.ID }).stored(Indexed),
	"number":         number(func(c roster.Check) int64 { return c.Number }),
	"displayName":    name(func(c roster.Check) string { return c.Name }).stored(Indexed),
	"description":    text(func(c roster.Check) string { return c.Description }),
	"emailAlias":     textOrNull(func(c roster.Check) string { return c.EmailAlias }).stored(Indexed),
	"defaultStatus":  word(func(c roster.Check) roster.Status { return c.DefaultStatus }, statuses...),
	"overdueMinutes": number(func(c roster.Check) int64 { return int64(c.OverdueMinutes) }),
	"state":          word(func(c roster.Check) roster.State { return c.State.State }, roster.States[:]...),
	"running":        truth(func(c roster.Check) bool { return !c.State.RunningSince.IsZero() }),
	"paused":         truth(func(c roster.Check) bool { return c.Paused() }),
	"dueAt":          moment(func(c roster.Check) time.Time { return c.State.DueAt }),
	"status":         word(func(c roster.Check) roster.Status { return c.State.Status }, statuses...),
	"statusAt":       moment(func(c roster.Check) time.Time { return c.State.LastAt }),
	"version":        number(func(c roster.Check) int64 { return c.Version }),
	"createdAt":      moment(func(c roster.Check) time.Time { return c.CreatedAt }),
	"updatedAt":      moment(func(c roster.Check) time.Time { return c.UpdatedAt }),
	"checkGroup": link("displayName", func(c roster.Check) filter.Link {
		return filter.Link{ID: string(c.CheckGroup.ID), Name: c.CheckGroup.Name}
	}),
	"groups": links("displayName", func(c roster.Check) []filter.Link { return linkedGroups(c.Groups) }),
	"teams":  links("displayName", func(c roster.Check) []filter.Link { return linkedGroups(c.Teams) }),
}

// CheckGroupAttributes are what filters may ask of check groups.
var CheckGroupAttributes = Attributes[roster.CheckGroup]{
	"id":          ident(func(g roster.CheckGroup) roster.CheckGroupID { return g.ID }).stored(Indexed),
	"number":      number(func(g roster.CheckGroup) int64 { return g.Number }),
	"displayName": name(func(g roster.CheckGroup) string { return g.Name }).stored(Indexed),
	"description": text(func(g roster.CheckGroup) string { return g.Description }),
	"checkCount":  number(func(g roster.CheckGroup) int64 { return g.CheckCount }),
	"version":     number(func(g roster.CheckGroup) int64 { return g.Version }),
	"createdAt":   moment(func(g roster.CheckGroup) time.Time { return g.CreatedAt }),
	"updatedAt":   moment(func(g roster.CheckGroup) time.Time { return g.UpdatedAt }),
}
