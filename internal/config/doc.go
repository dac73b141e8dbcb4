// Package config reads the settings of the server: their names, their sources, and whether they fit
// together. They are read once, before anything opens.
//
// A setting has one name in three spellings. A flag wins over the environment, the environment over
// the file, the file over the default:
//
//	--smtp-address=mail:587    ROSTER_SMTP_ADDRESS=mail:587    smtp: {address: "mail:587"}
//
// The package opens only the configuration file and the file with the mail password. It does not
// know the effect of a setting. Help texts and docs/configuration.md describe it, and a test keeps
// the two equal.
//
// # Map
//
//   - serve.go: the settings. settle.go: their defaults.
//   - validate.go: finds all faults at once.
//   - source.go: environment and file as a source for the command line's grammar.
//   - setting.go, file.go, environ.go, nearest.go: names, YAML, variables, suggestions.
//   - secret.go: keeps secrets out of everything that prints the settings.
package config
