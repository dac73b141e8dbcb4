package outbound

import (
	"errors"
	"io"
	"net/http"
)

// ErrTooLong is the error of reading more of an answer than is allowed.
var ErrTooLong = errors.New("the answer is longer than is allowed")

// bounded limits the size of response bodies.
type bounded struct {
	next *http.Transport
	max  int64
}

// RoundTrip implements [http.RoundTripper].
func (b *bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := b.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	if answer.ContentLength > b.max && r.Method != http.MethodHead {
		_ = answer.Body.Close()
		return nil, ErrTooLong
	}
	answer.Body = &boundedBody{ReadCloser: answer.Body, left: b.max}
	return answer, nil
}

// CloseIdleConnections makes [http.Client.CloseIdleConnections] work.
func (b *bounded) CloseIdleConnections() { b.next.CloseIdleConnections() }

// boundedBody is a body that ends with an error if it is too long.
type boundedBody struct {
	io.ReadCloser
	left int64 // bytes that may still come
}

// Read implements [io.Reader].
func (b *boundedBody) Read(p []byte) (int, error) {
	if b.left < 0 {
		return 0, ErrTooLong
	}
	if int64(len(p)) > b.left+1 { // one byte more shows that the limit is passed
		p = p[:b.left+1]
	}
	n, err := b.ReadCloser.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return n - 1, ErrTooLong
	}
	return n, err
}
