// Package phone reads telephone numbers as people write them, by the numbering plans of all countries, into the form of
// ITU-T E.164.
//
// The plans are those of Google's libphonenumber (Apache License 2.0), in plans.txt.gz; go test -update takes them anew from
// github.com/nyaruka/phonenumbers, which the tests compare every answer with. That library itself is not linked: it brings
// the names of all countries in all languages, 2.5 MB, and reads all plans before main.
package phone
