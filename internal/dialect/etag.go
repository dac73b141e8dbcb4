package dialect

import (
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"strings"
)

// MaxETags is the longest value of If-Match, in bytes.
const MaxETags = 255

// ETag returns the entity tag of a record with a version that is shown as text: "v3.Xq0b…". A
// record may be shown differently while it keeps its version (a group is renamed to which it
// refers, an event changes the status of a check). Then it has another tag, as a strong one must
// be (RFC 9110 §8.8.1). What comes before the dot is enough for If-Match.
func ETag(version int64, text []byte) string {
	sum := sha256.Sum256(text)
	return `"v` + strconv.FormatInt(version, 10) + "." + base64.RawURLEncoding.EncodeToString(sum[:9]) + `"`
}

// IfMatch is the value of the header If-Match; "" where there is none.
type IfMatch string

// Valid reports whether it is one entity tag, or *.
func (m IfMatch) Valid() bool {
	_, good := m.tag()
	return (good || m.Anything()) && len(m) <= MaxETags
}

// Anything reports that any version will do, as long as there is the record.
func (m IfMatch) Anything() bool { return strings.TrimSpace(string(m)) == "*" }

// Version returns the version that the record must have: 0 for any, and where the value is not
// valid. A tag that no record has is -1: a weak one never matches (RFC 9110 §13.1.1).
func (m IfMatch) Version() int64 {
	tag, good := m.tag()
	if !good {
		return 0
	}
	number, found := strings.CutPrefix(tag, "v")
	number, _, _ = strings.Cut(number, ".")
	version, err := strconv.ParseInt(number, 10, 64)
	if !found || err != nil || version < 1 || strings.HasPrefix(strings.TrimSpace(string(m)), "W/") {
		return -1
	}
	return version
}

// tag returns what stands between the quotes of one entity tag (RFC 9110 §8.8.3); good is false
// for anything else.
func (m IfMatch) tag() (tag string, good bool) {
	tag, begun := strings.CutPrefix(strings.TrimPrefix(strings.TrimSpace(string(m)), "W/"), `"`)
	tag, ended := strings.CutSuffix(tag, `"`)
	return tag, begun && ended && !strings.ContainsFunc(tag, func(r rune) bool { return r == '"' || r < '!' || r > '~' })
}

// IfNoneMatch is the value of the header If-None-Match; "" where there is none.
type IfNoneMatch string

// Has reports whether the caller has what has the tag.
func (m IfNoneMatch) Has(tag string) bool {
	for one := range strings.SplitSeq(string(m), ",") {
		if one = strings.TrimSpace(one); one == "*" || strings.TrimPrefix(one, "W/") == tag {
			return true
		}
	}
	return false
}
