package realm

import (
	"bytes"
	"crypto/x509"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/crewjam/saml"

	"roster"
)

// Bounds of metadata.
const (
	// MaxMetadata is the greatest length of metadata, in bytes.
	MaxMetadata = 1 << 20

	maxEntityID     = 1024 // characters (SAML V2.0 core §8.3.6)
	maxXMLNesting   = 32   // of elements
	maxCertificates = 16   // for signing
)

// samlProtocol is the protocol that an identity provider must support (SAML V2.0 core §1.1).
const samlProtocol = "urn:oasis:names:tc:SAML:2.0:protocol"

// Metadata holds the part of an identity provider's metadata that Roster uses (SAML V2.0 metadata
// §2.4.3).
type Metadata struct {
	EntityID string

	// Addresses for the browser to sign in, by binding; one may be "".
	RedirectURL string
	PostURL     string

	// Certificates may sign assertions. None is expired or weak.
	Certificates []*x509.Certificate

	ValidUntil time.Time // zero: no end
}

// ParseMetadata reads the metadata of one identity provider and returns everything that is wrong
// with it. The faults name no field. Expired and weak certificates are left out, and are faults
// only if none remains: providers that change their key publish the old one for a while.
func ParseMetadata(text []byte, now time.Time) (Metadata, roster.Faults) {
	var f roster.Faults
	if err := validateXML(text); err != nil {
		f.Add("", err.Error())
		return Metadata{}, f
	}
	entity, err := identityProvider(text)
	if err != nil {
		f.Add("", err.Error())
		return Metadata{}, f
	}
	idp := entity.IDPSSODescriptors[0]
	m := Metadata{EntityID: entity.EntityID, ValidUntil: entity.ValidUntil}
	if id := m.EntityID; strings.TrimSpace(id) == "" || len([]rune(id)) > maxEntityID {
		f.Add("", fmt.Sprintf("must have an entityID of 1 to %d characters", maxEntityID))
	}
	if idp.ValidUntil != nil && (m.ValidUntil.IsZero() || idp.ValidUntil.Before(m.ValidUntil)) {
		m.ValidUntil = *idp.ValidUntil
	}
	if !m.ValidUntil.IsZero() && !now.Before(m.ValidUntil) {
		f.Add("", "expired on "+m.ValidUntil.UTC().Format(time.RFC3339)+"; get new metadata from the identity provider")
	}
	if !slices.Contains(strings.Fields(idp.ProtocolSupportEnumeration), samlProtocol) {
		f.Add("", "must be that of an identity provider that speaks SAML 2.0")
	}
	m.endpoints(idp, &f)
	m.certificates(idp, now, &f)
	return m, f
}

var (
	errMetadataLong  = fmt.Errorf("must not be longer than %d bytes", MaxMetadata)
	errMetadataXML   = errors.New("must be well-formed XML in UTF-8, of SAML's elements")
	errMetadataDTD   = errors.New("must not hold a document type or processing instructions")
	errMetadataDeep  = fmt.Errorf("must not have more than %d levels of elements", maxXMLNesting)
	errMetadataNoIDP = errors.New("must describe one identity provider (IDPSSODescriptor)")
	errMetadataMany  = errors.New("describes several identity providers; give that of one")
)

// validateXML refuses documents that the parser need not see: too long, too deep, or with
// declarations.
func validateXML(text []byte) error {
	if len(text) > MaxMetadata {
		return errMetadataLong
	}
	decoder := xml.NewDecoder(bytes.NewReader(text))
	for depth := 0; ; {
		token, err := decoder.RawToken()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return errMetadataXML
		}
		switch t := token.(type) {
		case xml.Directive:
			return errMetadataDTD
		case xml.ProcInst:
			if t.Target != "xml" {
				return errMetadataDTD
			}
		case xml.StartElement:
			if depth++; depth > maxXMLNesting {
				return errMetadataDeep
			}
		case xml.EndElement:
			depth--
		}
	}
}

// identityProvider returns the only entity that has an IDPSSODescriptor. Some providers put it into
// a list of entities.
func identityProvider(text []byte) (saml.EntityDescriptor, error) {
	var one saml.EntityDescriptor
	if err := unmarshalWhole(text, &one); err == nil {
		return onlyProvider([]saml.EntityDescriptor{one})
	}
	var many saml.EntitiesDescriptor
	if err := unmarshalWhole(text, &many); err != nil {
		return saml.EntityDescriptor{}, errMetadataXML
	}
	found, err := onlyProvider(many.EntityDescriptors)
	if err == nil && many.ValidUntil != nil && (found.ValidUntil.IsZero() || many.ValidUntil.Before(found.ValidUntil)) {
		found.ValidUntil = *many.ValidUntil
	}
	return found, err
}

func onlyProvider(entities []saml.EntityDescriptor) (saml.EntityDescriptor, error) {
	entities = slices.DeleteFunc(entities, func(e saml.EntityDescriptor) bool { return len(e.IDPSSODescriptors) == 0 })
	switch {
	case len(entities) == 0:
		return saml.EntityDescriptor{}, errMetadataNoIDP
	case len(entities) > 1 || len(entities[0].IDPSSODescriptors) > 1:
		return saml.EntityDescriptor{}, errMetadataMany
	}
	return entities[0], nil
}

// unmarshalWhole reads a document and refuses anything after it.
func unmarshalWhole(text []byte, into any) error {
	decoder := xml.NewDecoder(bytes.NewReader(text))
	if err := decoder.Decode(into); err != nil {
		return err
	}
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if rest, ok := token.(xml.CharData); ok && len(bytes.TrimSpace(rest)) == 0 {
			continue
		}
		if _, ok := token.(xml.Comment); !ok {
			return errMetadataXML
		}
	}
}

// endpoints keeps the first address of each binding that a browser can use.
func (m *Metadata) endpoints(idp saml.IDPSSODescriptor, f *roster.Faults) {
	for _, e := range idp.SingleSignOnServices {
		switch {
		case !isWebAddress(e.Location):
		case e.Binding == saml.HTTPRedirectBinding && m.RedirectURL == "":
			m.RedirectURL = e.Location
		case e.Binding == saml.HTTPPostBinding && m.PostURL == "":
			m.PostURL = e.Location
		}
	}
	if m.RedirectURL == "" && m.PostURL == "" {
		f.Add("", "must have a SingleSignOnService with the binding HTTP-Redirect or HTTP-POST, at an http or https address")
	}
}
