package graze

import (
	"bytes"
	"encoding/json"
	"iter"
	"net/http"

	"roster"
	"roster/internal/dialect"
)

// samlRealm is a realm in the answer of getSecurityRealms.
type samlRealm struct {
	Configuration json.RawMessage  `json:"configuration"`
	Name          string           `json:"name"`
	Active        bool             `json:"active"`
	Type          roster.RealmKind `json:"type"`
}

func encodeRealms(w http.ResponseWriter, realms iter.Seq2[roster.Realm, error]) error {
	return dialect.WriteStream(w, func(s *dialect.Stream) {
		s.Object(func() {
			for r, err := range realms {
				if s.Fail(err); s.Failed() {
					return
				}
				s.Member(r.Name, samlRealm{withType(r.Configuration, r.Kind), r.Name, r.Active, r.Kind})
			}
		})
	})
}

// withType returns the configuration with the realmType that Graze adds to it.
func withType(configuration json.RawMessage, kind roster.RealmKind) json.RawMessage {
	given, err := dialect.Parse(configuration)
	if err != nil || given.Kind != dialect.Object || given.Get("realmType").Kind != dialect.Absent {
		return configuration
	}
	text := append([]byte(`{"realmType":"`), kind...)
	text = append(text, '"')
	if len(given.Members) > 0 {
		text = append(text, ',')
	}
	return append(text, bytes.TrimSpace(configuration)[1:]...)
}
