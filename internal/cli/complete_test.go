package cli

import (
	"strings"
	"testing"
)

func TestCompletionOffersWhatMayComeNext(t *testing.T) {
	t.Parallel()
	sh, _, _ := testShell(t, "")
	parser, err := newParser(sh)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ typed, want string }{
		{"", "serve user group team department role realm token organization settings preferences job audit login logout backup restore doctor version completion"},
		{"to", "token"},
		{"nonsense ", "serve user group team department role realm token organization settings preferences job audit login logout backup restore doctor version completion"},
		{"token ", "create list revoke"},
		{"token re", "revoke"},
		{"user ", "create list show update deactivate activate set-password delete undelete deleted grant-server-admin revoke-server-admin"},
		{"user update jdoe --level ", "custom readonly user editor manager administrator"},
		{"team update Night --members-from ", ""},
		{"token create --ac", "--access"},
		{"token create --access ", "read read-write"},
		{"token create --access read-", "read-write"},
		{"token create --access=", "--access=read --access=read-write"},
		{"token create --access=read-", "--access=read-write"},
		{"token create --access =", "read read-write"},
		{"token create --access = read-", "read-write"},
		{"token create --name x --access ", "read read-write"},
		{"token create --name ", ""},
		{"token create --json --ac", "--access"},
		{"token list --", "--help --all --data --database --config --server --token --organization --json"},
		{"token list --unknown=", ""},
		{"completion ", "bash zsh fish"},
		{"completion z", "zsh"},
		{"completion zsh ", ""},
		{"version -", "--help --json"},
		{"serve --data ", ""},
		{"serve --org", ""},
		{"organization ", "create list show"},
		{"job list --state ", "ready running buried"},
		{"settings set --", "--help --name --timezone --default-country --strong-passwords --data --database --config --server --token --organization --json"},
	} {
		var got []string
		for _, found := range candidates(parser.Model.Node, strings.Split(c.typed, " ")) {
			got = append(got, found.text)
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%q offers %q", c.typed, got)
		}
	}
}

func TestCandidatesAreTheOnlyOutputAndHaveTheirMeaning(t *testing.T) {
	t.Parallel()
	sh, stdout, stderr := testShell(t, "")
	if code := Run(t.Context(), "", []string{completeCommand, "token", "rev"}, sh.stdin, stdout, stderr); code != 0 {
		t.Errorf("exit code %d", code)
	}
	if stdout.String() != "revoke\tRevoke an API token at once.\n" || stderr.Len() > 0 {
		t.Errorf("%q, %q", stdout, stderr)
	}
}
