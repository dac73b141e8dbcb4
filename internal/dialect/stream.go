package dialect

import (
	"bufio"
	"encoding/json"
	"io"
	"iter"
	"net/http"
	"time"
)

// blockSize is the size of the blocks in which an answer is sent, in bytes.
const blockSize = 32 << 10

// streamStep is how long a client may take to read one block of a streamed answer.
const streamStep = 30 * time.Second

// StreamJSON writes a JSON array of the records between two texts, record by record, so its memory
// does not grow with their number. Errors: those of [WriteStream].
func StreamJSON[T any](w http.ResponseWriter, before string, records iter.Seq2[T, error], show func(T) any, after string) error {
	return WriteStream(w, func(s *Stream) {
		s.buf = append(s.buf, before...)
		List(s, records, func(record T) { s.Value(show(record)) })
		s.buf = append(s.buf, after...)
	})
}

// WriteStream writes a JSON answer of status 200 piece by piece. An error before the first block
// was sent is returned and can still be answered. A later error breaks the answer off.
func WriteStream(w http.ResponseWriter, write func(*Stream)) error {
	s := &Stream{w: w, control: http.NewResponseController(w)}
	write(s)
	s.send()
	if s.err != nil && s.started {
		return &startedError{s.err}
	}
	return s.err
}

// Stream writes JSON text as it is made, and adds the commas. After the first error its methods do
// nothing.
type Stream struct {
	w       http.ResponseWriter
	control *http.ResponseController
	buf     []byte
	comma   bool // the next value needs a comma
	started bool // bytes were sent, or sending was tried
	err     error
}

// Value writes v as encoding/json does: an item of an array, or the value of a key.
func (s *Stream) Value(v any) {
	if s.err != nil {
		return
	}
	text, err := json.Marshal(v)
	if err != nil {
		s.err = err
		return
	}
	s.next()
	s.buf = append(s.buf, text...)
	s.comma = true
	if len(s.buf) >= blockSize {
		s.send()
	}
}

// Key writes the name of a member of an object. Its value must follow.
func (s *Stream) Key(name string) {
	s.Value(name)
	s.buf = append(s.buf, ':')
	s.comma = false
}

// Member writes a member of an object.
func (s *Stream) Member(name string, v any) {
	s.Key(name)
	s.Value(v)
}

// Object writes an object, whose members inner writes.
func (s *Stream) Object(inner func()) { s.nest('{', inner, '}') }

// List writes an array. For each record, each writes the item. An error ends the stream.
func List[T any](s *Stream, records iter.Seq2[T, error], each func(T)) {
	s.nest('[', func() {
		for record, err := range records {
			if s.Fail(err); s.err != nil {
				return
			}
			each(record)
		}
	}, ']')
}

// Fail ends the stream with err, unless err is nil.
func (s *Stream) Fail(err error) {
	if s.err == nil {
		s.err = err
	}
}

// Failed reports whether the stream has ended with an error. Writers of long lists stop then.
func (s *Stream) Failed() bool { return s.err != nil }

func (s *Stream) nest(open byte, inner func(), end byte) {
	s.next()
	s.buf = append(s.buf, open)
	s.comma = false
	inner()
	s.buf = append(s.buf, end)
	s.comma = true
}

// next separates a value from the one before.
func (s *Stream) next() {
	if s.comma {
		s.buf = append(s.buf, ',')
	}
}

func (s *Stream) send() {
	if s.err != nil {
		return
	}
	if !s.started {
		s.started = true
		header(s.w).WriteHeader(http.StatusOK)
	}
	// A slow reader gets time for each block. A reader that stops does not hold the answer open.
	_ = s.control.SetWriteDeadline(time.Now().Add(streamStep)) // not supported by a test's recorder
	_, s.err = s.w.Write(s.buf)
	s.buf = s.buf[:0]
}

// StreamBytes writes an answer of status 200 and the media type piece by piece, as write makes it.
// Errors: as of [WriteStream].
func StreamBytes(w http.ResponseWriter, media string, write func(io.Writer) error) error {
	to := &blockWriter{w: w, control: http.NewResponseController(w), media: media}
	blocks := bufio.NewWriterSize(to, blockSize)
	err := write(blocks)
	if err == nil {
		err = blocks.Flush()
	}
	if err != nil && to.started {
		return &startedError{err}
	}
	return err
}

// blockWriter sends blocks. A reader gets time for each, as of a [Stream].
type blockWriter struct {
	w       http.ResponseWriter
	control *http.ResponseController
	media   string
	started bool // bytes were sent, or sending was tried
}

// Write sends a block.
func (b *blockWriter) Write(p []byte) (int, error) {
	if !b.started {
		b.started = true
		b.w.Header().Set("Content-Type", b.media)
		b.w.WriteHeader(http.StatusOK)
	}
	_ = b.control.SetWriteDeadline(time.Now().Add(streamStep)) // not supported by a test's recorder
	return b.w.Write(p)
}
