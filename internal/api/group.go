package api

import (
	"encoding/json"
	"time"

	"roster"
	"roster/internal/directory"
)

// group is a group as it is shown.
type group struct {
	ID          roster.GroupID `json:"id" format:"uuid" doc:"The group's id."`
	Number      int64          `json:"number" doc:"Its number, unique among the organization's groups."`
	DisplayName string         `json:"displayName" doc:"Its name, unique without regard to case."`
	Description string         `json:"description" doc:"What it is for."`
	Active      bool           `json:"active" doc:"Whether it is in use."`
	MemberCount int64          `json:"memberCount" doc:"How many users are members."`
	Version     int64          `json:"version" doc:"Rises by one with every change of it or of its members, but for what is changed of a user."`
	CreatedAt   time.Time      `json:"createdAt" doc:"When it was made."`
}

// team is a team as it is shown.
type team struct {
	ID          roster.GroupID `json:"id" format:"uuid" doc:"The team's id."`
	Number      int64          `json:"number" doc:"Its number, unique among the organization's teams."`
	DisplayName string         `json:"displayName" doc:"Its name, unique without regard to case."`
	Description string         `json:"description" doc:"What it is for."`
	Active      bool           `json:"active" doc:"Whether it is in use."`
	MemberCount int64          `json:"memberCount" doc:"How many users are members."`
	AlertFilter string         `json:"alertFilter" doc:"Graze's alert filter, kept as given."`
	SigFilter   string         `json:"sigFilter" doc:"Graze's situation filter, kept as given."`
	LandingPage anything       `json:"landingPage" doc:"Graze's landing page, any JSON, kept as given; null for none."`
	Services    []serviceLink  `json:"services" doc:"The business services that it looks after."`
	Version     int64          `json:"version" doc:"Rises by one with every change of it or of its members, but for what is changed of a user."`
	CreatedAt   time.Time      `json:"createdAt" doc:"When it was made."`
}

// newGroup is a group to be made.
type newGroup struct {
	DisplayName string                `json:"displayName" minLength:"1" maxLength:"255" doc:"Its name, unique without regard to case."`
	Description optional[string]      `json:"description,omitzero" maxLength:"1000" doc:"What it is for."`
	Active      optional[bool]        `json:"active,omitzero" doc:"Whether it is in use; true where absent."`
	Members     optional[[]reference] `json:"members,omitzero" maxItems:"20000" doc:"Its members: ids or userNames."`
}

// groupChange is what is to change of a group.
type groupChange struct {
	DisplayName   optional[string]      `json:"displayName,omitzero" nullable:"false" minLength:"1" maxLength:"255" doc:"Its name, unique without regard to case."`
	Description   optional[string]      `json:"description,omitzero" maxLength:"1000" doc:"What it is for."`
	Active        optional[bool]        `json:"active,omitzero" doc:"Whether it is in use."`
	Members       optional[[]reference] `json:"members,omitzero" maxItems:"20000" doc:"All its members: ids or userNames. Not together with addMembers or removeMembers."`
	AddMembers    optional[[]reference] `json:"addMembers,omitzero" maxItems:"20000" doc:"Who becomes a member: ids or userNames."`
	RemoveMembers optional[[]reference] `json:"removeMembers,omitzero" maxItems:"20000" doc:"Who ceases to be a member: ids or userNames."`
}

// newTeam is a team to be made.
type newTeam struct {
	DisplayName string                `json:"displayName" minLength:"1" maxLength:"64" doc:"Its name, unique without regard to case."`
	Description optional[string]      `json:"description,omitzero" maxLength:"1000" doc:"What it is for."`
	Active      optional[bool]        `json:"active,omitzero" doc:"Whether it is in use; true where absent."`
	Members     optional[[]reference] `json:"members,omitzero" maxItems:"20000" doc:"Its members: ids or userNames."`
	AlertFilter optional[string]      `json:"alertFilter,omitzero" doc:"Graze's alert filter, kept as given."`
	SigFilter   optional[string]      `json:"sigFilter,omitzero" doc:"Graze's situation filter, kept as given."`
	LandingPage optional[anything]    `json:"landingPage,omitzero" doc:"Graze's landing page, any JSON, kept as given."`
	Services    optional[[]reference] `json:"services,omitzero" maxItems:"1000" doc:"The business services that it looks after: ids or names. One that is not there is made."`
}

