package api

import (
	"time"

	"github.com/danielgtaylor/huma/v2"

	"roster"
	"roster/internal/directory"
)

// auditEntry is an audit entry as it is shown.
type auditEntry struct {
	ID         roster.AuditID   `json:"id" format:"uuid" doc:"The entry's id."`
	At         time.Time        `json:"at" doc:"When it happened."`
	ActorKind  roster.ActorKind `json:"actorKind" doc:"What kind of credential the actor came with."`
	Actor      string           `json:"actor" doc:"The credential's identity."`
	ActorName  string           `json:"actorName" doc:"The userName, or the token's name."`
	Face       roster.Face      `json:"face" doc:"The interface."`
	Address    string           `json:"address" doc:"The caller's address; empty for the command line."`
	RequestID  string           `json:"requestId" doc:"The request's id; empty outside a request."`
	Action     string           `json:"action" doc:"What was done: user.create."`
	Target     string           `json:"target" doc:"The id of the record."`
	TargetName string           `json:"targetName" doc:"The record's name."`
	Details    freeObject       `json:"details" doc:"What the record was and is; null once erased."`
}

// TransformSchema implements [huma.SchemaTransformer]: details may be null.
func (auditEntry) TransformSchema(_ huma.Registry, s *huma.Schema) *huma.Schema {
	s.Properties["details"] = orNull(s.Properties["details"])
	return s
}

// verification says whether the audit is whole.
type verification struct {
	Intact          bool            `json:"intact" doc:"Whether every sealed entry is what it was, and none is missing."`
	Seals           int64           `json:"seals" doc:"How many seals were found good. Each seals a page of entries."`
	Sealed          int64           `json:"sealed" doc:"How many entries were found good."`
	Erased          int64           `json:"erased" doc:"How many of these have had the names, address or details of a person erased."`
	Bad             *roster.AuditID `json:"bad" format:"uuid" doc:"The first entry that is not good; null if the fault is that of a seal."`
	Seal            *int64          `json:"seal" doc:"The number of the seal with the fault, from 1."`
	Reason          *string         `json:"reason" doc:"What is wrong."`
	Unsealed        int64           `json:"unsealed" doc:"How many entries are not sealed. They are counted only if the audit is intact."`
	Overdue         int64           `json:"overdue" doc:"How many of these are older than two hours, when a running server would have sealed them."`
	UnsealedEntries []unsealedEntry `json:"unsealedEntries" doc:"The first hundred entries that are not sealed, by id."`
}

// unsealedEntry is an audit entry that is not sealed.
type unsealedEntry struct {
	ID      roster.AuditID `json:"id" format:"uuid" doc:"The entry's id."`
	At      time.Time      `json:"at" doc:"When it happened."`
	Overdue bool           `json:"overdue" doc:"Whether it is older than two hours."`
}

// The requests about the audit.
type (
	listAudit struct {
		Page
		Filter
		Target string     `query:"target" maxLength:"64" doc:"Only entries about the record with this id."`
		Sort   auditOrder `query:"sort" doc:"The order, -at where absent: the newest first."`
	}
	readAudit struct {
		One
		Part
	}
)

// audit registers the calls about the audit.
func (a *api) audit(d *directory.Directory) {
	const tag, all = "Audit", "/audit"
	shown := showAudit(exampleAudit)
	listRoute(a, operation{
		id: "listAudit", call: "GET " + all, tag: tag, summary: "List audit entries",
		description: "Who changed what, the newest first unless sort says otherwise.", answer: listed[auditEntry]{Items: []auditEntry{shown}},
	}, listing[roster.AuditEntry, roster.AuditID]{
		key: func(e roster.AuditEntry) roster.AuditID { return e.ID }, show: func(e roster.AuditEntry) any { return showAudit(e) }, attributes: directory.AuditAttributes,
	}, func(_ roster.Actor, q *listAudit, after *roster.AuditID) (directory.AuditList, error) {
		in := directory.AuditList{Target: q.Target, Newest: q.Sort != "at", After: orZero(after)}
		if q.Filter.Filter == "" {
			in.Limit = q.Limit + 1 // one more says whether there is a next page
		}
		return in, nil
	}, d.ListAudit)
	route(a, operation{
		id: "getAuditEntry", call: "GET " + all + "/{id}", tag: tag, summary: "Read an audit entry", description: "One audit entry.", answer: shown,
	}, func(_ roster.Actor, q *readAudit) (roster.AuditID, error) {
		return roster.AuditID(q.ID), nil
	}, d.GetAuditEntry, func(_ *readAudit, e roster.AuditEntry) answer {
		return answer{body: showAudit(e)}
	})
	route(a, operation{
		id: "verifyAudit", call: "GET " + all + "/verification", tag: tag, summary: "Verify the audit",
		description: "Computes the chain of hashes anew, from the first seal to the last. A running server seals an entry about two minutes after it happened.", answer: verification{
			Intact: true, Seals: 9, Sealed: 1204, Unsealed: 1, UnsealedEntries: []unsealedEntry{{ID: exampleAudit.ID, At: exampleTime}},
		},
	}, func(_ roster.Actor, _ *struct{}) (directory.None, error) {
		return directory.None{}, nil
	}, d.VerifyAudit, func(_ *struct{}, v directory.VerifiedAudit) answer {
		return answer{body: showVerified(v)}
	})
}

func showVerified(v directory.VerifiedAudit) verification {
	body := verification{
		Intact: v.Reason == "", Seals: v.Seals, Sealed: v.Sealed, Erased: v.Erased, Bad: orNil(v.Bad), Seal: orNil(v.Seal), Reason: orNil(v.Reason),
		Unsealed: v.Unsealed, Overdue: v.Overdue, UnsealedEntries: make([]unsealedEntry, len(v.Listed)),
	}
	for i, u := range v.Listed {
		body.UnsealedEntries[i] = unsealedEntry{ID: u.ID, At: u.At, Overdue: u.Overdue}
	}
	return body
}

func showAudit(e roster.AuditEntry) auditEntry {
	return auditEntry{
		ID: e.ID, At: e.At, ActorKind: e.ActorKind, Actor: e.Actor, ActorName: e.ActorName, Face: e.Face, Address: e.Address,
		RequestID: e.RequestID, Action: e.Action, Target: e.Target, TargetName: e.TargetName, Details: freeObject(e.Details),
	}
}
