package dialect

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"os"
	"strings"

	"roster"
)

// MaxBody is the greatest length of a request's body, in bytes.
const MaxBody = 1 << 20

// ReadBody reads a whole text body of at most [MaxBody] bytes, without its byte order mark. Reading
// the body of the request again returns the same bytes.
//
// Errors: a [Refusal] of 408 for a body that comes too late, of 413 for one that is too long, and
// of 415 for one that is compressed. Invalid for a body that the client broke off, or that is
// UTF-16 or UTF-32.
func ReadBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	b, read := r.Body.(*readBody)
	if !read {
		b = &readBody{}
		b.text, b.err = readWhole(w, r)
		r.Body = b
	}
	return b.text, b.err
}

// readBody replaces the request's body after it was read.
type readBody struct {
	text []byte
	err  error
}

// Read returns the end of the body.
func (*readBody) Read([]byte) (int, error) { return 0, io.EOF }

// Close does nothing: the server closes the original body.
func (*readBody) Close() error { return nil }

func readWhole(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	if coding := r.Header.Get("Content-Encoding"); coding != "" && !strings.EqualFold(coding, "identity") {
		return nil, &Refusal{Status: http.StatusUnsupportedMediaType, Detail: "Send the body as it is, without a Content-Encoding."}
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, MaxBody))
	if err != nil {
		return nil, unread(w, err)
	}
	if isWide(body) {
		return nil, &roster.Error{Kind: roster.Invalid, Detail: "the body is UTF-16 or UTF-32: send it as UTF-8"}
	}
	return withoutMark(body), nil
}

// unread returns the error for a body that could not be read to its end.
func unread(w http.ResponseWriter, err error) error {
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return &Refusal{
			Status: http.StatusRequestEntityTooLarge,
			Detail: fmt.Sprintf("The body is longer than %d bytes.", MaxBody),
		}
	case errors.Is(err, os.ErrDeadlineExceeded):
		w.Header().Set("Connection", "close") // the rest of the body may still come (RFC 9110 §15.5.9)
		return &Refusal{Status: http.StatusRequestTimeout, Detail: "The body did not come in time. Send the request again."}
	default:
		return &roster.Error{Kind: roster.Invalid, Detail: "the body was not sent whole", Err: err}
	}
}

// withoutMark removes a byte order mark from the start of a text (RFC 8259 §8.1).
func withoutMark(text []byte) []byte { return bytes.TrimPrefix(text, []byte("\uFEFF")) }

// isWide reports whether a text is UTF-16 or UTF-32: it begins with such a byte order mark, or with
// an ASCII character beside a NUL byte.
func isWide(text []byte) bool {
	if len(text) < 2 {
		return false
	}
	first, second := text[0], text[1]
	return first == 0xFE && second == 0xFF || first == 0xFF && second == 0xFE || (first == 0) != (second == 0)
}

// IsJSON reports whether the Content-Type says that the body is JSON: application/json, text/json,
// or a type that ends with +json (RFC 6839 §3.1).
func IsJSON(r *http.Request) bool {
	media := MediaType(r)
	return media == "application/json" || media == "text/json" || strings.HasSuffix(media, "+json")
}

// MediaType returns the media type of the body in lower case, without parameters, "" if the request
// names none. It also drops parameters that cannot be parsed.
func MediaType(r *http.Request) string {
	sent := r.Header.Get("Content-Type")
	media, _, err := mime.ParseMediaType(sent)
	if err != nil && media == "" {
		media, _, _ = strings.Cut(sent, ";")
	}
	return strings.ToLower(strings.TrimSpace(media))
}
