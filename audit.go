package roster

import (
	"encoding/json"
	"time"
)

// AuditEntry says who changed what. It is written in the same transaction as the change. A sealer
// later numbers the entries of an organization and links each to the one before it by its hash.
type AuditEntry struct {
	ID             AuditID
	OrganizationID OrganizationID
	At             time.Time
	ActorKind      ActorKind
	Actor          string // principal
	ActorName      string
	Face           Face
	Address        string
	RequestID      string
	Action         string // the verb: "user.create"
	Target         string // id of the record
	TargetName     string
	DetailsHash    string // hex SHA-256 of salt ‖ details; stays after the details are erased
	Seq            int64  // place in the organization's chain, from 1; 0 while unsealed
	Hash           string // hex SHA-256 over the entry and the hash before it; "" while unsealed

	Salt    string          // hex; "" once erased
	Details json.RawMessage // what the record was and is; nil once erased
}
