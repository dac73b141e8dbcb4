package control

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"roster"
)

// post sends one request to the handler in this process.
func post(t *testing.T, h http.HandlerFunc) (*http.Response, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://roster/", strings.NewReader("in"))
	if err != nil {
		t.Fatal(err)
	}
	client := http.Client{Transport: Local(h)}
	return client.Do(req)
}

func TestALocalAnswerHasStatusHeaderAndBody(t *testing.T) {
	t.Parallel()
	resp, err := post(t, func(w http.ResponseWriter, r *http.Request) {
		in, _ := io.ReadAll(r.Body)
		w.Header().Set("X", "1")
		w.WriteHeader(http.StatusTeapot)
		w.WriteHeader(http.StatusOK)
		w.Header().Set("X", "2")
		_, _ = w.Write(append(in, "+out"...))
	})
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil || string(body) != "in+out" || resp.StatusCode != http.StatusTeapot || resp.Header.Get("X") != "1" {
		t.Errorf("answer: %d %v %q %v", resp.StatusCode, resp.Header, body, err)
	}
}

func TestALocalHandlerThatWritesNothingAnswers200(t *testing.T) {
	t.Parallel()
	resp, err := post(t, func(http.ResponseWriter, *http.Request) {})
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil || len(body) != 0 || resp.StatusCode != http.StatusOK {
		t.Errorf("answer: %d %q %v", resp.StatusCode, body, err)
	}
}

func TestALocalAnswerThatIsBrokenOffIsNotTakenForWhole(t *testing.T) {
	t.Parallel()
	_, err := post(t, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	if !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("before the first byte: %v", err)
	}
	resp, err := post(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "half")
		panic(http.ErrAbortHandler)
	})
	if err != nil {
		t.Fatal(err)
	}
	if body, err := io.ReadAll(resp.Body); !errors.Is(err, io.ErrUnexpectedEOF) || string(body) != "half" {
		t.Errorf("in the middle: %q %v", body, err)
	}
}

func TestClosingALocalAnswerStopsItsHandlerAndWaitsForIt(t *testing.T) {
	t.Parallel()
	ended := false
	resp, err := post(t, func(w http.ResponseWriter, _ *http.Request) {
		for {
			if _, err := io.WriteString(w, "more"); err != nil {
				ended = true
				return
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if !ended {
		t.Error("the handler is still at work")
	}
}

// listing is a handler that answers every call with the text.
func listing(text string, whole bool) *Client {
	return NewClient(Local(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, text)
		if !whole {
			panic(http.ErrAbortHandler)
		}
	})), "")
}

func TestAListThatBreaksOffEndsWithAnError(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text  string
		whole bool
		items int
	}{
		{"", true, 0},
		{"", false, 0},
		{"[", false, 0},
		{`[{"name":"a"}`, false, 1},
		{`[{"name":"a"},`, false, 1},
		{`[{"name":"a"},{"na`, false, 1},
		{`[{"name":"a"}`, true, 1},
		{`[3]`, true, 0},
	} {
		items := 0
		var last error
		for _, err := range ListDepartments.Do(t.Context(), listing(c.text, c.whole), Empty{}) {
			if last = err; err == nil {
				items++
			}
		}
		if items != c.items || roster.KindOf(last) != roster.Unavailable {
			t.Errorf("%q: %d items, then %v", c.text, items, last)
		}
	}
}

func TestAListCanBeLeftInTheMiddle(t *testing.T) {
	t.Parallel()
	for item, err := range ListDepartments.Do(t.Context(), listing(`[{"name":"a"},{"name":"b"}]`, true), Empty{}) {
		if err != nil || item.Name != "a" {
			t.Errorf("first: %+v %v", item, err)
		}
		break
	}
}

func TestACallEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	client := NewClient(Local(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
		panic(http.ErrAbortHandler)
	})), "")
	if _, err := ShowStatus.Do(ctx, client, Empty{}); roster.KindOf(err) != roster.Unavailable || !errors.Is(err, context.Canceled) {
		t.Errorf("error: %v", err)
	}
}

// silent listens on a socket, takes calls and answers none.
func silent(t *testing.T) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "s")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return path
}

func TestAServerThatSaysNothingDoesNotHoldTheCommandUp(t *testing.T) {
	t.Parallel()
	path := silent(t)
	err := greet(t.Context(), path, time.Millisecond)
	if roster.KindOf(err) != roster.Unavailable || !strings.Contains(err.Error(), "does not answer") {
		t.Errorf("greeting it: %v", err)
	}
	_, err = ShowStatus.Do(t.Context(), NewClient(socket(path, time.Millisecond), ""), Empty{})
	if roster.KindOf(err) != roster.Unavailable {
		t.Errorf("a call: %v", err)
	}
}

func TestAServerThatFallsSilentLaterDoesNotHoldTheCommandUpEither(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client, server := net.Pipe()
		conn := impatient{client, silence}
		go func() { _, _ = io.WriteString(server, "half") }()
		var got [8]byte
		if n, err := conn.Read(got[:]); n != 4 || err != nil {
			t.Errorf("what it said: %d bytes, %v", n, err)
		}
		if _, err := conn.Read(got[:]); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("after that: %v", err)
		}
		if _, err := conn.Write(got[:]); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("when it does not read: %v", err)
		}
	})
}
