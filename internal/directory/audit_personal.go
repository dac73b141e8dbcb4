package directory

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"

	"roster"
)

// The personal hash of an audit entry is a commitment to its two sides, of which each can be erased
// alone:
//
//	leaf of a side = digest(salt of the side, texts of the side)
//	personal hash  = digest(leaf of the actor's side, leaf of the target's side)
//	salt of a side = the first 16 bytes of digest(salt of the entry, name of the side)
//
// The salt of an entry is 16 random bytes, so that nobody can guess erased texts. An erasure
// replaces it by what verifies the other side: a byte that names the erased side, its leaf, and the
// salt of the other side. If both sides are erased, nothing is left of it.

// side is a part of an audit entry that can be erased.
type side byte

// The sides. The values are stored.
const (
	actorSide  side = 1
	targetSide side = 2
)

const (
	saltSize      = 16
	remainderSize = 1 + sha256.Size + saltSize // of a salt, after one side was erased
)

func (s side) other() side { return actorSide + targetSide - s }

// texts returns the texts of the side.
func (s side) texts(e *roster.AuditEntry) [2]string {
	if s == actorSide {
		return [2]string{e.ActorName, e.Address}
	}
	return [2]string{e.TargetName, string(e.Details)}
}

// blank removes the texts of the side.
func (s side) blank(e *roster.AuditEntry) {
	if s == actorSide {
		e.ActorName, e.Address = "", ""
	} else {
		e.TargetName, e.Details = "", nil
	}
}

// salt returns the salt of the side of an entry whose salt is whole.
func (s side) salt(whole []byte) []byte {
	name := "actor"
	if s == targetSide {
		name = "target"
	}
	return digest(string(whole), name)[:saltSize]
}

// leaf returns the hash of the side's texts.
func (s side) leaf(e *roster.AuditEntry, salt []byte) []byte {
	texts := s.texts(e)
	return digest(string(salt), texts[0], texts[1])
}

// digest returns the SHA-256 of texts, each after its length in bytes as 8 bytes, big-endian.
func digest(texts ...string) []byte {
	h := sha256.New()
	for _, text := range texts {
		h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(text))))
		h.Write([]byte(text))
	}
	return h.Sum(nil)
}

// commitAudit gives a new entry its salt and its personal hash.
func commitAudit(e *roster.AuditEntry) {
	salt := make([]byte, saltSize)
	_, _ = rand.Read(salt) // never fails (Go 1.24)
	e.Salt = hex.EncodeToString(salt)
	actor, target := actorSide.leaf(e, actorSide.salt(salt)), targetSide.leaf(e, targetSide.salt(salt))
	e.PersonalHash = hex.EncodeToString(digest(string(actor), string(target)))
}

// EraseAuditActor erases the name and the address of an entry's actor. It reports whether there was
// anything to erase.
func EraseAuditActor(e *roster.AuditEntry) bool { return erase(e, actorSide) }

// EraseAuditTarget erases the name of an entry's target, and the details. It reports whether there
// was anything to erase.
func EraseAuditTarget(e *roster.AuditEntry) bool { return erase(e, targetSide) }

func erase(e *roster.AuditEntry, s side) bool {
	salt, err := hex.DecodeString(e.Salt)
	switch {
	case err != nil:
		return false
	case len(salt) == saltSize:
		left := append([]byte{byte(s)}, s.leaf(e, s.salt(salt))...)
		e.Salt = hex.EncodeToString(append(left, s.other().salt(salt)...))
	case len(salt) == remainderSize && side(salt[0]) == s.other():
		e.Salt = ""
	default:
		return false
	}
	s.blank(e)
	return true
}

// personalFault returns what is wrong with the personal part of an entry, "" if it is what was
// written or erased. erased reports whether a side of it was erased.
func personalFault(e roster.AuditEntry) (fault string, erased bool) {
	const changed = "names, address or details have changed since they were written"
	salt, err := hex.DecodeString(e.Salt)
	var leaves [2][]byte // of actor and target
	switch {
	case err == nil && len(salt) == 0:
		if actorSide.texts(&e) != [2]string{} || targetSide.texts(&e) != [2]string{} {
			return changed, true
		}
		return "", true
	case err == nil && len(salt) == saltSize:
		leaves = [2][]byte{actorSide.leaf(&e, actorSide.salt(salt)), targetSide.leaf(&e, targetSide.salt(salt))}
	case err == nil && len(salt) == remainderSize && (side(salt[0]) == actorSide || side(salt[0]) == targetSide):
		gone := side(salt[0])
		if gone.texts(&e) != [2]string{} {
			return changed, true
		}
		leaves[gone-1] = salt[1 : 1+sha256.Size]
		leaves[gone.other()-1] = gone.other().leaf(&e, salt[1+sha256.Size:])
		erased = true
	default:
		return "the salt has changed since the entry was written", false
	}
	if hex.EncodeToString(digest(string(leaves[0]), string(leaves[1]))) != e.PersonalHash {
		return changed, erased
	}
	return "", erased
}
