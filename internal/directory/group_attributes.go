package directory

import (
	"maps"
	"time"

	"roster"
	"roster/internal/filter"
)

// GroupAttributes are what filters may ask of groups.
var GroupAttributes = Attributes[roster.Group]{
	"id":          ident(func(g roster.Group) roster.GroupID { return g.ID }).stored(Indexed),
	"number":      number(func(g roster.Group) int64 { return g.Number }),
	"displayName": name(func(g roster.Group) string { return g.Name }).stored(Indexed),
	"description": text(func(g roster.Group) string { return g.Description }),
	"active":      truth(func(g roster.Group) bool { return g.Active }),
	"memberCount": number(func(g roster.Group) int64 { return g.MemberCount }),
	"version":     number(func(g roster.Group) int64 { return g.Version }),
	"createdAt":   moment(func(g roster.Group) time.Time { return g.CreatedAt }),
}

// TeamAttributes are what filters may ask of teams.
var TeamAttributes = func() Attributes[roster.Group] {
	all := maps.Clone(GroupAttributes)
	all["alertFilter"] = text(func(g roster.Group) string { return g.Routing.AlertFilter })
	all["sigFilter"] = text(func(g roster.Group) string { return g.Routing.SigFilter })
	all["services"] = links("displayName", func(g roster.Group) []filter.Link {
		services := make([]filter.Link, len(g.Routing.Services))
		for i, s := range g.Routing.Services {
			services[i] = filter.Link{ID: string(s.ID), Name: s.Name}
		}
		return services
	})
	return all
}()
