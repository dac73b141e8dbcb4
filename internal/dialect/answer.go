package dialect

import (
	"encoding/json"
	"io"
	"iter"
	"net/http"
	"time"
)

// WriteJSON writes v as a whole JSON answer.
func WriteJSON(w http.ResponseWriter, status int, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	header(w).WriteHeader(status)
	if _, err := w.Write(body); err != nil {
		return &startedError{err}
	}
	return nil
}

func header(w http.ResponseWriter) http.ResponseWriter {
	h := w.Header()
	h.Set("Content-Type", "application/json; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	return w
}

// startedError is an error after the first byte of an answer, when no other answer is possible.
type startedError struct{ err error }

func (e *startedError) Error() string { return e.err.Error() }

// streamStep is how long a reader of a streamed answer may take for one piece of it.
const streamStep = 30 * time.Second

// StreamJSON writes a JSON array of the records, between two texts, as they come: memory stays flat
// however many there are. An error before the first record is returned and can still be answered;
// a later one breaks the answer off.
func StreamJSON[T any](w http.ResponseWriter, before string, records iter.Seq2[T, error], show func(T) any, after string) error {
	s := &stream{w: w, control: http.NewResponseController(w), buf: []byte(before)}
	s.buf = append(s.buf, '[')
	for record, err := range records {
		if err != nil {
			return s.failed(err)
		}
		text, err := json.Marshal(show(record))
		if err != nil {
			return s.failed(err)
		}
		if err := s.add(text); err != nil {
			return err
		}
	}
	s.buf = append(append(s.buf, ']'), after...)
	return s.flush()
}

// stream collects pieces of an answer and sends them in blocks.
type stream struct {
	w       io.Writer
	control *http.ResponseController
	buf     []byte
	some    bool // a record was added
	started bool // bytes were sent
}

// blockSize is how much of an answer is collected before it is sent, in bytes.
const blockSize = 32 << 10

func (s *stream) add(text []byte) error {
	if s.some {
		s.buf = append(s.buf, ',')
	}
	s.some = true
	s.buf = append(s.buf, text...)
	if len(s.buf) < blockSize {
		return nil
	}
	return s.flush()
}

func (s *stream) flush() error {
	if !s.started {
		s.started = true
		header(s.w.(http.ResponseWriter)).WriteHeader(http.StatusOK)
	}
	// A slow reader gets time for each block; one that stands still does not hold the answer open.
	_ = s.control.SetWriteDeadline(time.Now().Add(streamStep)) // not supported by a test's recorder
	if _, err := s.w.Write(s.buf); err != nil {
		return &startedError{err}
	}
	s.buf = s.buf[:0]
	return nil
}

func (s *stream) failed(err error) error {
	if s.started {
		return &startedError{err}
	}
	return err
}
