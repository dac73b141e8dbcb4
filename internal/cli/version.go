package cli

import (
	"runtime"
	"runtime/debug"
)

type version struct {
	JSON bool `name:"json" help:"Print JSON."`
}

// Help returns the examples.
func (version) Help() string {
	return `Examples:

    roster version
    roster version --json`
}

// Run prints the version.
func (c version) Run(sh *shell) error {
	b := readBuild()
	if c.JSON {
		return sh.printJSON(b)
	}
	return sh.say("%s", b)
}

// build says what the binary was made from.
type build struct {
	Version string `json:"version"`
	Commit  string `json:"commit,omitempty"`
	Go      string `json:"go"`
	System  string `json:"system"`
}

// String returns one line.
func (b build) String() string {
	text := "roster " + b.Version
	if b.Commit != "" {
		text += " (" + b.Commit + ")"
	}
	return text + " " + b.Go + " " + b.System
}

// readBuild reads what the toolchain wrote into the binary: the module's version where it was built
// from a tag, and the commit.
func readBuild() build {
	b := build{Version: "devel", Go: runtime.Version(), System: runtime.GOOS + "/" + runtime.GOARCH}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		b.Version = v
	}
	modified := ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			b.Commit = s.Value[:min(12, len(s.Value))]
		case s.Key == "vcs.modified" && s.Value == "true":
			modified = "+changes"
		}
	}
	if b.Commit != "" {
		b.Commit += modified
	}
	return b
}
