package filter

import (
	"time"

	"roster/internal/fold"
)

// The work of matching, counted in steps of about 30 ns at worst.
const (
	readWork   = 4  // reading the values of an attribute
	timeWork   = 8  // parsing or formatting a time
	plainBytes = 32 // bytes that a comparison looks at in one step
)

// cachedRecord is a record, or an element of one, during a match. It caches what was read.
type cachedRecord struct {
	record Record // nil for an element of a flatRecord
	known  []attribute
	work   *int // work so far, in steps

	whole *cachedRecord // the record, for an element of a flatRecord
	index int           // the element's index, for an element of a flatRecord
}

// attribute is what was read at a path.
type attribute struct {
	values   []value
	read     bool
	elements []*cachedRecord
	split    bool
}

func newCachedRecord(r Record, slots int, work *int) *cachedRecord {
	return &cachedRecord{record: r, known: make([]attribute, slots), work: work}
}

// values returns the values that a comparison looks at.
func (s *cachedRecord) values(n *node) []value {
	if s.whole != nil {
		if all := s.whole.values(n); s.index < len(all) {
			return all[s.index : s.index+1]
		}
		return nil
	}
	a := &s.known[n.slot]
	if !a.read {
		path := n.path
		if _, ok := s.record.(flatRecord); ok {
			path = n.whole
		}
		values := s.record.Values(path)
		a.read, a.values = true, make([]value, len(values))
		for i, v := range values {
			a.values[i].any = v
		}
		*s.work += readWork + len(values)
	}
	return a.values
}

// elements returns the elements of a complex attribute. For a flatRecord it makes as many elements
// as the longest attribute in the value path has values.
func (s *cachedRecord) elements(n *node) []*cachedRecord {
	if s.whole != nil {
		return nil // value paths do not nest
	}
	a := &s.known[n.slot]
	if _, ok := s.record.(flatRecord); !ok {
		if !a.split {
			a.split = true
			for _, element := range s.record.Elements(n.path) {
				a.elements = append(a.elements, newCachedRecord(element, len(s.known), s.work))
			}
			*s.work += (1 + len(s.known)) * len(a.elements)
		}
		return a.elements
	}
	if n.op != some {
		return nil
	}
	count := 0
	n.of[0].each(n.path, func(_ string, inner *node) { count = max(count, len(s.values(inner))) })
	for i := len(a.elements); i < count; i++ {
		a.elements = append(a.elements, &cachedRecord{work: s.work, whole: s, index: i})
		*s.work += 2
	}
	return a.elements[:count]
}

// value is a value of a record. It caches its folded and parsed forms.
type value struct {
	any
	key    string // of a text: [fold.Name] of it
	folded bool
	time   time.Time // of a text that is a time
	isTime bool
	parsed bool
}

// present reports whether the value is not empty.
func (v *value) present() bool {
	link, ok := v.any.(Link)
	return v.any != nil && v.any != "" && v.any != Exact("") && (!ok || link.ID != "")
}

// name returns the folded form of text, which is the value or its name. The first call makes it and
// adds the cost to work.
func (v *value) name(text string, work *int) string {
	if !v.folded {
		v.key, v.folded = fold.Name(text), true
		*work += fold.Work(text, v.key)
	}
	return v.key
}

// parsedTime parses the text as a time, once, and reports whether it is one.
func (v *value) parsedTime(text string, work *int) (time.Time, bool) {
	if !v.parsed {
		v.time, v.isTime = ParseTime(text)
		v.parsed = true
		*work += timeWork
	}
	return v.time, v.isTime
}
