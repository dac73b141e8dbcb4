package filter

import (
	"time"

	"roster/internal/fold"
)

// The work of matching is counted in steps of about 30 ns at worst.
const (
	readWork   = 4  // of reading the values of an attribute
	timeWork   = 8  // of reading or writing a time
	plainBytes = 32 // how many bytes a comparison looks at in a step
)

// seen is a record, or an element of one, while it is matched. What was read of it is kept.
type seen struct {
	record Record // of an element of columns: nil
	known  []attribute
	work   *int // in steps

	whole *seen // of an element of columns: the record
	index int   // of an element of columns
}

// attribute is what is known at a path.
type attribute struct {
	values   []value
	read     bool
	elements []*seen
	parted   bool
}

func newSeen(r Record, slots int, work *int) *seen {
	return &seen{record: r, known: make([]attribute, slots), work: work}
}

// values returns the values that a comparison looks at.
func (s *seen) values(n *node) []value {
	if s.whole != nil {
		if all := s.whole.values(n); s.index < len(all) {
			return all[s.index : s.index+1]
		}
		return nil
	}
	a := &s.known[n.slot]
	if !a.read {
		path := n.path
		if _, ok := s.record.(columns); ok {
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

// elements returns the elements of a complex attribute. Columns have as many as the longest of
// those that a value path looks at.
func (s *seen) elements(n *node) []*seen {
	if s.whole != nil {
		return nil // value paths are not within each other
	}
	a := &s.known[n.slot]
	if _, ok := s.record.(columns); !ok {
		if !a.parted {
			a.parted = true
			for _, element := range s.record.Elements(n.path) {
				a.elements = append(a.elements, newSeen(element, len(s.known), s.work))
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
		a.elements = append(a.elements, &seen{work: s.work, whole: s, index: i})
		*s.work += 2
	}
	return a.elements[:count]
}

// value is a value of a record. What it takes to compare it is made once.
type value struct {
	any
	key    string // of a text, see [fold.Name]
	folded bool
	time   time.Time // of a text that is one
	isTime bool
	parsed bool
}

// present reports whether the value is not empty.
func (v *value) present() bool {
	link, ok := v.any.(Link)
	return v.any != nil && v.any != "" && v.any != Exact("") && (!ok || link.ID != "")
}

// name returns the key of a text that is the value or its name, and adds to the work what it took
// to make.
func (v *value) name(text string, work *int) string {
	if !v.folded {
		v.key, v.folded = fold.Name(text), true
		*work += fold.Work(text, v.key)
	}
	return v.key
}

// moment returns the time that a text is, and whether it is one.
func (v *value) moment(text string, work *int) (time.Time, bool) {
	if !v.parsed {
		v.time, v.isTime = ParseTime(text)
		v.parsed = true
		*work += timeWork
	}
	return v.time, v.isTime
}
