package realm_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"reflect"
	"strings"
	"testing"
	"time"

	"roster"
	"roster/internal/auth/realm"
)

// at is the time at which metadata is judged.
var at = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// certificate returns one for the key, valid for a span around at, in base64.
func certificate(t testing.TB, key crypto.Signer, from, until time.Duration) string {
	t.Helper()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "idp"}, NotBefore: at.Add(from), NotAfter: at.Add(until),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(der)
}

func curve(t testing.TB, c elliptic.Curve) crypto.Signer {
	t.Helper()
	key, err := ecdsa.GenerateKey(c, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

const (
	redirect = `<SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://idp.example.com/redirect"/>`
	post     = `<SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://idp.example.com/post"/>`
	soap     = `<SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:SOAP" Location="https://idp.example.com/soap"/>`
	space    = `xmlns="urn:oasis:names:tc:SAML:2.0:metadata"`
)

func key(use, cert string) string {
	return `<KeyDescriptor use="` + use + `"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data><X509Certificate>` + cert +
		`</X509Certificate></X509Data></KeyInfo></KeyDescriptor>`
}

// entity is an identity provider with what is in its IDPSSODescriptor.
func entity(inside ...string) string {
	return `<EntityDescriptor ` + space + ` entityID="https://idp.example.com/">` +
		`<IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:1.1:protocol urn:oasis:names:tc:SAML:2.0:protocol">` +
		strings.Join(inside, "") + `</IDPSSODescriptor></EntityDescriptor>`
}

func TestMetadataIsRead(t *testing.T) {
	t.Parallel()
	cert := certificate(t, curve(t, elliptic.P256()), -time.Hour, time.Hour)
	for name, text := range map[string]string{
		"one entity":        `<?xml version="1.0" encoding="UTF-8"?>` + "\n<!-- of ours -->\n" + entity(key("signing", " "+cert[:20]+"\n\t"+cert[20:]+" "), redirect, post, soap),
		"a list of one":     `<EntitiesDescriptor ` + space + `>` + entity(key("", cert), redirect, post) + `<EntityDescriptor entityID="sp"/></EntitiesDescriptor>`,
		"an expired, too":   entity(key("signing", certificate(t, curve(t, elliptic.P256()), -2*time.Hour, -time.Hour)), key("signing", cert), redirect, post),
		"one to encrypt by": entity(key("encryption", "what is not used is not read"), key("signing", cert), redirect, post),
	} {
		m, f := realm.ParseMetadata([]byte(text), at)
		if f != nil || m.EntityID != "https://idp.example.com/" || m.RedirectURL != "https://idp.example.com/redirect" ||
			m.PostURL != "https://idp.example.com/post" || len(m.Certificates) != 1 {
			t.Errorf("%s: %+v, %v", name, m, f)
		}
	}
}

func TestWhatIsWrongWithMetadataIsSaid(t *testing.T) {
	t.Parallel()
	strong := curve(t, elliptic.P256())
	weakRSA, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	signed := key("signing", certificate(t, strong, -time.Hour, time.Hour))
	deep := strings.Repeat("<a>", 40) + strings.Repeat("</a>", 40)
	for name, c := range map[string]struct{ text, want string }{
		"nothing":              {"", "well-formed"},
		"no XML":               {"{}", "well-formed"},
		"cut off":              {entity(signed, redirect)[:300], "well-formed"},
		"more behind it":       {entity(signed, redirect) + "<a/>", "well-formed"},
		"another encoding":     {`<?xml version="1.0" encoding="EBCDIC"?>` + entity(signed, redirect), "well-formed"},
		"another document":     {"<html/>", "well-formed"},
		"too long":             {entity(signed, redirect) + strings.Repeat(" ", realm.MaxMetadata), "longer than 1048576 bytes"},
		"too deep":             {entity(signed, redirect, deep), "more than 32 levels"},
		"a document type":      {`<!DOCTYPE a [<!ENTITY b "c">]>` + entity(signed, redirect), "document type"},
		"an external entity":   {`<!DOCTYPE a SYSTEM "file:///etc/passwd">` + entity(signed, redirect), "document type"},
		"a processing order":   {`<?xml-stylesheet href="x"?>` + entity(signed, redirect), "document type"},
		"an entity":            {strings.Replace(entity(signed, redirect), "https://idp.example.com/\"", "&b;\"", 1), "well-formed"},
		"no identity provider": {`<EntityDescriptor ` + space + ` entityID="sp"/>`, "IDPSSODescriptor"},
		"two":                  {`<EntitiesDescriptor ` + space + `>` + entity(signed) + entity(signed) + `</EntitiesDescriptor>`, "several"},
		"no entityID":          {strings.Replace(entity(signed, redirect), "https://idp.example.com/\"", "\"", 1), "entityID"},
		"SAML 1.1":             {strings.Replace(entity(signed, redirect), "SAML:2.0:protocol", "SAML:1.0:protocol", 1), "speaks SAML 2.0"},
		"no binding":           {entity(signed, soap), "SingleSignOnService"},
		"another scheme":       {entity(signed, strings.Replace(redirect, "https:", "javascript:", 1)), "well-formed"},
		"no host":              {entity(signed, strings.Replace(redirect, "https://idp.example.com", "https://", 1)), "SingleSignOnService"},
		"outlived":             {strings.Replace(entity(signed, redirect), "entityID", `validUntil="2026-11-20T00:00:00Z" entityID`, 1), "expired on 2026-11-20"},
		"no certificate":       {entity(redirect), "must hold the certificate"},
		"no real certificate":  {entity(key("signing", "AAAA"), redirect), "cannot be read"},
		"no base64":            {entity(key("signing", "%"), redirect), "cannot be read"},
		"expired":              {entity(key("signing", certificate(t, strong, -2*time.Hour, -time.Hour)), redirect), "expired on 2026-11-21"},
		"not valid yet":        {entity(key("signing", certificate(t, strong, time.Hour, 2*time.Hour)), redirect), "valid yet"},
		"a weak RSA key":       {entity(key("signing", certificate(t, weakRSA, -time.Hour, time.Hour)), redirect), "RSA key of 1024 bits"},
		"a weak curve":         {entity(key("signing", certificate(t, curve(t, elliptic.P224()), -time.Hour, time.Hour)), redirect), "elliptic key of 224 bits"},
		"too many":             {entity(strings.Repeat(signed, 17), redirect), "more than 16 certificates"},
	} {
		m, f := realm.ParseMetadata([]byte(c.text), at)
		if len(f) == 0 || !strings.Contains(f.Error(), c.want) {
			t.Errorf("%s: %+v, %v", name, m, f)
		}
	}
}

func FuzzMetadataNeverPanics(f *testing.F) {
	cert := certificate(f, curve(f, elliptic.P256()), -time.Hour, time.Hour)
	f.Add([]byte(entity(key("signing", cert), redirect, post)))
	f.Add([]byte(`<EntitiesDescriptor ` + space + ` validUntil="2027-01-01T00:00:00Z">` + entity(redirect) + `</EntitiesDescriptor>`))
	f.Add([]byte(`<!DOCTYPE a>`))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, faults := realm.ParseMetadata(b, at)
		if faults == nil && (m.EntityID == "" || len(m.Certificates) == 0 || m.RedirectURL+m.PostURL == "") {
			t.Errorf("%+v", m)
		}
	})
}

