package config

import (
	"os"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// row returns the line of a setting in the table of docs/configuration.md.
func row(flag *kong.Flag) string {
	shown := flag.Default
	switch _, isSwitch := flag.Target.Interface().(bool); {
	case flag.Tag.Get("standard") != "":
		shown = flag.Tag.Get("standard")
	case isSwitch:
		shown = "false"
	case shown == "":
		shown = "–"
	}
	return "| `--" + flag.Name + "` | `" + variable(flag.Name) + "` | `" + key(flag.Name) + "` | " + shown + " | " +
		strings.NewReplacer("|", `\|`, "<", `\<`).Replace(flag.Help) + " |"
}

func TestTheDocumentListsEverySettingAsItIs(t *testing.T) {
	t.Parallel()
	flags, err := settings()
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, flag := range flags {
		want = append(want, row(flag))
		if !strings.HasSuffix(flag.Help, ".") || flag.Tag.Get("group") == "" && flag.Group == nil {
			t.Errorf("--%s lacks a sentence or a group", flag.Name)
		}
	}
	text, err := os.ReadFile("../../docs/configuration.md")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for line := range strings.SplitSeq(string(text), "\n") {
		if strings.HasPrefix(line, "| `--") {
			got = append(got, line)
		}
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("the table of docs/configuration.md must be:\n%s", strings.Join(want, "\n"))
	}
}

func TestTheExampleInTheDocumentIsGood(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/configuration.md")
	if err != nil {
		t.Fatal(err)
	}
	_, example, found := strings.Cut(string(text), "```yaml\n")
	example, _, closed := strings.Cut(example, "```")
	if !found || !closed {
		t.Fatal("there is no example")
	}
	name := t.TempDir() + "/password"
	if err := os.WriteFile(name, []byte("p"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := parse(t, strings.ReplaceAll(example, "/etc/roster/smtp-password", name), nil); err != nil {
		t.Error(err)
	}
}
