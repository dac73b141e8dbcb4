package realm

import (
	"regexp"
	"strings"
)

// templateMark is an attribute in a template: $firstname, or ${urn:oid:2.5.4.42} where the name
// holds more than letters, digits and underscores (the braces are ours).
var templateMark = regexp.MustCompile(`\$([A-Za-z_][A-Za-z0-9_]*|\{[^{}$]+\})`)

// faultOfTemplate returns what is wrong with a template, "" if nothing is. One without an attribute
// would be the same for everybody.
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
