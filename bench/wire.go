package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"time"
)

// Bounds of an answer that the generator reads.
const (
	maxBody    = 1 << 20 // bytes
	maxHeaders = 100     // lines
	maxLine    = 8 << 10 // bytes of one line
)

// answer is a server's answer. Its body is valid until the next exchange on the connection.
type answer struct {
	status     int
	retryAfter time.Duration // 0 if the answer has none
	last       bool          // the server closes the connection
	body       []byte
}

// conn is a persistent HTTP/1.1 connection: one exchange at a time.
type conn struct {
	socket net.Conn
	in     *bufio.Reader
	body   []byte // reused
}

// dial connects to an address on this machine, from the address from unless that is "".
func dial(ctx context.Context, address, from string) (*conn, error) {
	var d net.Dialer
	if from != "" {
		d.LocalAddr = &net.TCPAddr{IP: net.ParseIP(from)}
	}
	socket, err := d.DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("connect: %w", err)
	}
	return &conn{socket: socket, in: bufio.NewReaderSize(socket, maxLine)}, nil
}

// exchange sends a whole request and reads the answer.
func (c *conn) exchange(request []byte) (answer, error) {
	if _, err := c.socket.Write(request); err != nil {
		return answer{}, fmt.Errorf("send: %w", err)
	}
	a, err := readAnswer(c.in, c.body[:0])
	c.body = a.body
	return a, err
}

// Faults of an answer.
var (
	errStatusLine = errors.New("the status line is malformed")
	errHeader     = errors.New("a header is malformed")
	errHeaders    = errors.New("there are too many headers")
	errLength     = errors.New("the length of the body is missing or malformed")
	errTooLong    = errors.New("the body is too long")
	errChunk      = errors.New("a chunk is malformed")
)

// readAnswer reads one answer to a GET or POST (RFC 9112) and appends its body to buf. It knows
// what net/http's server sends, and refuses anything else.
func readAnswer(r *bufio.Reader, buf []byte) (answer, error) {
	a := answer{body: buf}
	line, err := readLine(r)
	if err != nil {
		return a, err
	}
	if a.status = statusOf(line); a.status == 0 {
		return a, errStatusLine
	}
	length, err := readHeaders(r, &a)
	if err != nil {
		return a, err
	}
	switch {
	case length == chunked:
		a.body, err = readChunks(r, buf)
	case a.status < 200 || a.status == 204 || a.status == 304: // they have no body
	case length < 0:
		return a, errLength
	default:
		a.body, err = readBytes(r, buf, length)
	}
	return a, err
}

// Special lengths of a body.
const (
	unknown = -1
	chunked = -2
)

// readHeaders reads up to the empty line and returns the length of the body, unknown or chunked.
func readHeaders(r *bufio.Reader, a *answer) (length int, err error) {
	length = unknown
	for range maxHeaders {
		line, err := readLine(r)
		if err != nil || len(line) == 0 {
			return length, err
		}
		name, value, found := bytes.Cut(line, []byte{':'})
		if !found {
			return length, errHeader
		}
		value = bytes.TrimSpace(value)
		switch {
		case is(name, "Content-Length"):
			n := number(value, 10)
			if n < 0 || length >= 0 && n != length {
				return length, errLength
			}
			if length != chunked {
				length = n
			}
		case is(name, "Transfer-Encoding"):
			if !is(value, "chunked") {
				return length, errLength
			}
			length = chunked
		case is(name, "Connection"):
			a.last = is(value, "close")
		case is(name, "Retry-After"):
			a.retryAfter = time.Duration(max(0, number(value, 10))) * time.Second
		}
	}
	return length, errHeaders
}

// readLine reads a line without its end. It is good until the next read.
func readLine(r *bufio.Reader) ([]byte, error) {
	line, err := r.ReadSlice('\n')
	if err != nil {
		return nil, fmt.Errorf("read answer: %w", err)
	}
	return bytes.TrimSuffix(line[:len(line)-1], []byte{'\r'}), nil
}

// readChunks appends a chunked body (RFC 9112 §7.1) to buf. Trailers are dropped.
func readChunks(r *bufio.Reader, buf []byte) ([]byte, error) {
	for {
		line, err := readLine(r)
		if err != nil {
			return buf, err
		}
		size, _, _ := bytes.Cut(line, []byte{';'})
		n := number(bytes.TrimSpace(size), 16)
		switch {
		case n < 0:
			return buf, errChunk
		case n == 0:
			_, err := readHeaders(r, &answer{})
			return buf, err
		}
		if buf, err = readBytes(r, buf, n); err != nil {
			return buf, err
		}
		if end, err := readLine(r); err != nil || len(end) > 0 {
			return buf, errors.Join(err, errChunk)
		}
	}
}

// readBytes appends n bytes to buf.
func readBytes(r *bufio.Reader, buf []byte, n int) ([]byte, error) {
	if n > maxBody-len(buf) {
		return buf, errTooLong
	}
	start := len(buf)
	buf = append(buf, make([]byte, n)...)
	if _, err := io.ReadFull(r, buf[start:]); err != nil {
		return buf[:start], fmt.Errorf("read answer: %w", err)
	}
	return buf, nil
}

// statusOf returns the status of a status line, 0 if it is malformed.
func statusOf(line []byte) int {
	const version = "HTTP/1.1 "
	if len(line) < len(version)+4 || string(line[:len(version)]) != version || line[len(version)+3] != ' ' {
		return 0
	}
	if n := number(line[len(version):len(version)+3], 10); n >= 100 {
		return n
	}
	return 0
}

// number returns the value of the digits, -1 if there are none or too many.
func number(digits []byte, base int) int {
	if len(digits) == 0 || len(digits) > 8 {
		return -1
	}
	n := 0
	for _, c := range digits {
		d := bytes.IndexByte([]byte("0123456789abcdef"), c|0x20)
		if c < '0' || d < 0 || d >= base {
			return -1
		}
		n = n*base + d
	}
	return n
}

// is compares ASCII text without regard to case.
func is(b []byte, word string) bool {
	return len(b) == len(word) && bytes.EqualFold(b, []byte(word))
}
