package roster

import (
	"encoding/json"
	"time"
)

// AuditEntry says who changed what. It is written in the same transaction as the change. A sealer
// later puts it on a page of the organization's chain ([AuditSeal]).
//
// ActorName and Address are the actor's side, TargetName and Details the target's side. Each side
// can be erased alone.
type AuditEntry struct {
	ID             AuditID
	OrganizationID OrganizationID
	At             time.Time
	ActorKind      ActorKind
	Actor          string // principal
	ActorName      string // "" once erased
	Face           Face
	Address        string // "" once erased
	RequestID      string
	Action         string          // the verb: "user.create"
	Target         string          // id of the record
	TargetName     string          // "" once erased
	Details        json.RawMessage // what the record was and is; nil once erased

	PersonalHash string // hex SHA-256, a commitment to both sides; stays after they are erased
	Salt         string // hex; what is needed to verify the sides that are not erased, "" if none is left
}

// AuditSeal is a page of audit entries, and a link of the organization's chain.
type AuditSeal struct {
	OrganizationID OrganizationID
	Number         int64     // place in the chain, from 1
	Entries        []AuditID // of the page, ascending
	EntryHashes    []string  // the first 8 bytes of each entry's hash in hex, which tell which entry was changed
	Through        AuditID   // the next page in order begins after this entry
	Hash           string    // hex SHA-256 over the hash of the seal before, this seal and its entries
	SealedAt       time.Time
}
