package outbound

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"roster"
)

// retryAfter is the wait before the same document may be asked for again.
const retryAfter = time.Minute

// Get returns the document at an http or https address. All addresses that do not answer give the
// same error, so nobody can explore a network by it. The cause, for the log, contains no URL.
//
// Errors: Invalid (no web address, one that is not allowed, too long), Unavailable (no answer, or
// another status than 200).
func Get(ctx context.Context, client *http.Client, address string) ([]byte, error) {
	const notWeb = "must be an absolute http or https address, without a user name in it"
	u, err := url.Parse(address)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Hostname() == "" || u.User != nil {
		return nil, &roster.Error{Kind: roster.Invalid, Detail: notWeb}
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), http.NoBody)
	if err != nil {
		return nil, &roster.Error{Kind: roster.Invalid, Detail: notWeb}
	}
	answer, err := client.Do(request)
	if err != nil {
		return nil, failure(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, failure(fmt.Errorf("the status is %d", answer.StatusCode))
	}
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return nil, failure(err)
	}
	return text, nil
}

// failure turns an error into one that callers can act on.
func failure(err error) error {
	var withURL *url.Error
	if errors.As(err, &withURL) { // it may hold a secret
		err = withURL.Err
	}
	switch {
	case errors.Is(err, ErrTooLong):
		return &roster.Error{Kind: roster.Invalid, Detail: "points to a document that is too long", Err: err}
	case errors.Is(err, ErrRefused):
		return &roster.Error{Kind: roster.Invalid, Detail: "points to an address that is not public; the server's configuration can allow its network", Err: err}
	}
	return &roster.Error{Kind: roster.Unavailable, Detail: "the address does not answer with a document", RetryAfter: retryAfter, Err: err}
}
