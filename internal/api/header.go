package api

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"roster"
	"roster/internal/directory"
)

// etag is the ETag of a record with a version that is shown as text: "v3.Xq0b…". A record may be shown differently while it
// keeps its version (a group is renamed to which it refers, an event changes the status of a check), and then it has
// another ETag, as a strong one must be (RFC 9110 §8.8.1). What comes before the dot is enough for If-Match.
func etag(version int64, text []byte) string {
	sum := sha256.Sum256(text)
	return `"v` + strconv.FormatInt(version, 10) + "." + base64.RawURLEncoding.EncodeToString(sum[:9]) + `"`
}

// maxHeader is the longest value of a header that names one thing, in bytes.
const maxHeader = 255

// headed is a request with a header of which the call asks more than that it is text.
type headed interface {
	headerFaults(h http.Header) roster.Faults
}

// readHeaders notes what is wrong with headers of the request, which are in q.
func (c *call) readHeaders(q any) {
	h, ok := q.(headed)
	if !ok {
		return
	}
	for _, f := range h.headerFaults(c.request.Header) {
		if !slices.ContainsFunc(c.faults, func(noted *roster.Error) bool { return noted.Field == f.Field }) {
			c.faults = append(c.faults, f)
		}
	}
}

func (o Once) headerFaults(h http.Header) (f roster.Faults) {
	const name = "Idempotency-Key"
	if detail := directory.FaultOfIdempotencyKey(o.IdempotencyKey); detail != "" && h.Values(name) != nil {
		f.Add(name, detail)
	}
	return f
}

func (p Precondition) headerFaults(h http.Header) (f roster.Faults) {
	const name = "If-Match"
	_, good := entityTag(p.IfMatch)
	if (!good && !p.anything() || len(p.IfMatch) > maxHeader) && h.Values(name) != nil {
		f.Add(name, `must be one ETag of at most 255 characters, such as "v3", or *`)
	}
	return f
}

// anything reports that any version will do, as long as there is the record.
func (p Precondition) anything() bool { return strings.TrimSpace(p.IfMatch) == "*" }

// version returns the version that the record must have, 0 for any. A tag that no record has is -1: a weak one never
// matches (RFC 9110 §13.1.1). Of what is no tag at all the request has a fault, so that nothing is changed anyway.
func (p Precondition) version() int64 {
	tag, good := entityTag(p.IfMatch)
	if !good {
		return 0
	}
	number, found := strings.CutPrefix(tag, "v")
	number, _, _ = strings.Cut(number, ".")
	version, err := strconv.ParseInt(number, 10, 64)
	if !found || err != nil || version < 1 || strings.HasPrefix(strings.TrimSpace(p.IfMatch), "W/") {
		return -1
	}
	return version
}

// entityTag returns what stands between the quotes of one entity tag (RFC 9110 §8.8.3); good is false for anything else.
func entityTag(text string) (tag string, good bool) {
	tag, begun := strings.CutPrefix(strings.TrimPrefix(strings.TrimSpace(text), "W/"), `"`)
	tag, ended := strings.CutSuffix(tag, `"`)
	return tag, begun && ended && !strings.ContainsFunc(tag, func(r rune) bool { return r == '"' || r < '!' || r > '~' })
}
