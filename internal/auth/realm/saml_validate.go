package realm

import (
	"context"
	"encoding/json"
	"time"

	"roster"
)

// SAMLValidator validates configurations of SAML realms. It implements [directory.Realms].
type SAMLValidator struct {
	// Fetch returns the document at an address that somebody else chose, and guards the network.
	Fetch func(ctx context.Context, url string) ([]byte, error)
	Now   func() time.Time
}

// ValidateSAML implements [directory.Realms]. If the configuration gives only the address of the
// metadata, it fetches the metadata and validates that, too.
func (v SAMLValidator) ValidateSAML(ctx context.Context, configuration json.RawMessage) roster.Faults {
	saml, faults := ParseSAML(configuration, v.Now())
	if len(faults) > 0 || saml.MetadataURL == "" {
		return faults
	}
	field := property("idpMetadataUrl")
	text, err := v.Fetch(ctx, saml.MetadataURL)
	if err != nil {
		for _, e := range roster.All(err) {
			faults.Add(field, "cannot be fetched: "+e.Detail)
		}
		return faults
	}
	_, wrong := ParseMetadata(text, v.Now())
	for _, e := range wrong {
		faults.Add(field, "points to metadata that "+e.Detail)
	}
	return faults
}
