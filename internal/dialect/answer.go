package dialect

import (
	"encoding/json"
	"net/http"
)

// WriteJSON writes v as a complete JSON answer.
func WriteJSON(w http.ResponseWriter, status int, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return WriteText(w, status, body)
}

// WriteText writes a complete JSON answer from its text.
func WriteText(w http.ResponseWriter, status int, body []byte) error {
	header(w).WriteHeader(status)
	if _, err := w.Write(body); err != nil {
		return &startedError{err}
	}
	return nil
}

// WriteNothing writes 200 without a body.
func WriteNothing(w http.ResponseWriter) error {
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Length", "0")
	w.WriteHeader(http.StatusOK)
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
