package server

import "net/http"

// response records the status and the size of an answer. With Unwrap, http.ResponseController
// reaches the connection for flushing and deadlines.
type response struct {
	http.ResponseWriter
	status int   // 0: nothing was written yet
	bytes  int64 // of the body
}

// WriteHeader passes the status on and records it, unless it is informational (RFC 9110 §15.2).
func (w *response) WriteHeader(status int) {
	if w.status == 0 && (status >= 200 || status == http.StatusSwitchingProtocols) {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write passes a piece of the body on and counts it.
func (w *response) Write(p []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	n, err := w.ResponseWriter.Write(p)
	w.bytes += int64(n)
	return n, err
}

// Unwrap returns the writer beneath.
func (w *response) Unwrap() http.ResponseWriter { return w.ResponseWriter }
