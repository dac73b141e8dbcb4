package realm

import "errors"

// Bounds of one message that a server sends, before it is parsed.
const (
	maxMessage  = 256 << 10 // bytes
	maxElements = 4096      // elements in one message; each costs the parser some hundred bytes
	maxNesting  = 10        // an entry with its attributes has 6 levels (RFC 4511 §4.5.2); the parser copies each
	maxAnswer   = 2 << 20   // bytes of all messages that answer one request
)

var (
	errTooLong    = errors.New("the directory sends an answer that is too long")
	errTooDeep    = errors.New("the directory sends a message with too many levels")
	errTooMany    = errors.New("the directory sends a message of too many elements")
	errNotLDAP    = errors.New("the directory does not answer in LDAP")
	errIndefinite = errors.New("the directory sends a length that LDAP forbids")
)

const (
	sequenceTag     = 0x30
	constructedMark = 0x20
	highTag         = 0x1f // of an identifier that goes on; LDAP has no such tag
	longForm        = 0x80
)

// elements follows the structure of the messages in a stream of bytes (BER, as RFC 4511 §5.1
// restricts it), without keeping their contents. It refuses messages that would cost the parser too
// much.
type elements struct {
	open    []int // bytes left in each open element, the outermost first
	content int   // bytes left of a primitive content
	count   int   // elements of the message so far

	header  int  // header bytes of the current element so far
	nested  bool // its content is elements
	lengths int  // bytes of its length still to come
	length  int
}

// feed reads the next bytes. After an error the rest of the stream has no meaning.
func (e *elements) feed(p []byte) error {
	for len(p) > 0 {
		if n := min(e.content, len(p)); n > 0 {
			e.content -= n
			p = p[n:]
			continue
		}
		if err := e.next(p[0]); err != nil {
			return err
		}
		p = p[1:]
	}
	return nil
}

// whole reports whether the stream is between two messages.
func (e *elements) whole() bool {
	e.close()
	return len(e.open) == 0 && e.content == 0 && e.header == 0
}

// next reads one byte of a header.
func (e *elements) next(b byte) error {
	e.header++
	switch {
	case e.header == 1:
		return e.identifier(b)
	case e.header == 2 && b < longForm:
		e.length = int(b)
	case e.header == 2 && b == longForm:
		return errIndefinite
	case e.header == 2 && b > longForm+4:
		return errTooLong
	case e.header == 2:
		e.lengths = int(b - longForm)
		return nil
	default:
		e.length = e.length<<8 | int(b)
		e.lengths--
	}
	if e.lengths > 0 {
		return nil
	}
	return e.begin()
}

func (e *elements) identifier(b byte) error {
	e.close()
	if len(e.open) == 0 {
		e.count = 0
		if b != sequenceTag {
			return errNotLDAP
		}
	}
	if b&highTag == highTag {
		return errNotLDAP
	}
	if e.count++; e.count > maxElements {
		return errTooMany
	}
	e.nested = b&constructedMark != 0
	return nil
}

// begin opens an element whose header is complete.
func (e *elements) begin() error {
	length, whole := e.length, e.length+e.header
	e.header, e.length = 0, 0
	if length < 0 || length > maxMessage { // below 0 where int has 32 bits
		return errTooLong
	}
	if last := len(e.open) - 1; last >= 0 {
		if e.open[last] < whole {
			return errNotLDAP
		}
		e.open[last] -= whole
	}
	if !e.nested {
		e.content = length
		return nil
	}
	if len(e.open) == maxNesting {
		return errTooDeep
	}
	e.open = append(e.open, length)
	return nil
}

// close closes the elements that are complete.
func (e *elements) close() {
	if e.content > 0 || e.header > 1 {
		return
	}
	for len(e.open) > 0 && e.open[len(e.open)-1] == 0 {
		e.open = e.open[:len(e.open)-1]
	}
}
