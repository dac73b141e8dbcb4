package directory

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"
	"time"

	"roster"
)

// written returns an entry as the verbs write it.
func written() roster.AuditEntry {
	e := roster.AuditEntry{
		ID: roster.AuditID(newID()), OrganizationID: "o", At: time.Unix(1, 0), ActorKind: roster.ActorUser, Actor: "user u", ActorName: "ada",
		Face: roster.FaceAPI, Address: "192.0.2.1", RequestID: "r", Action: "user.create", Target: "t", TargetName: "grace", Details: []byte(`{"after":1}`),
	}
	commitAudit(&e)
	return e
}

func TestEachSideOfAnEntryIsErasedAloneAndTheOtherIsStillVerified(t *testing.T) {
	t.Parallel()
	for name, sides := range map[string][]func(*roster.AuditEntry) bool{
		"none":                   {},
		"the actor's":            {EraseAuditActor},
		"the target's":           {EraseAuditTarget},
		"both, the actor first":  {EraseAuditActor, EraseAuditTarget},
		"both, the target first": {EraseAuditTarget, EraseAuditActor},
	} {
		e := written()
		hash := e.PersonalHash
		for _, erase := range sides {
			if !erase(&e) || erase(&e) {
				t.Errorf("%s: a side is not erased once", name)
			}
		}
		if fault, erased := personalFault(e); fault != "" || erased != (len(sides) > 0) || e.PersonalHash != hash {
			t.Errorf("%s: fault %q, erased %v, hash %s before and %s after", name, fault, erased, hash, e.PersonalHash)
		}
		for field, change := range map[string]func(*roster.AuditEntry){
			"actor name":  func(e *roster.AuditEntry) { e.ActorName += "x" },
			"address":     func(e *roster.AuditEntry) { e.Address += "x" },
			"target name": func(e *roster.AuditEntry) { e.TargetName += "x" },
			"details":     func(e *roster.AuditEntry) { e.Details = []byte(string(e.Details) + " ") },
			"salt":        func(e *roster.AuditEntry) { e.Salt += strings.Repeat("5a", 16) },
		} {
			changed := e
			change(&changed)
			if fault, _ := personalFault(changed); fault == "" {
				t.Errorf("erased: %s; nobody sees that the %s was changed", name, field)
			}
		}
	}
}

func TestWhatIsLeftOfAnErasedSideDoesNotSayWhatItWas(t *testing.T) {
	t.Parallel()
	e := written()
	whole := e.Salt
	EraseAuditActor(&e)
	salt, _ := hex.DecodeString(whole)
	if strings.Contains(e.Salt, whole) || strings.Contains(e.Salt, hex.EncodeToString(actorSide.salt(salt))) {
		t.Error("the salt by which the actor can be guessed is still there")
	}
}

// TestThePersonalHashStaysAsItIsDefined holds the definition, on which others rely.
func TestThePersonalHashStaysAsItIsDefined(t *testing.T) {
	t.Parallel()
	want := sha256.Sum256([]byte("\x00\x00\x00\x00\x00\x00\x00\x00" + "\x00\x00\x00\x00\x00\x00\x00\x01a"))
	if got := hex.EncodeToString(digest("", "a")); got != hex.EncodeToString(want[:]) {
		t.Errorf("the digest of two texts is %s", got)
	}
	if a, b := digest("ab", "c"), digest("a", "bc"); string(a) == string(b) {
		t.Error("texts that are split elsewhere have the same digest")
	}
}

func TestTheTimeOfAnIDIsTheOneItWasMadeAt(t *testing.T) {
	t.Parallel()
	at := time.UnixMilli(1_764_000_000_123)
	if got := timeOfID(earliestID(at)); !got.Equal(at) {
		t.Errorf("got %v, want %v", got, at)
	}
	before := time.Now().Add(-time.Minute)
	if id := roster.AuditID(newID()); id < earliestID(before) || id > earliestID(before.Add(time.Hour)) {
		t.Errorf("%s is not of the last minute", id)
	}
	if got := timeOfID("none"); !got.IsZero() {
		t.Errorf("what is no id has the time %v", got)
	}
}
