package outbound

import (
	"errors"
	"io"
	"net/http"
)

// ErrTooLong is the error of reading more of an answer than is allowed.
var ErrTooLong = errors.New("the answer is longer than is allowed")

// bounded bounds the bodies of answers.
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

// CloseIdleConnections lets [http.Client.CloseIdleConnections] do its work.
func (b *bounded) CloseIdleConnections() { b.next.CloseIdleConnections() }

// boundedBody is a body that ends with an error, not silently, where it is too long.
type boundedBody struct {
	io.ReadCloser
	left int64 // bytes that may still come
}

// Read implements [io.Reader].
func (b *boundedBody) Read(p []byte) (int, error) {
	if b.left < 0 {
		return 0, ErrTooLong
	}
	if int64(len(p)) > b.left+1 { // one more shows that there is more
		p = p[:b.left+1]
	}
	n, err := b.ReadCloser.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return n - 1, ErrTooLong
	}
	return n, err
}
