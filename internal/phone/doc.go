// Package phone reads telephone numbers as people write them into the form of ITU-T E.164. It knows
// the numbering plans of all countries.
//
// The plans are those of Google's libphonenumber (Apache License 2.0), in plans.txt.gz. They are
// read when the first number comes. go test -update takes them from github.com/nyaruka/phonenumbers
// anew. The tests compare every answer with that library, which is not linked: see
// docs/adr/dependencies.md.
package phone
