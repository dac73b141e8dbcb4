package cli

import (
	"cmp"
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
	if c.JSON {
		return sh.printJSON(sh.build)
	}
	return sh.say("%s", sh.build)
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

// readBuild returns the release that the binary was stamped with, or else the module's version
// where it was built from a tag, and what the toolchain wrote into it.
func readBuild(release string) build {
	b := build{Version: release, Go: runtime.Version(), System: runtime.GOOS + "/" + runtime.GOARCH}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		info = &debug.BuildInfo{}
	}
	if v := info.Main.Version; v != "(devel)" {
		b.Version = cmp.Or(b.Version, v)
	}
	b.Version = cmp.Or(b.Version, "devel")
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			b.Commit = s.Value
		}
	}
	return b
}
