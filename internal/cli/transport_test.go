package cli

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
	"roster/client"
)

// post sends one request to the handler in this process.
func post(t *testing.T, h http.HandlerFunc) (*http.Response, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://roster/", strings.NewReader("in"))
	if err != nil {
		t.Fatal(err)
	}
	client := http.Client{Transport: local{h}}
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

// answering is a link to a handler in this process that answers every call with a text, whole or
// broken off.
func answering(t *testing.T, text string, whole bool) link {
	t.Helper()
	l, err := newLocalLink(local{http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, text)
		if !whole {
			panic(http.ErrAbortHandler)
		}
	})}, byFolder, "", nil)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestAPageThatBreaksOffIsNoPage(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text  string
		whole bool
	}{
		{"", true},
		{"", false},
		{`{"items":[`, false},
		{`{"items":[{"id":"a"}]`, false},
		{`{"items":[{"id":"a"}]`, true},
		{`{"items":[3]}`, true},
	} {
		l, items := answering(t, c.text, c.whole), 0
		var last error
		for _, err := range l.Departments.List(t.Context(), client.NamedListOptions{}) {
			if last = l.explain(err); err == nil {
				items++
			}
		}
		if items != 0 || roster.KindOf(last) != roster.Unavailable {
			t.Errorf("%q: %d items, then %v", c.text, items, last)
		}
	}
}

func TestRecordsArePrintedAsTheyCame(t *testing.T) {
	t.Parallel()
	l := answering(t, `{"items":[{"id":"a","new":null},{"id":"\u0026\\u0026\u00e4\""}]}`, true)
	sh, stdout, _ := testShell(t, "")
	err := printList(sh, l, true, l.Departments.List(t.Context(), client.NamedListOptions{}), nil, nil)
	if want := "[\n{\"id\":\"a\",\"new\":null},\n{\"id\":\"&\\\\u0026\\u00e4\\\"\"}\n]\n"; err != nil || stdout.String() != want {
		t.Errorf("%q, %v", stdout, err)
	}
}

func TestACallEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	l, err := newLocalLink(local{http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
		panic(http.ErrAbortHandler)
	})}, byFolder, "", nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.Settings(ctx); !errors.Is(l.explain(err), context.Canceled) {
		t.Errorf("error: %v", err)
	}
	if err := l.operate(ctx, http.MethodGet, "/status", nil, nil); !errors.Is(err, context.Canceled) {
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
	l, err := newLocalLink(newSocket(path, time.Millisecond), bySocket, "", nil)
	if err != nil {
		t.Fatal(err)
	}
	_, err = l.Settings(t.Context())
	if err = l.explain(err); roster.KindOf(err) != roster.Unavailable {
		t.Errorf("a call: %v", err)
	}
}

func TestAServerThatFallsSilentLaterDoesNotHoldTheCommandUpEither(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		end, server := net.Pipe()
		conn := impatient{end, maxSilence}
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