// documented is the configuration of the public record (Graze documentation, createSecurityRealm).
const documented = `{"idpMetadataUrl":"http://exampleIdP:18080/auth/realms/master/protocol/saml/descriptor","defaultRoles":["Operator"],` +
	`"defaultTeams":["Cloud DevOps"],"defaultGroup":"End-User","existingUserMappingField":"username","username":"$username",` +
	`"email":"$email","fullname":"$firstname $lastname","maximumAuthenticationLifetime":60}`

func TestTheDocumentedConfigurationIsGood(t *testing.T) {
	t.Parallel()
	want := realm.SAML{
		MetadataURL:  "http://exampleIdP:18080/auth/realms/master/protocol/saml/descriptor",
		DefaultRoles: []string{"Operator"}, DefaultTeams: []string{"Cloud DevOps"}, DefaultGroup: "End-User",
		ExistingUserMappingField: "username", UserName: "$username", Email: "$email", FullName: "$firstname $lastname",
		MaximumAuthenticationLifetime: time.Hour,
	}
	for name, raw := range map[string]string{
		"as printed":        documented,
		"only what must be": `{"idpMetadataUrl":"` + want.MetadataURL + `","defaultRoles":["Operator"],"defaultGroup":"End-User"}`,
		"null for defaults": `{"idpMetadataUrl":"` + want.MetadataURL + `","defaultRoles":["Operator"],"defaultGroup":["End-User"],"idpMetadata":null,"defaultTeams":null,"username":null,"maximumAuthenticationLifetime":null,"x":1}`,
		"texts":             `{"idpMetadataUrl":"` + want.MetadataURL + `","defaultRoles":"[\"Operator\"]","defaultGroup":"End-User","maximumAuthenticationLifetime":"60"}`,
	} {
		got, f := realm.ParseSAML(json.RawMessage(raw), at)
		if f != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, %v", name, got, f)
		}
	}
}

