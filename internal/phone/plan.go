package phone

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
)

//go:embed plans.txt.gz
var packed []byte

// plan is the numbering plan of a country, or of a calling code without a country.
type plan struct {
	country  string // ISO 3166-1 alpha-2, or nowhere
	code     string // calling code
	abroad   string // pattern of the prefix before a calling code
	trunk    string // pattern of the prefix before a national number, "" for none
	rewrite  string // replaces trunk if its last group matched, "" for nothing
	begins   string // pattern of the first digits, if several plans have the code
	lengths  string // digits of national numbers, ascending, between commas: ,9,10,
	local    string // the same for numbers that can be dialled only within an area
	any      string // pattern of all national numbers
	kinds    []kind // fixed, mobile and so on
	min, max int    // digits
}

// kind is a kind of numbers.
type kind struct{ lengths, pattern string }

// plans holds all plans.
type plans struct {
	byCountry map[string]*plan
	byCode    map[string][]*plan // the main one first
}

// all returns the plans. The first call reads them.
var all = sync.OnceValue(func() plans {
	p := plans{byCountry: map[string]*plan{}, byCode: map[string][]*plan{}}
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		panic(err) // a test reads it
	}
	text, err := io.ReadAll(r)
	if err != nil {
		panic(err)
	}
	for line := range strings.Lines(string(text)) {
		one := readPlan(strings.Split(strings.TrimSuffix(line, "\n"), "\t"))
		p.byCode[one.code] = append(p.byCode[one.code], one)
		if one.country != nowhere {
			p.byCountry[one.country] = one
		}
	}
	return p
})

// nowhere is the country of calling codes without one.
const nowhere = "001"

func readPlan(f []string) *plan {
	p := &plan{country: f[0], code: f[1], abroad: f[2], trunk: f[3], rewrite: f[4], begins: f[5], lengths: f[6], local: f[7], any: f[8]}
	for i := 9; i+1 < len(f); i += 2 {
		p.kinds = append(p.kinds, kind{f[i], f[i+1]})
	}
	digits := strings.Split(strings.Trim(p.lengths, ","), ",")
	p.min, _ = strconv.Atoi(digits[0]) // digits: a test reads all
	p.max, _ = strconv.Atoi(digits[len(digits)-1])
	return p
}

// has reports whether the plan has a national number.
func (p *plan) has(national string) bool {
	if !within(p.lengths, national) || !whole(p.any, national) {
		return false
	}
	return slices.ContainsFunc(p.kinds, func(k kind) bool {
		return (k.lengths == "" || within(k.lengths, national)) && whole(k.pattern, national)
	})
}

// within reports whether a number has one of the lengths.
func within(lengths, number string) bool {
	return strings.Contains(lengths, ","+strconv.Itoa(len(number))+",")
}

func whole(pattern, text string) bool { return expression("^(?:" + pattern + ")$").MatchString(text) }

var compiled sync.Map // text → *regexp.Regexp; at most as many as the plans have patterns

// expression compiles a pattern of a plan, once.
func expression(text string) *regexp.Regexp {
	if e, ok := compiled.Load(text); ok {
		return e.(*regexp.Regexp)
	}
	e := regexp.MustCompile(text) // a test compiles all
	compiled.Store(text, e)
	return e
}
