package realm

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"roster"
	"roster/internal/directory"
)

// properties holds the properties of a configuration and their faults. As in all of Graze, a list
// may come as JSON text in a string, and a number as text (spec/graze.md, "Rules for every call").
type properties struct {
	all    map[string]json.RawMessage
	faults roster.Faults
}

func (p *properties) add(name, detail string) { p.faults.Add(property(name), detail) }
func (p *properties) wrong(name string) bool  { return p.faults.Has(property(name)) }

// missing records a fault unless the property has one already.
func (p *properties) missing(name, detail string) {
	if !p.wrong(name) {
		p.add(name, detail)
	}
}

// given returns the property; ok is false if it is missing or null.
func (p *properties) given(name string) (raw json.RawMessage, ok bool) {
	raw, ok = p.all[name]
	return raw, ok && string(raw) != "null"
}

// text returns a text.
func (p *properties) text(name, otherwise string) string {
	raw, ok := p.given(name)
	if !ok {
		return otherwise
	}
	var s string
	if err := json.Unmarshal(raw, &s); err != nil {
		p.add(name, "must be a text")
		return ""
	}
	return s
}

// names returns a list of names, each once.
func (p *properties) names(name string, otherwise []string) []string {
	raw, ok := p.given(name)
	if !ok {
		return otherwise
	}
	list, ok := nameList(raw)
	switch {
	case !ok:
		p.add(name, "must be a list of names")
		return nil
	case len(list) > directory.MaxReferences:
		p.add(name, fmt.Sprintf("must not name more than %d", directory.MaxReferences))
		return nil
	}
	for i, s := range list {
		validateReference(&p.faults, fmt.Sprintf("%s[%d]", property(name), i), s)
		if slices.Contains(list[:i], s) {
			p.faults.Add(fmt.Sprintf("%s[%d]", property(name), i), "is there already")
		}
	}
	return list
}

func nameList(raw json.RawMessage) (list []string, ok bool) {
	var inside string
	if json.Unmarshal(raw, &inside) == nil {
		if strings.TrimSpace(inside) == "" {
			return nil, true
		}
		raw = json.RawMessage(inside)
	}
	err := json.Unmarshal(raw, &list)
	return list, err == nil
}

// group returns the name of a group, which may also come as a list.
func (p *properties) group(name string) string {
	raw, ok := p.given(name)
	if !ok {
		return ""
	}
	var s string
	var list []string
	if json.Unmarshal(raw, &s) != nil {
		if json.Unmarshal(raw, &list) != nil || len(list) != 1 {
			p.add(name, "must be the name of one group")
			return ""
		}
		s = list[0]
	}
	if s != "" {
		validateReference(&p.faults, property(name), s)
	}
	return s
}

// template returns a template of attributes.
func (p *properties) template(name, otherwise string) string {
	text := p.text(name, otherwise)
	if detail := faultOfTemplate(text); detail != "" {
		p.missing(name, detail)
	}
	return text
}

// minutes returns a number of minutes.
func (p *properties) minutes(name string, otherwise time.Duration) time.Duration {
	raw, ok := p.given(name)
	if !ok {
		return otherwise
	}
	n, err := strconv.Atoi(strings.Trim(string(raw), `"`))
	if err != nil || n < 1 || n > maxLifetime {
		p.add(name, fmt.Sprintf("must be a whole number of minutes from 1 to %d", maxLifetime))
		return 0
	}
	return time.Duration(n) * time.Minute
}
