package main

import (
	"fmt"
	"strings"
)

// mark is the place of a number in a request. All numbers have as many digits as the mark, so that
// lengths do not change.
const mark = "##########"

// template is a prepared request. One number replaces all its marks.
type template struct {
	text   []byte
	places []int
}

// newTemplate finds the marks of a request.
func newTemplate(request string) template {
	t := template{text: []byte(request)}
	for at := 0; ; at += len(mark) {
		next := strings.Index(request[at:], mark)
		if next < 0 {
			return t
		}
		at += next
		t.places = append(t.places, at)
	}
}

// fill appends the request with the number n, 0 or more, to buf.
func (t template) fill(buf []byte, n int64) []byte {
	start := len(buf)
	buf = append(buf, t.text...)
	for _, place := range t.places {
		left := n
		for i := len(mark) - 1; i >= 0; i-- {
			buf[start+place+i] = byte('0' + left%10)
			left /= 10
		}
	}
	return buf
}

// numbered returns the text with the number instead of each mark.
func numbered(text string, n int64) string {
	return strings.ReplaceAll(text, mark, fmt.Sprintf("%0*d", len(mark), n))
}

// get returns a GET request. Each header is a line without its end.
func get(target string, headers ...string) string {
	return head("GET", target, headers) + "\r\n"
}

// post returns a POST request with a JSON body.
func post(target, body string, headers ...string) string {
	headers = append(headers, "Content-Type: application/json", fmt.Sprintf("Content-Length: %d", len(body)))
	return head("POST", target, headers) + "\r\n" + body
}

func head(method, target string, headers []string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\nHost: localhost\r\n", method, target)
	for _, h := range headers {
		b.WriteString(h + "\r\n")
	}
	return b.String()
}
