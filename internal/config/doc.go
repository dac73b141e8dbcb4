// Package config holds the settings of the server: what they are called, where they come from, and
// whether they make sense together. They are read once, before anything opens.
//
// A setting has one name in three spellings. A flag wins over the environment, the environment over
// the file, the file over the default:
//
//	--smtp-address=mail:587    ROSTER_SMTP_ADDRESS=mail:587    smtp: {address: "mail:587"}
//
// The package opens nothing but the configuration file and the file that holds the mail password.
// It does not know what a setting does: that is said in its help text and in docs/configuration.md,
// which a test keeps the same.
//
// # Map
//
//   - serve.go: the settings. settle.go: what they become where nothing is said.
//   - validate.go: all that can be wrong with them, found at once.
//   - source.go: environment and file as a source for the command line's grammar.
//   - setting.go, file.go, environ.go, nearest.go: names, YAML, variables, suggestions.
//   - secret.go: keeps secrets out of whatever prints the settings.
package config
