// Package filter is the filter language of SCIM (RFC 7644 §3.4.2.2), which the native API speaks
// too:
//
//		userName sw "j" and (active eq true or not (emails[type eq "work"] or meta.created gt "2026-01-01T00:00:00Z"))
//
//	  - filter.go: [Parse] and what can be asked of a [Filter]
//	  - lex.go, parse.go: text to tree, within bounds
//	  - check.go: whether it asks what can be asked of such records
//	  - match.go, fold.go: whether a record is picked
//	  - text.go: tree to text
//
// The language knows no schema. Who uses it says which attributes there are ([Filter.Check]) and
// what values a record has ([Filter.Match], [Filter.MatchRecord]).
//
// Where the standard is silent: ne is the opposite of eq, so an attribute without a value is not
// equal to anything but null; a comparison with a value of another type is false, if nobody refuses
// it; whoever reads several values of an attribute needs one that fits; and texts are in the order
// of their folded bytes.
package filter
