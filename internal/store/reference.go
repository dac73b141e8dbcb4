package store

import (
	"slices"
	"strings"

	"roster"
	"roster/internal/directory"
)

// named is a record with the id, number and name key that a reference can name it by.
type named[T any] struct {
	record T
	id     string
	number int64
	key    string
}

// resolution is a look-up of references. text ends before the conditions on id, number and
// name_key; args are its arguments. The id of a reference goes before its number, and the number
// before its name.
type resolution[T any] struct {
	doing, text string
	args        []any
	refs        []roster.Ref
	scan        func(scanner) (named[T], error)
	records     []named[T]
}

// lookups returns the queries that find the records.
func (r *resolution[T]) lookups(t *tx) (all []lookup) {
	for some := range slices.Chunk(r.refs, maxRows) {
		said := keysOf(some)
		if said == 0 {
			continue
		}
		n := padded(len(some))
		all = append(all, lookup{
			doing: r.doing, text: t.referenceText(r.text, said, len(r.args), n), args: referenceArgs(r.args, said, n, some),
			read: func(row scanner) error {
				record, err := r.scan(row)
				r.records = append(r.records, record)
				return err
			},
		})
	}
	return all
}

// found returns the records that refs name, in the order of refs, with a zero record for one that
// was not found.
func (r *resolution[T]) found() []T {
	found := make([]T, len(r.refs))
	for i, ref := range r.refs {
		found[i] = pick(r.records, ref)
	}
	return found
}

// resolve runs a look-up of references.
func resolve[T any](t *tx, r *resolution[T]) ([]T, error) {
	if err := t.look(r.lookups(t)...); err != nil {
		return nil, err
	}
	return r.found(), nil
}

// FindNamed implements directory.GroupTx.
func (t *tx) FindNamed(org roster.OrganizationID, refs directory.NamedRefs) (directory.NamedRecords, error) {
	groups, teams := t.groupsNamed(org, roster.KindGroup, refs.Groups), t.groupsNamed(org, roster.KindTeam, refs.Teams)
	roles := t.rolesNamed(org, refs.Roles)
	if err := t.look(slices.Concat(groups.lookups(t), teams.lookups(t), roles.lookups(t))...); err != nil {
		return directory.NamedRecords{}, err
	}
	return directory.NamedRecords{Groups: groups.found(), Teams: teams.found(), Roles: roles.found()}, nil
}

// refKeys is the set of keys that references use. A query looks only for these, since each key
// costs a lookup in another index.
type refKeys int

const (
	refByID refKeys = 1 << iota
	refByNumber
	refByName
	refByAny = refByID | refByNumber | refByName
)

func keysOf(refs []roster.Ref) (s refKeys) {
	for _, ref := range refs {
		if ref.ID != "" {
			s |= refByID
		}
		if ref.Number != 0 {
			s |= refByNumber
		}
		if ref.Name != "" {
			s |= refByName
		}
	}
	return s
}

// referenceText adds to text the conditions that find n references, after args earlier arguments.
func (t *tx) referenceText(text string, s refKeys, args, n int) string {
	return t.texts.get(textKey{base: text, n: n*int(refByAny+1) + int(s)}, func() string {
		var b strings.Builder
		b.WriteString(text + " AND (")
		or := ""
		for _, column := range []struct {
			says refKeys
			name string
		}{{refByID, "id"}, {refByNumber, "number"}, {refByName, "name_key"}} {
			if s&column.says == 0 {
				continue
			}
			b.WriteString(or + column.name + " IN (")
			or = " OR "
			writePlaceholders(&b, args+1, n)
			b.WriteByte(')')
			args += n
		}
		b.WriteByte(')')
		return b.String()
	})
}

// referenceArgs returns the arguments of referenceText: args, then ids, numbers and keys.
func referenceArgs(args []any, s refKeys, n int, refs []roster.Ref) []any {
	all := append(make([]any, 0, len(args)+3*n), args...)
	for _, of := range []struct {
		says  refKeys
		value func(roster.Ref) any
	}{
		{refByID, func(r roster.Ref) any { return uid(r.ID) }},
		{refByNumber, func(r roster.Ref) any { return r.Number }},
		{refByName, func(r roster.Ref) any { return directory.Fold(r.Name) }},
	} {
		for i := 0; s&of.says != 0 && i < n; i++ {
			all = append(all, of.value(refs[min(i, len(refs)-1)]))
		}
	}
	return all
}

// pick returns the record that ref names.
func pick[T any](records []named[T], ref roster.Ref) (none T) {
	key := directory.Fold(ref.Name)
	for _, matches := range []func(named[T]) bool{
		func(r named[T]) bool { return ref.ID != "" && r.id == ref.ID },
		func(r named[T]) bool { return ref.Number != 0 && r.number == ref.Number },
		func(r named[T]) bool { return key != "" && r.key == key },
	} {
		for _, r := range records {
			if matches(r) {
				return r.record
			}
		}
	}
	return none
}
