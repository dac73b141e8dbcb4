package directory

import (
	"time"

	"roster"
)

// AuditAttributes are what filters may ask of audit entries.
var AuditAttributes = Attributes[roster.AuditEntry]{
	"id":         ident(func(e roster.AuditEntry) roster.AuditID { return e.ID }).stored(Indexed),
	"at":         moment(func(e roster.AuditEntry) time.Time { return e.At }),
	"actorKind":  text(func(e roster.AuditEntry) string { return string(e.ActorKind) }),
	"actor":      text(func(e roster.AuditEntry) string { return e.Actor }),
	"actorName":  text(func(e roster.AuditEntry) string { return e.ActorName }),
	"face":       text(func(e roster.AuditEntry) string { return string(e.Face) }),
	"address":    text(func(e roster.AuditEntry) string { return e.Address }),
	"requestId":  text(func(e roster.AuditEntry) string { return e.RequestID }),
	"action":     text(func(e roster.AuditEntry) string { return e.Action }),
	"target":     ident(func(e roster.AuditEntry) string { return e.Target }).stored(Indexed),
	"targetName": text(func(e roster.AuditEntry) string { return e.TargetName }),
}
