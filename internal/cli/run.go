package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"roster"
	"roster/internal/config"
)

const description = "Roster is a people directory for operations teams: who is on the team, what they may do, and whether they will be reached."

// Run does what args, without the program's name, ask for, and returns the exit code: 0 when it was
// done, 2 when it was asked in a wrong way, 3 when it is not allowed, 4 when trying again later may
// help, and 1 for everything else. It ends early when ctx does. release is the version that the
// binary was stamped with, "" for what the toolchain knows.
func Run(ctx context.Context, release string, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	sh := newShell(ctx, stdin, stdout, stderr)
	sh.build = readBuild(release)
	var whole any = &grammar{}
	if len(args) > 0 && args[0] == "serve" {
		whole = &serverGrammar{}
	}
	parser, err := parserOf(sh, whole)
	if err != nil {
		return sh.fail(err, wording{})
	}
	if len(args) > 0 && args[0] == completeCommand {
		sh.complete(parser.Model.Node, args[1:])
		return 0
	}
	command, err := parser.Parse(customary(args))
	if errors.Is(err, errHelpShown) {
		return 0
	}
	var settings roster.Faults // of the environment or the file
	switch {
	case errors.As(err, &settings):
		return sh.fail(settings, wording{})
	case err != nil:
		return sh.fail(misused(err), wording{})
	}
	if err := validateFlags(command); err != nil {
		return sh.fail(err, wording{})
	}
	sh.typed = typedFlags(command)
	return sh.fail(command.Run(), wordingOf(command))
}

// customary understands what people try first with a command that they do not know.
func customary(args []string) []string {
	switch {
	case len(args) == 0:
		return []string{"--help"}
	case args[0] == "help":
		return append(slices.Clone(args[1:]), "--help")
	case args[0] == "--version":
		return []string{"version"}
	default:
		return args
	}
}

// errHelpShown ends the parsing of arguments that ask for help.
var errHelpShown = errors.New("help was shown")

// newParser returns the parser of the whole command line.
func newParser(sh *shell) (*kong.Kong, error) { return parserOf(sh, &grammar{}) }

func parserOf(sh *shell, grammar any) (*kong.Kong, error) {
	return kong.New(grammar, append(config.Options(os.Environ(), sh.note),
		kong.Name("roster"),
		kong.Description(description),
		kong.Writers(sh.stdout, sh.stderr),
		kong.Bind(sh),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, FlagsLast: true, WrapUpperBound: 100}),
		kong.Help(func(o kong.HelpOptions, ctx *kong.Context) error {
			if err := kong.DefaultHelpPrinter(o, ctx); err != nil {
				return err
			}
			return errHelpShown
		}),
	)...)
}

// validateFlags refuses a flag that was given without a value, such as --user "$USER_NAME" where
// the variable is not set: the command would take it for a flag that was left out. The settings of
// the server are checked apart.
func validateFlags(command *kong.Context) error {
	if _, serves := command.Selected().Target.Interface().(serveCommand); serves {
		return nil
	}
	for _, p := range command.Path {
		if p.Flag == nil || p.Resolved {
			continue
		}
		fault := ""
		switch v := p.Flag.Target; v.Kind() {
		case reflect.String, reflect.Slice:
			words, _ := v.Interface().([]string)
			mayBe := p.Flag.Tag.Has("empty") && v.Len() <= 1 // for an empty list, see wholeList
			if (v.Len() == 0 || slices.ContainsFunc(words, isBlank)) && !mayBe {
				fault = "must not be empty"
			}
		case reflect.Int:
			if v.Int() == 0 {
				fault = "must be at least 1"
			}
		}
		if fault != "" && !p.Flag.Required {
			fault += "; leave it out if you do not mean it"
		}
		if fault != "" {
			return misused(fmt.Errorf("--%s %s", p.Flag.Name, fault))
		}
	}
	return nil
}

// typedFlags returns the names of the flags that stand on the command line.
func typedFlags(command *kong.Context) map[string]bool {
	typed := map[string]bool{}
	for _, p := range command.Path {
		if p.Flag != nil && !p.Resolved {
			typed[p.Flag.Name] = true
		}
	}
	return typed
}

func isBlank(word string) bool { return strings.TrimSpace(word) == "" }

// misused makes an error of the grammar one that says where help is.
func misused(err error) error {
	command := "roster"
	var parse *kong.ParseError
	if errors.As(err, &parse) && parse.Context != nil && parse.Context.Selected() != nil {
		command = parse.Context.Selected().FullPath()
	}
	return usageError{fmt.Sprintf("%s (roster %s)", plainer(err.Error()), strings.TrimSpace(strings.TrimPrefix(command, "roster")+" --help"))}
}

// plainer leaves out the types that the grammar's library shows for missing flags.
func plainer(text string) string {
	return strings.ReplaceAll(text, "expected one of", "say which:")
}

// usageError is a command line that cannot be understood.
type usageError struct{ text string }

// Error returns what is wrong and where help is.
func (e usageError) Error() string { return e.text }

// fielder is a command that says which of its flags a field of the directory comes from.
type fielder interface {
	// fields maps the path of a field to what the caller typed: "displayName" → "--name".
	fields() map[string]string
}

// wordingOf returns how the command that was asked for speaks.
func wordingOf(command *kong.Context) (w wording) {
	node := command.Selected()
	if f, ok := node.Target.Addr().Interface().(fielder); ok {
		w.fields = f.fields()
	}
	if of := node.Parent; of.Type == kong.CommandNode {
		w.noun = of.Name
		w.shows = slices.ContainsFunc(of.Children, func(n *kong.Node) bool { return n.Name == "show" })
	}
	return w
}
