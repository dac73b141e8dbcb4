package control

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"net/http"

	"roster"
)

// Client makes calls over a transport: [Socket] or [Local].
type Client struct {
	http     http.Client
	operator string
	slug     string // of the organization; "" for the default one
}

// NewClient returns a client. operator is the operating system's name of who calls, for the audit; ""
// if it is not known.
func NewClient(transport http.RoundTripper, operator string) *Client {
	return &Client{http: http.Client{Transport: transport}, operator: operator}
}

// In returns a client whose calls are about the organization with the slug; "" is the default one.
func (c *Client) In(slug string) *Client {
	other := *c
	other.slug = slug
	return &other
}

// Do makes the call. Errors: those of the verb behind it, as roster.Faults; Unavailable where there is
// no answer.
func (c Call[In, Out]) Do(ctx context.Context, client *Client, in In) (out Out, err error) {
	err = client.call(ctx, c.path, in, &out)
	return out, err
}

// call sends in and reads the answer into what out points to.
func (c *Client) call(ctx context.Context, path string, in, out any) error {
	body, err := c.post(ctx, path, in)
	if err != nil {
		return err
	}
	defer body.Close()
	if err := json.NewDecoder(body).Decode(out); err != nil {
		return brokenOff(err)
	}
	return nil
}

// Do makes the call. The values come as they are read; an error ends the sequence.
func (l Listing[In, Item]) Do(ctx context.Context, client *Client, in In) iter.Seq2[Item, error] {
	return func(yield func(Item, error) bool) {
		var none Item
		body, err := client.post(ctx, l.path, in)
		if err != nil {
			yield(none, err)
			return
		}
		defer body.Close()
		if err := items(body, yield); err != nil {
			yield(none, brokenOff(err))
		}
	}
}

// items yields the values of a JSON array until it ends or nobody wants more. An error came before the
// end of the array.
func items[Item any](body io.Reader, yield func(Item, error) bool) error {
	d := json.NewDecoder(body)
	if _, err := d.Token(); err != nil { // [
		return err
	}
	for d.More() {
		var item Item
		if err := d.Decode(&item); err != nil {
			return err
		}
		if !yield(item, nil) {
			return nil
		}
	}
	_, err := d.Token() // ]
	return err
}

// post sends in and returns the body of a good answer, to be closed.
func (c *Client) post(ctx context.Context, path string, in any) (io.ReadCloser, error) {
	text, err := json.Marshal(in)
	if err != nil {
		return nil, fmt.Errorf("encode call: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://roster"+path, bytes.NewReader(text))
	if err != nil {
		return nil, fmt.Errorf("make request: %w", err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set(operatorHeader, c.operator)
	if c.slug != "" {
		req.Header.Set(organizationHeader, c.slug)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, brokenOff(err)
	}
	if resp.StatusCode == http.StatusOK {
		return resp.Body, nil
	}
	defer resp.Body.Close()
	return nil, readError(resp)
}

// maxErrorBody is the greatest length of an error's body, in bytes: [roster.MaxFaults] long faults.
const maxErrorBody = 1 << 20

func readError(resp *http.Response) error {
	var body errorBody
	if err := json.NewDecoder(io.LimitReader(resp.Body, maxErrorBody)).Decode(&body); err != nil {
		return brokenOff(fmt.Errorf("%s: %w", resp.Status, err))
	}
	if err := body.err(); err != nil {
		return err
	}
	return brokenOff(fmt.Errorf("%s without a fault", resp.Status))
}

func brokenOff(err error) error {
	return &roster.Error{
		Kind: roster.Unavailable, Err: err,
		Detail: "the server did not answer to the end; look at its log, and try again",
	}
}