// teamChange is what is to change of a team.
type teamChange struct {
	DisplayName   optional[string]      `json:"displayName,omitzero" nullable:"false" minLength:"1" maxLength:"64" doc:"Its name, unique without regard to case."`
	Description   optional[string]      `json:"description,omitzero" maxLength:"1000" doc:"What it is for."`
	Active        optional[bool]        `json:"active,omitzero" doc:"Whether it is in use."`
	Members       optional[[]reference] `json:"members,omitzero" maxItems:"20000" doc:"All its members: ids or userNames. Not together with addMembers or removeMembers."`
	AddMembers    optional[[]reference] `json:"addMembers,omitzero" maxItems:"20000" doc:"Who becomes a member: ids or userNames."`
	RemoveMembers optional[[]reference] `json:"removeMembers,omitzero" maxItems:"20000" doc:"Who ceases to be a member: ids or userNames."`
	AlertFilter   optional[string]      `json:"alertFilter,omitzero" doc:"Graze's alert filter, kept as given."`
	SigFilter     optional[string]      `json:"sigFilter,omitzero" doc:"Graze's situation filter, kept as given."`
	LandingPage   optional[anything]    `json:"landingPage,omitzero" doc:"Graze's landing page, any JSON, kept as given. A merge patch changes the members that it names."`
	Services      optional[[]reference] `json:"services,omitzero" maxItems:"1000" doc:"All business services that it looks after: ids or names. One that is not there is made."`
}

// memberChange is who becomes a member, and who ceases to be.
type memberChange struct {
	Add    optional[[]reference] `json:"add,omitzero" maxItems:"20000" doc:"Who becomes a member: ids or userNames. Who is one already stays one."`
	Remove optional[[]reference] `json:"remove,omitzero" maxItems:"20000" doc:"Who ceases to be a member: ids or userNames."`
}

// The requests about groups and teams.
type (
	listGroups struct {
		Page
		Filter
		Sort
	}
	readGroup struct {
		Named
		View
	}
	createGroup[N any] struct {
		Once
		sent[N]
	}
	changeGroup[C any] struct {
		Named
		Precondition
		sent[C]
	}
	deleteGroup struct {
		Named
		Precondition
	}
	listMembers struct {
		Named
		Page
	}
	changeMembers struct {
		Named
		sent[memberChange]
	}
	oneMember struct {
		Named
		UserID string `path:"userId" example:"019aa1f0-6a70-7c3e-9d52-0b1f6a7c1d55" doc:"The user's id or userName."`
	}
)

// groupKind is what differs between groups and teams: G is one as it is shown, N a new one, C a
// change.
type groupKind[G, N, C any] struct {
	kind     roster.GroupKind
	path     string // /groups
	tag      string
	one      string // group
	nameOf   string // Group, in the ids of calls
	show     func(roster.Group) G
	create   func(N) directory.NewGroup
	change   func(C) directory.GroupChange
	asks     directory.Attributes[roster.Group]
	newOne   N // the examples
	changed  C
	existing roster.Group
}

// groups registers the calls about groups and teams.
func (a *api) groups(d *directory.Directory) {
	groupRoutes(a, d, groupKind[group, newGroup, groupChange]{
		kind: roster.KindGroup, path: "/groups", tag: "Groups", one: "group", nameOf: "Group",
		show: showGroup, create: decodeNewGroup, change: decodeGroupChange, asks: directory.GroupAttributes, existing: exampleGroup,
		newOne: newGroup{
			DisplayName: "Network", Description: value("Routers and switches"), Members: value([]reference{"ann@example.com"}),
		},
		changed: groupChange{Description: value("Routers, switches and firewalls")},
	})
	groupRoutes(a, d, groupKind[team, newTeam, teamChange]{
		kind: roster.KindTeam, path: "/teams", tag: "Teams", one: "team", nameOf: "Team",
		show: showTeam, create: decodeNewTeam, change: decodeTeamChange, asks: directory.TeamAttributes, existing: exampleTeam,
		newOne: newTeam{
			DisplayName: "Storage", AlertFilter: value(`source = "disk"`), Services: value([]reference{"Backup"}),
		},
		changed: teamChange{Services: value([]reference{"Backup", "Archive"})},
	})
}

