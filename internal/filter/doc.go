// Package filter implements the filter language of SCIM (RFC 7644 §3.4.2.2), which the native API
// uses too:
//
//	userName sw "j" and (active eq true or not (emails[type eq "work"] or title pr))
//
// Where to look:
//
//   - filter.go: [Parse] and the methods of [Filter]
//   - lex.go, parse.go: text to tree, within bounds
//   - validate.go: whether a filter fits the attributes of a kind of record
//   - match.go, cached_record.go: whether a filter is true of a record
//   - text.go, time.go: tree to text; times
//
// The language knows no schema. Its callers say which attributes exist ([Filter.Validate]) and
// which values a record has ([Filter.Match], [Filter.MatchRecord]).
//
// The standard leaves these rules open:
//
//   - ne is the opposite of eq. An attribute without a value is not equal to anything but null.
//   - A comparison with a value of another type is false, unless Validate refuses it.
//   - An attribute with several values matches if one of them does.
//   - Texts are ordered by their folded bytes.
package filter
