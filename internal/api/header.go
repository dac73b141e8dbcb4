package api

import (
	"net/http"
	"slices"

	"roster"
	"roster/internal/dialect"
	"roster/internal/directory"
)

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
	if !dialect.IfMatch(p.IfMatch).Valid() && h.Values(name) != nil {
		f.Add(name, `must be one ETag of at most 255 characters, such as "v3", or *`)
	}
	return f
}

// anything reports that any version will do, as long as there is the record.
func (p Precondition) anything() bool { return dialect.IfMatch(p.IfMatch).Anything() }

// version returns the version that the record must have, see [dialect.IfMatch.Version]. Of what is
// no tag at all the request has a fault, so that nothing is changed anyway.
func (p Precondition) version() int64 { return dialect.IfMatch(p.IfMatch).Version() }
