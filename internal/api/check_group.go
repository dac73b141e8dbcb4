package api

import (
	"time"

	"roster"
	"roster/internal/directory"
)

// checkGroup is a check group as it is shown.
type checkGroup struct {
	ID          roster.CheckGroupID `json:"id" format:"uuid" doc:"The check group's id."`
	Number      int64               `json:"number" doc:"Its number, unique among the organization's check groups."`
	DisplayName string              `json:"displayName" doc:"Its name, unique without regard to case."`
	Description string              `json:"description" doc:"What it is for."`
	CheckCount  int64               `json:"checkCount" doc:"How many checks are in it."`
	Version     int64               `json:"version" doc:"Rises by one with every change but that of its checks."`
	CreatedAt   time.Time           `json:"createdAt" doc:"When it was made."`
	UpdatedAt   time.Time           `json:"updatedAt" doc:"When it was changed last."`
}

// newCheckGroup is a check group to be made.
type newCheckGroup struct {
	DisplayName string           `json:"displayName" minLength:"1" maxLength:"255" doc:"Its name, unique without regard to case."`
	Description optional[string] `json:"description,omitzero" maxLength:"1000" doc:"What it is for."`
}

// checkGroupChange is what is to change of a check group.
type checkGroupChange struct {
	DisplayName optional[string] `json:"displayName,omitzero" nullable:"false" minLength:"1" maxLength:"255" doc:"Its name, unique without regard to case."`
	Description optional[string] `json:"description,omitzero" maxLength:"1000" doc:"What it is for."`
}

// The requests about check groups.
type (
	listCheckGroups struct {
		Page
		Filter
		Sort
	}
	readCheckGroup struct {
		Named
		View
	}
	createCheckGroup struct {
		Once
		sent[newCheckGroup]
	}
	changeCheckGroup struct {
		Named
		Precondition
		sent[checkGroupChange]
	}
	deleteCheckGroup struct {
		Named
		Precondition
	}
)

// checkGroups registers the calls about check groups.
func (a *api) checkGroups(d *directory.Directory) {
	const tag, path, one = "Check groups", "/check-groups", "/check-groups/{id}"
	shown := showCheckGroup(exampleCheckGroup)
	listRoute(a, operation{
		id: "listCheckGroups", call: "GET " + path, tag: tag, summary: "List check groups",
		description: "The check groups that the caller may see.", answer: listed[checkGroup]{Items: []checkGroup{shown}},
	}, listing[roster.CheckGroup, directory.Place]{
		key: func(g roster.CheckGroup) directory.Place { return directory.PlaceOf(g.Name, g.Number) }, show: func(g roster.CheckGroup) any { return showCheckGroup(g) }, attributes: directory.CheckGroupAttributes,
	}, func(_ roster.Actor, q *listCheckGroups, after *directory.Place) (directory.CheckGroupList, error) {
		return directory.CheckGroupList{Order: q.order(after)}, nil
	}, d.ListCheckGroups)
	route(a, operation{
		id: "getCheckGroup", call: "GET " + one, tag: tag, summary: "Read a check group", description: "One check group.", answer: shown,
	}, func(_ roster.Actor, q *readCheckGroup) (roster.CheckGroupID, error) {
		return roster.CheckGroupID(q.ID), nil
	}, d.GetCheckGroup, func(_ *readCheckGroup, g roster.CheckGroup) answer {
		return answer{body: showCheckGroup(g), version: g.Version}
	})
	route(a, operation{
		id: "createCheckGroup", call: "POST " + path, tag: tag, status: 201, summary: "Make a check group", description: "Makes a check group.",
		request: newCheckGroup{DisplayName: "Backups", Description: value("Nightly")}, answer: shown,
	}, func(_ roster.Actor, q *createCheckGroup) (in directory.NewCheckGroup, err error) {
		in = directory.NewCheckGroup{Name: q.doc.DisplayName, Description: q.doc.Description.Value, Faults: q.faults}
		in.IdempotencyKey = q.IdempotencyKey
		return in, nil
	}, d.CreateCheckGroup, func(_ *createCheckGroup, g roster.CheckGroup) answer {
		return answer{body: showCheckGroup(g), version: g.Version, location: path + "/" + string(g.ID)}
	})
	route(a, operation{
		id: "updateCheckGroup", call: "PATCH " + one, tag: tag, fails: []int{409}, summary: "Change a check group",
		description: "Changes what the merge patch names.", request: checkGroupChange{Description: value("Nightly and weekly")}, answer: shown,
	}, func(_ roster.Actor, q *changeCheckGroup) (in directory.CheckGroupChange, err error) {
		in = directory.CheckGroupChange{
			CheckGroup: roster.CheckGroupID(q.ID), Name: q.doc.DisplayName.Set, Description: q.doc.Description.Set, Faults: q.faults,
		}
		in.IfVersion = q.version()
		return in, nil
	}, d.UpdateCheckGroup, func(_ *changeCheckGroup, g roster.CheckGroup) answer {
		return answer{body: showCheckGroup(g), version: g.Version}
	})
	route(a, operation{
		id: "deleteCheckGroup", call: "DELETE " + one, tag: tag, status: 204, summary: "Delete a check group",
		description: "Deletes a check group with its entries. Its checks stay, in no check group.",
	}, func(_ roster.Actor, q *deleteCheckGroup) (in directory.Deletion, err error) {
		in.Ref = q.ref()
		in.IfVersion = q.version()
		return in, nil
	}, d.DeleteCheckGroup, func(*deleteCheckGroup, roster.CheckGroup) answer { return answer{} })
}

func showCheckGroup(g roster.CheckGroup) checkGroup {
	return checkGroup{g.ID, g.Number, g.Name, g.Description, g.CheckCount, g.Version, g.CreatedAt, g.UpdatedAt}
}
