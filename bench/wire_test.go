package main

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestAnAnswerIsReadToItsEndAndNoFurther(t *testing.T) {
	t.Parallel()
	const next = "HTTP/1.1 204 No Content\r\n\r\n"
	for _, c := range []struct {
		name, text string
		want       answer
	}{
		{"with a length", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", answer{status: 200, body: []byte("hello")}},
		{"with the length in small letters", "HTTP/1.1 200 OK\r\ncontent-length:5\r\n\r\nhello", answer{status: 200, body: []byte("hello")}},
		{"in chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\nA;x=y\r\nlo, people\r\n0\r\nT: x\r\n\r\n", answer{status: 200, body: []byte("hello, people")}},
		{"without a body", "HTTP/1.1 304 Not Modified\r\nA: b\r\n\r\n", answer{status: 304}},
		{"an empty body", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", answer{status: 200}},
		{"to come again", "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 2\r\nContent-Length: 0\r\n\r\n", answer{status: 503, retryAfter: 2 * time.Second}},
		{"the last on the connection", "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", answer{status: 400, last: true}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := bufio.NewReader(strings.NewReader(c.text + next))
			got, err := readAnswer(r, nil)
			if err != nil {
				t.Fatal(err)
			}
			if got.status != c.want.status || got.retryAfter != c.want.retryAfter || got.last != c.want.last || !bytes.Equal(got.body, c.want.body) {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
			if rest, _ := io.ReadAll(r); string(rest) != next {
				t.Errorf("what is left: %q", rest)
			}
		})
	}
}

func TestAnAnswerThatIsNotUnderstoodIsAnError(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, text string
		want       error
	}{
		{"another protocol", "SSH-2.0-OpenSSH\r\n", errStatusLine},
		{"a status below 100", "HTTP/1.1 010 OK\r\nContent-Length: 0\r\n\r\n", errStatusLine},
		{"no header but a word", "HTTP/1.1 200 OK\r\nnonsense\r\n\r\n", errHeader},
		{"headers without end", "HTTP/1.1 200 OK\r\n" + strings.Repeat("A: b\r\n", maxHeaders+1), errHeaders},
		{"a line without end", "HTTP/1.1 200 OK\r\nA: " + strings.Repeat("b", 2*maxLine), bufio.ErrBufferFull},
		{"no length", "HTTP/1.1 200 OK\r\n\r\n", errLength},
		{"a length below zero", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", errLength},
		{"two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", errLength},
		{"a body that is too long", "HTTP/1.1 200 OK\r\nContent-Length: 1048577\r\n\r\n", errTooLong},
		{"a body that is cut", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell", io.ErrUnexpectedEOF},
		{"a chunk without a size", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\r\n", errChunk},
		{"a chunk longer than it says", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n", errChunk},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := readAnswer(bufio.NewReaderSize(strings.NewReader(c.text), maxLine), nil)
			if !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
}

func FuzzAnswersAreReadAsNetHTTPReadsThem(f *testing.F) {
	f.Add([]byte("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"))
	f.Add([]byte("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n"))
	f.Add([]byte("HTTP/1.1 503 No\r\nRetry-After: 9\r\nConnection: close\r\n\r\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		got, err := readAnswer(bufio.NewReaderSize(bytes.NewReader(text), maxLine), nil)
		if len(got.body) > maxBody {
			t.Fatalf("a body of %d bytes", len(got.body))
		}
		theirs, theirErr := http.ReadResponse(bufio.NewReader(bytes.NewReader(text)), &http.Request{Method: "GET"})
		if err != nil || theirErr != nil {
			return
		}
		defer theirs.Body.Close()
		body, theirErr := io.ReadAll(theirs.Body)
		if theirErr != nil {
			return
		}
		if got.status != theirs.StatusCode || !bytes.Equal(got.body, body) {
			t.Errorf("%d %q, by net/http %d %q", got.status, got.body, theirs.StatusCode, body)
		}
	})
}
