package store

import (
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
)

// array is the values of one column of several rows, as an argument of a statement on PostgreSQL.
// It travels in the binary form of arrays (array_send in the server's sources): an insert of any
// number of rows then has one text, which is parsed and planned once.
type array struct {
	kind   arrayKind
	values []any // of one Go type, or nil
}

// arrayKind is a type of values: its name in SQL, and its number in the catalog (pg_type.dat).
type arrayKind struct {
	name string
	oid  uint32
}

var (
	arrayOfNumbers  = arrayKind{"bigint", 20}
	arrayOfTexts    = arrayKind{"text", 25}
	arrayOfBooleans = arrayKind{"boolean", 16}
	arrayOfIDs      = arrayKind{"uuid", 2950}
	arrayOfBytes    = arrayKind{"bytea", 17}
)

// kindOf returns the kind of array that has the value.
func kindOf(value any) (arrayKind, bool) {
	switch value.(type) {
	case int64, int:
		return arrayOfNumbers, true
	case string, nullable:
		return arrayOfTexts, true
	case bool:
		return arrayOfBooleans, true
	case uid:
		return arrayOfIDs, true
	case digest:
		return arrayOfBytes, true
	}
	return arrayKind{}, false
}

// columnsOf returns the values of rows of the width as one array for each column. Values that are
// nil in all rows are numbers: that is an organization which nobody knows (tx.org).
func columnsOf(values []any, width int) []array {
	columns := make([]array, width)
	n := len(values) / width
	all := make([]any, 0, len(values))
	for c := range columns {
		columns[c].kind = arrayOfNumbers
		for i := range n {
			value := values[i*width+c]
			if kind, known := kindOf(value); known {
				columns[c].kind = kind
			}
			all = append(all, value)
		}
		columns[c].values = all[c*n : (c+1)*n : (c+1)*n]
	}
	return columns
}

// appendTo appends the binary form: one dimension from 1, then each value with its length.
func (a array) appendTo(b []byte) ([]byte, error) {
	b = appendUint32(b, 1, 1, a.kind.oid, uint32(len(a.values)), 1)
	for _, value := range a.values {
		at := len(b)
		b = appendUint32(b, 0)
		kind, known := kindOf(value)
		if value != nil && (!known || kind != a.kind) {
			return nil, fmt.Errorf("a %T in an array of %s", value, a.kind.name)
		}
		var null bool
		if b, null = appendValue(b, value); null {
			binary.BigEndian.PutUint32(b[at:], ^uint32(0)) // a length of -1
			continue
		}
		binary.BigEndian.PutUint32(b[at:], uint32(len(b)-at-4))
	}
	return b, nil
}

// appendValue appends the binary form of a value, and reports whether it is NULL instead.
func appendValue(b []byte, value any) (_ []byte, null bool) {
	switch v := value.(type) {
	case int64:
		return binary.BigEndian.AppendUint64(b, uint64(v)), false
	case int:
		return binary.BigEndian.AppendUint64(b, uint64(v)), false
	case string:
		return append(b, v...), false
	case nullable:
		return append(b, v...), v == ""
	case bool:
		if v {
			return append(b, 1), false
		}
		return append(b, 0), false
	case uid:
		id, ok := v.parse()
		if !ok {
			return b, true
		}
		return append(b, id[:]...), false
	case digest:
		hash, ok := v.parse()
		return append(b, hash...), !ok
	}
	return b, true
}

func appendUint32(b []byte, numbers ...uint32) []byte {
	for _, n := range numbers {
		b = binary.BigEndian.AppendUint32(b, n)
	}
	return b
}

// arrays returns insert with rows from arrays, which are the parameters. row and insert are as for
// texts.rows.
func (c *texts) arrays(insert, row string, columns []array) string {
	return c.get(textKey{base: insert, row: row}, func() string {
		before, after, _ := strings.Cut(insert, " $*")
		var b strings.Builder
		b.WriteString(strings.TrimSuffix(before, "VALUES"))
		b.WriteString("SELECT ")
		writeRow(&b, row, func(n int) string { return "page.c" + strconv.Itoa(n) })
		b.WriteString(" FROM unnest(")
		names := make([]string, len(columns))
		for i, column := range columns {
			if i > 0 {
				b.WriteString(", ")
			}
			names[i] = "c" + strconv.Itoa(i+1)
			fmt.Fprintf(&b, "$%d::%s[]", i+1, column.kind.name)
		}
		fmt.Fprintf(&b, ") AS page (%s)", strings.Join(names, ", "))
		b.WriteString(after)
		return b.String()
	})
}
