package realm

import (
	"regexp"
	"strings"
)

// templateMark matches an attribute in a template: $firstname, or ${urn:oid:2.5.4.42} if the name
// has other characters than letters, digits and underscores (the braces are our addition).
var templateMark = regexp.MustCompile(`\$([A-Za-z_][A-Za-z0-9_]*|\{[^{}$]+\})`)

// faultOfTemplate returns what is wrong with a template, "" if nothing is. A template without an
// attribute would give everybody the same value.
func faultOfTemplate(text string) string {
	switch {
	case !readable(text):
		return "must be text of at most 255 characters, without control characters"
	case !templateMark.MatchString(text):
		return "must hold at least one attribute, such as $username"
	case strings.Contains(templateMark.ReplaceAllString(text, ""), "$"):
		return "holds a $ that no attribute's name follows"
	}
	return ""
}
