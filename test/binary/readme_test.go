package binary_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"roster/test/binary"
)

// block is a text in a document that stands between fences.
type block struct{ language, text string }

var fenced = regexp.MustCompile("(?ms)^```(\\w+)\n(.*?)^```$")

// readme returns the blocks of a section of the README, in order: of all before the first heading
// for "".
func readme(t *testing.T, heading string) (blocks []block) {
	t.Helper()
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	for section := range strings.SplitSeq(string(text), "\n## ") {
		title, _, _ := strings.Cut(section, "\n")
		if strings.HasPrefix(title, "# ") {
			title = ""
		}
		if title != heading {
			continue
		}
		for _, m := range fenced.FindAllStringSubmatch(section, -1) {
			blocks = append(blocks, block{m[1], m[2]})
		}
	}
	return blocks
}

// TestTheReadmesRequestsAreAnsweredAsItSays sends what the README prints to a demonstration.
func TestTheReadmesRequestsAreAnsweredAsItSays(t *testing.T) {
	t.Parallel()
	s := binary.Start(t, binary.Options{Args: []string{"--demo"}})
	token := regexp.MustCompile(`apiToken=(\w+)`).FindStringSubmatch(s.Banner())
	group := regexp.MustCompile(`"userGroups": \["([^"]+)"\]`).FindStringSubmatch(s.Banner())
	if token == nil || group == nil {
		t.Fatalf("the demonstration prints no call of CheckCentral's: %s", s.Banner())
	}
	here := strings.NewReplacer("https://localhost:8443", s.HTTPS, "http://localhost:8080", s.HTTP, "$TOKEN", token[1], "$GROUP", group[1])
	sent, last := 0, ""
	for _, b := range readme(t, "") {
		if b.language == "json" {
			if got, want := uuid.ReplaceAllString(last, "…"), uuid.ReplaceAllString(strings.TrimSpace(b.text), "…"); got != want {
				t.Errorf("the answer is\n%s\nand the README has\n%s", got, want)
			}
			continue
		}
		for line := range strings.Lines(b.text) {
			if !strings.HasPrefix(line, "curl ") {
				continue
			}
			a := curl(t, s, strings.TrimSpace(here.Replace(line))+" -v")
			if !a.ok() && !strings.Contains(a.status, " 201") {
				t.Errorf("%swas answered %q %s", line, a.status, a.body)
			}
			sent, last = sent+1, a.body
		}
	}
	if sent != 4 {
		t.Errorf("the README has %d requests", sent)
	}
}

// TestTheReadmesCommandsReachTheServerThatTheyFollow runs what the README prints for real use, one
// terminal after the other.
func TestTheReadmesCommandsReachTheServerThatTheyFollow(t *testing.T) {
	t.Parallel()
	blocks, data := readme(t, "For real use"), t.TempDir()
	if len(blocks) != 2 {
		t.Fatalf("the README has %d blocks for real use", len(blocks))
	}
	here := strings.NewReplacer("/var/lib/roster", data, "./bin/roster", "roster", ":443", "127.0.0.1:0")
	first, rest := here.Replace(blocks[0].text), here.Replace(blocks[1].text)
	_, line, found := strings.Cut(first, "roster serve ")
	if !found || !slices.Contains(strings.Fields(first), "ROSTER_DATA="+data) {
		t.Fatalf("the first block is %s", first)
	}
	s := binary.Start(t, binary.Options{Data: data, Args: strings.Fields(line)})
	if r := (binary.Command{}).Shell(t, "cd "+t.TempDir()+" && set -e\n"+rest); r.Code != 0 || !strings.Contains(r.Stdout, "roster_") {
		t.Fatalf("exit code %d\n%s%s", r.Code, r.Stdout, r.Stderr)
	}
	if groups := s.Must("", "group", "list"); !strings.Contains(groups, "Network") {
		t.Errorf("the server has the groups %s", groups)
	}
}
