package dialect

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"

	"roster"
)

// MaxBody is the greatest length of a request's body, in bytes.
const MaxBody = 1 << 20

// ReadBody reads a whole body of at most [MaxBody] bytes. Errors: a [Refusal] of 413, one of 415 for a
// body that is compressed, or Invalid for one that stopped coming.
func ReadBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	if coding := r.Header.Get("Content-Encoding"); coding != "" && !strings.EqualFold(coding, "identity") {
		return nil, &Refusal{Status: http.StatusUnsupportedMediaType, Detail: "Send the body as it is, without a Content-Encoding."}
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, MaxBody))
	var tooLarge *http.MaxBytesError
	switch {
	case err == nil:
		return body, nil
	case errors.As(err, &tooLarge):
		return nil, &Refusal{
			Status: http.StatusRequestEntityTooLarge,
			Detail: fmt.Sprintf("The body is longer than %d bytes.", MaxBody),
		}
	default:
		return nil, &roster.Error{Kind: roster.Invalid, Detail: "the body was not sent whole", Err: err}
	}
}

// MediaType returns the media type of the body in lower case without parameters, "" if the request
// names none that can be read.
func MediaType(r *http.Request) string {
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil && media == "" {
		return ""
	}
	return strings.ToLower(media)
}