func TestMetadataInTheConfigurationIsRead(t *testing.T) {
	t.Parallel()
	text := entity(key("signing", certificate(t, curve(t, elliptic.P256()), -time.Hour, time.Hour)), redirect)
	raw := fmt.Sprintf(`{"idpMetadata":%q,"defaultRoles":["Operator"],"defaultGroup":"End-User","defaultTeams":[]}`, text)
	s, f := realm.ParseSAML(json.RawMessage(raw), at)
	if f != nil || s.Metadata.RedirectURL == "" || len(s.DefaultTeams) != 0 {
		t.Errorf("%+v, %v", s, f)
	}
}

func TestWhatIsWrongWithAConfigurationIsNamed(t *testing.T) {
	t.Parallel()
	with := func(more string) string { return strings.TrimSuffix(documented, "}") + "," + more + "}" }
	for name, c := range map[string]struct {
		raw    string
		fields []string
	}{
		"nothing":            {``, []string{""}},
		"null":               {`null`, []string{""}},
		"a list":             {`[]`, []string{""}},
		"nothing in it":      {`{}`, []string{".defaultRoles", ".defaultGroup", ".idpMetadata"}},
		"no roles":           {with(`"defaultRoles":[]`), []string{".defaultRoles"}},
		"no list of roles":   {with(`"defaultRoles":7`), []string{".defaultRoles"}},
		"an empty role":      {with(`"defaultRoles":["Operator",""]`), []string{".defaultRoles[1]"}},
		"a role twice":       {with(`"defaultRoles":["a","a"]`), []string{".defaultRoles[1]"}},
		"too many teams":     {with(`"defaultTeams":[` + strings.Repeat(`"a",`, 1000) + `"a"]`), []string{".defaultTeams"}},
		"two groups":         {with(`"defaultGroup":["a","b"]`), []string{".defaultGroup"}},
		"both sources":       {with(`"idpMetadata":"<a/>"`), []string{".idpMetadata"}},
		"another scheme":     {with(`"idpMetadataUrl":"file:///etc/passwd"`), []string{".idpMetadataUrl"}},
		"no text as URL":     {with(`"idpMetadataUrl":7`), []string{".idpMetadataUrl"}},
		"bad metadata":       {with(`"idpMetadataUrl":null,"idpMetadata":"<a/>"`), []string{".idpMetadata"}},
		"another field":      {with(`"existingUserMappingField":"shoeSize"`), []string{".existingUserMappingField"}},
		"no attribute":       {with(`"username":"everybody"`), []string{".username"}},
		"an empty template":  {with(`"email":""`), []string{".email"}},
		"a lone dollar":      {with(`"fullname":"$a $ $b"`), []string{".fullname"}},
		"an open brace":      {with(`"fullname":"$a ${b"`), []string{".fullname"}},
		"no time":            {with(`"maximumAuthenticationLifetime":0`), []string{".maximumAuthenticationLifetime"}},
		"a long time":        {with(`"maximumAuthenticationLifetime":1e9`), []string{".maximumAuthenticationLifetime"}},
		"no text, no number": {with(`"username":7,"maximumAuthenticationLifetime":{}`), []string{".username", ".maximumAuthenticationLifetime"}},
		"a name with braces": {with(`"email":"${urn:oid:0.9.2342.19200300.100.1.3}"`), nil},
	} {
		_, f := realm.ParseSAML(json.RawMessage(c.raw), at)
		var got []string
		for _, fault := range f {
			if fault.Kind != roster.Invalid || fault.Detail == "" {
				t.Errorf("%s: %v", name, fault)
			}
			got = append(got, strings.TrimPrefix(fault.Field, "configuration"))
		}
		if !reflect.DeepEqual(got, c.fields) {
			t.Errorf("%s: %v, want %q", name, f, c.fields)
		}
	}
}
