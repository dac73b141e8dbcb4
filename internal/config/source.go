package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/alecthomas/kong"
)

// fileFlag is the flag that names the configuration file, in every command that has one.
const fileFlag = "config"

// Options make a grammar read settings from the environment, and from the file named by the flag
// --config or by ROSTER_CONFIG. The command line has priority. A command without that flag reads
// neither. environ is as returned by os.Environ. warn gets a sentence about each variable that
// looks like a setting and is none.
//
// A parse fails with all faults of environment and file at once: a [roster.Faults] inside kong's
// error.
func Options(environ []string, warn func(string)) []kong.Option {
	s := newSource(environ, warn)
	return []kong.Option{
		kong.WithBeforeResolve(s.load),
		kong.Resolvers(s),
		kong.ValueFormatter(s.help),
	}
}

// Load returns the settings that `roster serve` would have with these arguments, not yet validated.
// It is for commands that work beside the server or instead of it. file is the configuration file;
// "" means the one that environ names. Errors: those of a parse with [Options].
func Load(file string, environ []string, warn func(string), args ...string) (Serve, error) {
	var grammar struct {
		Settings bare `embed:""` // without Validate, which kong would call
		Config   string
	}
	if file != "" {
		args = append(args, "--"+fileFlag+"="+file)
	}
	parser, err := kong.New(&grammar, append(Options(environ, warn), kong.Name("roster"), kong.NoDefaultHelp())...)
	if err != nil {
		return Serve{}, fmt.Errorf("read the settings' grammar: %w", err)
	}
	_, err = parser.Parse(args)
	return Serve(grammar.Settings), err
}

// source gives kong the values of environment and file.
type source struct {
	environ  []string
	warn     func(string)
	settings func() ([]*kong.Flag, error)

	loaded bool
	values map[string]any // by flag
}

func newSource(environ []string, warn func(string)) *source {
	return &source{environ: environ, warn: warn, settings: sync.OnceValues(settings)}
}

// help adds the variable to the help text of a setting.
func (s *source) help(value *kong.Value) string {
	flags, err := s.settings()
	known := err == nil && slices.ContainsFunc(flags, func(f *kong.Flag) bool { return f.Name == value.Name })
	if !known || value.Flag == nil || len(value.Tag.Envs) > 0 {
		return kong.DefaultHelpValueFormatter(value)
	}
	return strings.TrimSuffix(value.Help, ".") + " ($" + variable(value.Name) + ")."
}

// load reads environment and file once, when kong knows the command.
func (s *source) load(ctx *kong.Context) error {
	if s.loaded {
		return nil
	}
	s.loaded = true
	name, takes := s.file(ctx)
	if !takes || name == "" && !slices.ContainsFunc(s.environ, isOurs) {
		return nil // the settings' own grammar need not be read
	}
	flags, err := s.settings()
	if err != nil {
		return err
	}
	var f faults
	s.values = map[string]any{}
	if name != "" {
		maps.Copy(s.values, readFile(name, flags, &f))
	}
	for flag, value := range readEnviron(s.environ, flags, s.warn, &f) {
		s.values[flag] = value
	}
	return f.err()
}

// isOurs reports whether a variable begins like those of the settings.
func isOurs(entry string) bool { return strings.HasPrefix(entry, prefix) }

// file returns the name of the configuration file, "" for none, and whether the command takes one.
func (s *source) file(ctx *kong.Context) (name string, takes bool) {
	for _, flag := range ctx.Flags() {
		if flag.Name == fileFlag {
			takes = true
			name = fmt.Sprint(ctx.FlagValue(flag))
		}
	}
	for _, entry := range s.environ {
		if value, found := strings.CutPrefix(entry, variableConfig+"="); found && name == "" {
			name = value
		}
	}
	return name, takes
}

// Validate implements kong.Resolver. Loading has already reported the faults.
func (s *source) Validate(*kong.Application) error { return nil }

// Resolve implements kong.Resolver. kong asks only for flags that the command line does not set.
func (s *source) Resolve(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	return s.values[flag.Name], nil
}
