package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strconv"
	"sync/atomic"
	"time"
)

// echoCommand is the argument that makes this program the bare HTTP control.
const echoCommand = "serve-echo"

// person is what the controls take and answer: about the size of a dialect's user.
type person struct {
	ID       int64    `json:"id"`
	UserName string   `json:"userName"`
	Email    string   `json:"email"`
	Name     string   `json:"name"`
	Level    string   `json:"accessLevel"`
	Groups   []string `json:"groups"`
}

// echoRoutes answers JSON and does nothing else: the cost of net/http and encoding/json alone.
func echoRoutes() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /person/{id}", func(w http.ResponseWriter, r *http.Request) {
		id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
		if err != nil {
			http.Error(w, "the id is no number", http.StatusBadRequest)
			return
		}
		writePerson(w, person{
			ID: id, UserName: "person@example.org", Email: "person@example.org", Name: "Some Body",
			Level: "user", Groups: []string{"Network"},
		})
	})
	mux.HandleFunc("POST /person", func(w http.ResponseWriter, r *http.Request) {
		var p person
		if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody)).Decode(&p); err != nil {
			http.Error(w, "the body is no JSON", http.StatusBadRequest)
			return
		}
		writePerson(w, p)
	})
	return mux
}

func writePerson(w http.ResponseWriter, p person) {
	text, err := json.Marshal(p)
	if err != nil {
		http.Error(w, "the answer is no JSON", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(text) // a client that left needs no answer
}

// serveControl serves routes on a free port, which it prints, until ctx ends.
func serveControl(ctx context.Context, mux *http.ServeMux) error {
	mux.HandleFunc("GET /readyz", func(http.ResponseWriter, *http.Request) {})
	var config net.ListenConfig
	l, err := config.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	srv := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	context.AfterFunc(ctx, func() { _ = srv.Close() })
	fmt.Fprintln(os.Stdout, l.Addr())
	if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve: %w", err)
	}
	return nil
}

const personBody = `{"userName":"person-##########@example.org","email":"person-##########@example.org",` +
	`"name":"Some Body","accessLevel":"user","groups":["Network"]}`

// echoGet asks for one person.
func echoGet(caller int) script {
	return numberedScript(newTemplate(get("/person/##########")), counter(caller), `{"id":`)
}

// echoPost sends a person and gets it back.
func echoPost(caller int) script {
	return numberedScript(newTemplate(post("/person", personBody)), counter(caller), `{"id":`)
}

// counter returns a function that counts, with numbers that only this caller uses.
func counter(caller int) func() int64 {
	var n atomic.Int64
	n.Store(int64(caller+1) * 10_000_000)
	return func() int64 { return n.Add(1) }
}

// numberedScript sends a template with one number after another. Each answer must be 200 and begin
// with the text.
func numberedScript(t template, number func() int64, begin string) script {
	return script{
		next:  func(buf []byte) []byte { return t.fill(buf, number()) },
		check: func(a answer) outcome { return expect(a, begin) },
	}
}

// expect judges an answer that must be 200 and begin with a text. 503 is a refusal.
func expect(a answer, begin string) outcome {
	switch {
	case a.status == http.StatusServiceUnavailable:
		return refused
	case a.status == http.StatusOK && len(a.body) >= len(begin) && string(a.body[:len(begin)]) == begin:
		return accepted
	default:
		return wrong
	}
}
