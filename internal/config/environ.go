package config

import (
	"fmt"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// Variables that are not settings of the server.
const (
	variableKey    = prefix + "KEY"    // the server's key, read elsewhere
	variableConfig = prefix + "CONFIG" // the file

	// The organization that a command works on. A server serves all of them.
	variableOrganization = prefix + "ORGANIZATION"

	// The server that a command calls over the network, and the token for it.
	variableServer = prefix + "SERVER"
	variableToken  = prefix + "TOKEN"
)

// ofCommands are the variables that are read elsewhere.
var ofCommands = [...]string{variableKey, variableConfig, variableOrganization, variableServer, variableToken}

// readEnviron returns the settings in the environment, by flag. It ignores empty variables. It
// calls warn for every other variable that begins with ROSTER_.
func readEnviron(environ []string, flags []*kong.Flag, warn func(string), f *faults) map[string]string {
	byName := make(map[string]*kong.Flag, len(flags))
	names := make([]string, 0, len(flags)) // without the prefix, which all of them share
	for _, flag := range flags {
		name := variable(flag.Name)
		byName[name] = flag
		names = append(names, strings.TrimPrefix(name, prefix))
	}
	values := map[string]string{}
	for _, entry := range environ {
		name, value, _ := strings.Cut(entry, "=")
		if !strings.HasPrefix(name, prefix) || value == "" {
			continue
		}
		flag := byName[name]
		switch {
		case flag != nil:
			value, wrong := understand(flag, value)
			if wrong != "" {
				f.Add(name, wrong)
				continue
			}
			values[flag.Name] = value
		case slices.Contains(ofCommands[:], name) || isOfKubernetes(name):
		default:
			warn(unknownVariable(name, names))
		}
	}
	return values
}

func unknownVariable(name string, known []string) string {
	if near := nearest(strings.TrimPrefix(name, prefix), known); near != "" {
		return fmt.Sprintf("the environment variable %s is no setting; did you mean %s?", name, prefix+near)
	}
	return fmt.Sprintf("the environment variable %s is no setting; roster serve --help lists them", name)
}

// isOfKubernetes reports whether Kubernetes sets the variable for a service called roster
// (Kubernetes documentation, Service, environment variables).
func isOfKubernetes(name string) bool {
	rest := strings.TrimPrefix(name, prefix)
	return rest == "PORT" || strings.HasPrefix(rest, "PORT_") || strings.HasPrefix(rest, "SERVICE_")
}
