package realm_test

import (
	"context"
	"crypto/elliptic"
	"encoding/json"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"roster"
	"roster/internal/auth/realm"
)

func TestADeclarationThatIsWrongIsRefusedWithItsReason(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ text, want string }{
		"an unknown key": {"ldap:\n  - name: x\n    urls: [\"ldap://127.0.0.1\"]\n    base: y\n", "base"},
		"no realm":       {"ldap: []\n", "1 to 32 realms"},
		"no YAML":        {"ldap: [", "ldap.yaml"},
		"the same twice": {"ldap:\n" + strings.Repeat("  - {name: X, urls: [\"ldap://127.0.0.1\"], base_dn: \"dc=x\", default_roles: [Operator]}\n", 2), "two realms"},
		"no slug":        {"ldap: [{name: X, organization: Acme Inc, urls: [\"ldap://127.0.0.1\"], base_dn: \"dc=x\", default_roles: [Operator]}]\n", "organization"},
	} {
		file := filepath.Join(t.TempDir(), "ldap.yaml")
		if err := os.WriteFile(file, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := realm.Open(file, slog.New(slog.DiscardHandler), time.Now)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestMetadataThatIsOnlyNamedIsFetchedAndValidated(t *testing.T) {
	t.Parallel()
	configuration := json.RawMessage(`{"idpMetadataUrl":"https://idp.example.com/metadata","defaultRoles":["Operator"],"defaultGroup":"Network"}`)
	good := entity(redirect, key("signing", certificate(t, curve(t, elliptic.P256()), -time.Hour, time.Hour)))
	for name, c := range map[string]struct {
		text string
		err  error
		want string
	}{
		"good metadata": {text: good},
		"no XML":        {text: "no", want: "configuration.idpMetadataUrl points to metadata that must"},
		"no answer":     {err: &roster.Error{Kind: roster.Unavailable, Detail: "no answer"}, want: "configuration.idpMetadataUrl cannot be fetched: no answer"},
	} {
		validator := realm.SAMLValidator{Now: func() time.Time { return at }, Fetch: func(_ context.Context, url string) ([]byte, error) {
			if url != "https://idp.example.com/metadata" {
				t.Errorf("%s: %q is fetched", name, url)
			}
			return []byte(c.text), c.err
		}}
		faults := validator.ValidateSAML(t.Context(), configuration)
		switch {
		case c.want == "" && len(faults) > 0:
			t.Errorf("%s: %v", name, faults)
		case c.want != "" && (len(faults) == 0 || !strings.HasPrefix(faults[0].Field+" "+faults[0].Detail, c.want)):
			t.Errorf("%s: %v, want %q", name, faults, c.want)
		}
	}
}