func groupRoutes[G, N, C any](a *api, d *directory.Directory, k groupKind[G, N, C]) {
	one := k.path + "/{id}"
	pick := func(one Named) directory.GroupSelector {
		return directory.GroupSelector{Kind: k.kind, Ref: one.ref()}
	}
	listRoute(a, operation{
		id: "list" + k.nameOf + "s", call: "GET " + k.path, tag: k.tag, summary: "List " + k.one + "s",
		description: "The " + k.one + "s that the caller may see.", answer: listed[G]{Items: []G{k.show(k.existing)}},
	}, listing[roster.Group, directory.Place]{
		key: func(g roster.Group) directory.Place { return directory.PlaceOf(g.Name, g.Number) }, show: func(g roster.Group) any { return k.show(g) }, attributes: k.asks,
	}, func(_ roster.Actor, q *listGroups, after *directory.Place) (directory.GroupList, error) {
		return directory.GroupList{Kind: k.kind, Order: q.order(after), Count: true, Services: k.kind == roster.KindTeam}, nil
	}, d.ListGroups)
	route(a, operation{
		id: "get" + k.nameOf, call: "GET " + one, tag: k.tag, summary: "Read a " + k.one,
		description: "One " + k.one + ".", answer: k.show(k.existing),
	}, func(_ roster.Actor, q *readGroup) (directory.GroupSelector, error) {
		return pick(q.Named), nil
	}, d.GetGroup, func(_ *readGroup, v directory.TeamView) answer {
		return answer{body: k.show(v.Group), version: v.Version}
	})
	route(a, operation{
		id: "create" + k.nameOf, call: "POST " + k.path, tag: k.tag, status: 201, summary: "Make a " + k.one,
		description: "Makes a " + k.one + " with its members.", request: k.newOne, answer: k.show(k.existing),
	}, func(_ roster.Actor, q *createGroup[N]) (in directory.NewGroup, err error) {
		in = k.create(q.doc)
		in.Kind, in.Faults = k.kind, q.faults
		in.IdempotencyKey = q.IdempotencyKey
		return in, nil
	}, d.CreateGroup, func(_ *createGroup[N], g roster.Group) answer {
		return answer{body: k.show(g), version: g.Version, location: k.path + "/" + string(g.ID)}
	})
	groupChanges(a, d, k, pick)
	groupMembers(a, d, k, pick)
}

// groupChanges registers the calls that change what is there.
func groupChanges[G, N, C any](a *api, d *directory.Directory, k groupKind[G, N, C], pick func(Named) directory.GroupSelector) {
	one := k.path + "/{id}"
	route(a, operation{
		id: "update" + k.nameOf, call: "PATCH " + one, tag: k.tag, fails: []int{409}, summary: "Change a " + k.one,
		description: "Changes what the merge patch names.", request: k.changed, answer: k.show(k.existing),
	}, func(_ roster.Actor, q *changeGroup[C]) (in directory.GroupChange, err error) {
		in = k.change(q.doc)
		in.Group, in.Faults, in.Count = pick(q.Named), q.faults, true
		in.Group.IfVersion = q.version()
		return in, nil
	}, d.UpdateGroup, func(_ *changeGroup[C], g roster.Group) answer {
		return answer{body: k.show(g), version: g.Version}
	})
	route(a, operation{
		id: "delete" + k.nameOf, call: "DELETE " + one, tag: k.tag, status: 204, fails: []int{422}, summary: "Delete a " + k.one,
		description: "Deletes the " + k.one + ": its name is free again, and nobody is a member of it. The users stay.",
	}, func(_ roster.Actor, q *deleteGroup) (in directory.GroupSelector, err error) {
		in = pick(q.Named)
		in.IfVersion = q.version()
		return in, nil
	}, d.DeleteGroup, func(*deleteGroup, roster.Group) answer { return answer{} })
}

