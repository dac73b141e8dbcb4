package cli

import _ "embed"

// The scripts ask the binary for candidates, so that they need no change when the commands do.
var (
	//go:embed completion/roster.bash
	bashCompletion string
	//go:embed completion/roster.zsh
	zshCompletion string
	//go:embed completion/roster.fish
	fishCompletion string
)

type completion struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"The shell: bash, zsh or fish."`
}

// Help returns the examples.
func (completion) Help() string {
	return `Examples:

    source <(roster completion bash)          # in ~/.bashrc
    source <(roster completion zsh)           # in ~/.zshrc, after compinit
    roster completion fish > ~/.config/fish/completions/roster.fish`
}

// Run prints the script.
func (c completion) Run(sh *shell) error {
	script := map[string]string{"bash": bashCompletion, "zsh": zshCompletion, "fish": fishCompletion}[c.Shell]
	_, err := sh.stdout.Write([]byte(script))
	return err
}
