package api

import (
	"encoding/json"
	"time"

	"roster"
	"roster/internal/directory"
)

// realm is a realm as it is shown: never its configuration, which may hold what is nobody's
// business.
type realm struct {
	ID          roster.RealmID   `json:"id" format:"uuid" doc:"The realm's id."`
	DisplayName string           `json:"displayName" doc:"Its name, unique without regard to case."`
	Kind        roster.RealmKind `json:"kind" doc:"SAML2, made here; LDAP, declared in the server's configuration."`
	Active      bool             `json:"active" doc:"Whether users prove identity there."`
	Version     int64            `json:"version" doc:"Rises by one with every change."`
	CreatedAt   time.Time        `json:"createdAt" doc:"When it was made."`
	UpdatedAt   time.Time        `json:"updatedAt" doc:"When it was changed last."`
}

// newRealm is a realm to be made.
type newRealm struct {
	DisplayName   string         `json:"displayName" minLength:"1" maxLength:"255" doc:"Its name, unique without regard to case."`
	Active        optional[bool] `json:"active,omitzero" doc:"Whether users prove identity there; true where absent."`
	Configuration freeObject     `json:"configuration" doc:"The configuration as Graze's createSecurityRealm takes it. It is never shown."`
}

// realmChange is what is to change of a realm.
type realmChange struct {
	Active        optional[bool]       `json:"active,omitzero" nullable:"false" doc:"Whether users prove identity there."`
	Configuration optional[freeObject] `json:"configuration,omitzero" nullable:"false" doc:"The whole configuration. It is never shown."`
}

// The requests about realms.
type (
	listRealms struct {
		Page
		Filter
	}
	readRealm struct {
		Named
		View
	}
	createRealm struct {
		Once
		sent[newRealm]
	}
	changeRealm struct {
		Named
		Precondition
		sent[realmChange]
	}
)

// realmNames are this API's names for what a realm's users get.
var realmNames = map[string]string{
	"configuration.roles": "configuration.defaultRoles", "configuration.teams": "configuration.defaultTeams",
	"configuration.primaryGroup": "configuration.defaultGroup",
}

// realms registers the calls about realms.
func (a *api) realms(d *directory.Directory) {
	const tag, all, one = "Realms", "/realms", "/realms/{id}"
	shown, configuration := showRealm(exampleRealm), freeObject(`{"idpMetadataUrl":"https://idp.example.com/metadata","defaultRoles":["Operator"]}`)
	listRoute(a, operation{
		id: "listRealms", call: "GET " + all, tag: tag, summary: "List realms",
		description: "The realms, by name.", answer: listed[realm]{Items: []realm{shown}},
	}, listing[roster.Realm, string]{
		key: func(r roster.Realm) string { return directory.Fold(r.Name) }, show: func(r roster.Realm) any { return showRealm(r) }, attributes: directory.RealmAttributes,
	}, func(_ roster.Actor, _ *listRealms, after *string) (directory.RealmList, error) {
		return directory.RealmList{After: orZero(after)}, nil
	}, d.ListRealms)
	route(a, operation{
		id: "createRealm", call: "POST " + all, tag: tag, status: 201, members: realmNames, summary: "Make a SAML realm",
		description: "Makes a SAML realm. What its users get must exist, and its maker must hold it.",
		request:     newRealm{DisplayName: "Corporate", Configuration: configuration}, answer: shown,
	}, func(_ roster.Actor, q *createRealm) (in directory.NewRealm, err error) {
		in = directory.NewRealm{
			Name: q.doc.DisplayName, Active: q.doc.Active.Set, Configuration: json.RawMessage(q.doc.Configuration), Faults: q.faults,
		}
		in.IdempotencyKey = q.IdempotencyKey
		return in, nil
	}, d.CreateRealm, func(_ *createRealm, r roster.Realm) answer {
		return answer{body: showRealm(r), version: r.Version, location: all + "/" + string(r.ID)}
	})
	route(a, operation{
		id: "getRealm", call: "GET " + one, tag: tag, summary: "Read a realm", description: "One realm, without its configuration.", answer: shown,
	}, func(_ roster.Actor, q *readRealm) (roster.Ref, error) {
		return q.ref(), nil
	}, d.GetRealm, func(_ *readRealm, r roster.Realm) answer {
		return answer{body: showRealm(r), version: r.Version}
	})
	route(a, operation{
		id: "updateRealm", call: "PATCH " + one, tag: tag, members: realmNames, summary: "Change a SAML realm",
		description: "Changes what the merge patch names.", request: realmChange{Active: value(false)}, answer: shown,
	}, func(_ roster.Actor, q *changeRealm) (in directory.RealmChange, err error) {
		in = directory.RealmChange{Realm: q.ref(), Active: q.doc.Active.Set, Faults: q.faults}
		in.Configuration = as(q.doc.Configuration, func(o freeObject) json.RawMessage { return json.RawMessage(o) })
		in.IfVersion = q.version()
		return in, nil
	}, d.UpdateRealm, func(_ *changeRealm, r roster.Realm) answer {
		return answer{body: showRealm(r), version: r.Version}
	})
}

func showRealm(r roster.Realm) realm {
	return realm{
		ID: r.ID, DisplayName: r.Name, Kind: r.Kind, Active: r.Active, Version: r.Version, CreatedAt: r.CreatedAt, UpdatedAt: r.UpdatedAt,
	}
}