// groupMembers registers the calls about who is a member.
func groupMembers[G, N, C any](a *api, d *directory.Directory, k groupKind[G, N, C], pick func(Named) directory.GroupSelector) {
	members := k.path + "/{id}/members"
	listRoute(a, operation{
		id: "list" + k.nameOf + "Members", call: "GET " + members, tag: k.tag, fails: []int{404}, summary: "List the members of a " + k.one,
		description: "Who is a member, by ascending number.", answer: listed[userLink]{Items: []userLink{{exampleUser.ID, exampleUser.Number, exampleUser.UserName}}},
	}, listing[roster.UserLink, int64]{
		key: func(u roster.UserLink) int64 { return u.Number }, show: func(u roster.UserLink) any { return userLink(u) },
	}, func(_ roster.Actor, q *listMembers, after *int64) (directory.MemberList, error) {
		return directory.MemberList{Group: pick(q.Named), After: orZero(after), Limit: q.Limit + 1}, nil // one more says whether there is a next page
	}, d.ListMembers)
	route(a, operation{
		id: "change" + k.nameOf + "Members", call: "POST " + members, tag: k.tag, summary: "Change who is a member",
		description: "Adds and removes members, without the others being looked at.", answer: k.show(k.existing),
		request: memberChange{Add: value([]reference{"ann@example.com"}), Remove: value([]reference{"bob@example.com"})},
		members: map[string]string{"addMembers": "add", "removeMembers": "remove"},
	}, func(_ roster.Actor, q *changeMembers) (directory.GroupChange, error) {
		return directory.GroupChange{
			Group: pick(q.Named), AddMembers: refsTo(q.doc.Add.Value), RemoveMembers: refsTo(q.doc.Remove.Value), Faults: q.faults, Count: true,
		}, nil
	}, d.UpdateGroup, func(_ *changeMembers, g roster.Group) answer {
		return answer{body: k.show(g), version: g.Version}
	})
	route(a, operation{
		id: "add" + k.nameOf + "Member", call: "PUT " + members + "/{userId}", tag: k.tag, status: 204, fails: []int{422}, summary: "Make a user a member",
		description: "Makes a user a member. Who is one already stays one.",
	}, func(_ roster.Actor, q *oneMember) (directory.GroupChange, error) {
		return directory.GroupChange{Group: pick(q.Named), AddMembers: []roster.Ref{reference(q.UserID).ref()}}, nil
	}, inPath("addMembers[0]", d.UpdateGroup), func(*oneMember, roster.Group) answer { return answer{} })
	route(a, operation{
		id: "remove" + k.nameOf + "Member", call: "DELETE " + members + "/{userId}", tag: k.tag, status: 204, fails: []int{422}, summary: "End a membership",
		description: "Ends a user's membership. Who is no member stays none.",
	}, func(_ roster.Actor, q *oneMember) (directory.GroupChange, error) {
		return directory.GroupChange{Group: pick(q.Named), RemoveMembers: []roster.Ref{reference(q.UserID).ref()}}, nil
	}, inPath("removeMembers[0]", d.UpdateGroup), func(*oneMember, roster.Group) answer { return answer{} })
}

func showGroup(g roster.Group) group {
	return group{
		ID: g.ID, Number: g.Number, DisplayName: g.Name, Description: g.Description, Active: g.Active,
		MemberCount: g.MemberCount, Version: g.Version, CreatedAt: g.CreatedAt,
	}
}

func showTeam(g roster.Group) team {
	t := team{
		ID: g.ID, Number: g.Number, DisplayName: g.Name, Description: g.Description, Active: g.Active,
		MemberCount: g.MemberCount, Version: g.Version, CreatedAt: g.CreatedAt,
		AlertFilter: g.Routing.AlertFilter, SigFilter: g.Routing.SigFilter, LandingPage: anything(g.Routing.LandingPage),
		Services: make([]serviceLink, len(g.Routing.Services)),
	}
	for i, s := range g.Routing.Services {
		t.Services[i] = serviceLink(s)
	}
	return t
}

func decodeNewGroup(doc newGroup) directory.NewGroup {
	return directory.NewGroup{
		Name: doc.DisplayName, Description: doc.Description.Value, Active: doc.Active.Set, Members: refsTo(doc.Members.Value),
	}
}

func decodeNewTeam(doc newTeam) directory.NewGroup {
	return directory.NewGroup{
		Name: doc.DisplayName, Description: doc.Description.Value, Active: doc.Active.Set, Members: refsTo(doc.Members.Value),
		AlertFilter: doc.AlertFilter.Value, SigFilter: doc.SigFilter.Value, LandingPage: json.RawMessage(doc.LandingPage.Value),
		Services: refsTo(doc.Services.Value),
	}
}

func decodeGroupChange(doc groupChange) directory.GroupChange {
	return directory.GroupChange{
		Name: doc.DisplayName.Set, Description: doc.Description.Set, Active: orDefault(doc.Active, true), Members: as(doc.Members, refsTo),
		AddMembers: refsTo(doc.AddMembers.Value), RemoveMembers: refsTo(doc.RemoveMembers.Value),
	}
}

func decodeTeamChange(doc teamChange) directory.GroupChange {
	return directory.GroupChange{
		MergePatch: true,
		Name:       doc.DisplayName.Set, Description: doc.Description.Set, Active: orDefault(doc.Active, true), Members: as(doc.Members, refsTo),
		AddMembers: refsTo(doc.AddMembers.Value), RemoveMembers: refsTo(doc.RemoveMembers.Value),
		AlertFilter: doc.AlertFilter.Set, SigFilter: doc.SigFilter.Set, LandingPage: as(doc.LandingPage, func(a anything) json.RawMessage { return json.RawMessage(a) }), Services: as(doc.Services, refsTo),
	}
}
