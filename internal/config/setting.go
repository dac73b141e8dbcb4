package config

import (
	"fmt"
	"log/slog"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/alecthomas/kong"
)

// prefix is the start of the name of all our environment variables.
const prefix = "ROSTER_"

// groups are the first words of settings that share a key in the file.
var groups = [...]string{"smtp", "passwords", "api", "graze", "checkcentral"}

// variable returns the environment variable of a flag.
func variable(flag string) string {
	return prefix + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// key returns the file's key of a flag: "graze.require_all_arguments".
func key(flag string) string {
	snake := strings.ReplaceAll(flag, "-", "_")
	for _, group := range groups {
		if rest, found := strings.CutPrefix(snake, group+"_"); found {
			return group + "." + rest
		}
	}
	return snake
}

// settingName returns the three names of a setting, for messages.
func settingName(flag string) string {
	return fmt.Sprintf("--%s (%s, %s)", flag, variable(flag), key(flag))
}

// flagOf returns the flag of a key in the file, however it is nested, dotted or spelled.
func flagOf(key string) string {
	return strings.NewReplacer("_", "-", ".", "-").Replace(key)
}

// settings returns the flags of Serve: the only list of settings.
func settings() ([]*kong.Flag, error) {
	parser, err := kong.New(&Serve{}, kong.NoDefaultHelp())
	if err != nil {
		return nil, fmt.Errorf("read the settings' grammar: %w", err)
	}
	return parser.Model.Flags, nil
}

// understand returns a value in the form of the setting's flag, or a fault. The fault does not
// repeat the value, because a misplaced value may be a secret.
func understand(flag *kong.Flag, text string) (value, wrong string) {
	switch flag.Target.Interface().(type) {
	case bool:
		if !oneOf(strings.ToLower(text), "true", "false", "1", "0", "yes", "no") {
			return "", "must be true or false"
		}
	case int:
		n, err := strconv.Atoi(text)
		if err != nil {
			return "", "must be a whole number"
		}
		text = strconv.Itoa(n) // "010" is ten here, but eight to kong
	case time.Duration:
		if _, err := time.ParseDuration(text); err != nil {
			return "", "must be a time with its unit, such as 30s or 5m"
		}
	case slog.Level:
		if new(slog.Level).UnmarshalText([]byte(text)) != nil {
			return "", "must be debug, info, warn or error"
		}
	}
	if allowed := flag.EnumSlice(); flag.Enum != "" && !slices.Contains(allowed, text) {
		last := len(allowed) - 1
		return "", "must be " + strings.Join(allowed[:last], ", ") + " or " + allowed[last]
	}
	return text, ""
}

// isList reports whether the setting takes several values.
func isList(flag *kong.Flag) bool { return flag.Target.Kind() == reflect.Slice }

// quoted returns the operator's text in quotes for a message, shortened if it is long.
func quoted(text string) string {
	const most = 60 // bytes
	if len(text) > most {
		text = text[:most] + "…"
	}
	return strconv.Quote(text)
}
