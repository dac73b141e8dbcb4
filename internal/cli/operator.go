package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"

	"roster"
	"roster/client"
	"roster/internal/operator"
)

// maxOperatorAnswer is the longest answer of a call for the operator, in bytes.
const maxOperatorAnswer = 1 << 20

// operate makes a call that only the operator may make, and reads the answer into out unless that
// is nil. Errors: Forbidden over the network; what the server says, as a [client.Error].
func (l link) operate(ctx context.Context, method, path string, in, out any) error {
	text, err := json.Marshal(in)
	if err != nil {
		return fmt.Errorf("encode call: %w", err)
	}
	resp, err := l.askOperator(ctx, method, path, bytes.NewReader(text))
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxOperatorAnswer))
	if err != nil {
		return unfinished(err)
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(body, out); err != nil {
		return unfinished(err)
	}
	return nil
}

// askOperator sends a call that only the operator may make, and returns the answer if that is 200.
// The caller closes its body.
func (l link) askOperator(ctx context.Context, method, path string, body io.Reader) (*http.Response, error) {
	if l.http == nil {
		return nil, onlyOperator()
	}
	req, err := http.NewRequestWithContext(ctx, method, l.server+l.prefix+operator.Root+path, body)
	if err != nil {
		return nil, fmt.Errorf("make request: %w", err)
	}
	resp, err := l.http.Do(req)
	if err != nil {
		return nil, unfinished(err)
	}
	if resp.StatusCode != http.StatusOK {
		defer resp.Body.Close()
		return nil, failure(resp)
	}
	return resp, nil
}

// onlyOperator is the error for a call over the network.
func onlyOperator() error {
	return &roster.Error{
		Kind:   roster.Forbidden,
		Detail: "only the operator may do this, on the server's own machine: run the command there, without --server and roster login",
	}
}

// failure returns the error that an answer has, as a [client.Error].
func failure(resp *http.Response) error {
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxOperatorAnswer))
	if err != nil {
		return unfinished(err)
	}
	failed := &client.Error{}
	_ = json.Unmarshal(body, failed) // without it the status has to do
	failed.Status = resp.StatusCode
	return failed
}

// unfinished is the error for a server on this machine that did not answer, or not to the end.
func unfinished(err error) error {
	return &roster.Error{
		Kind: roster.Unavailable, Err: err,
		Detail: "the server did not answer to the end; look at its log, and try again",
	}
}
