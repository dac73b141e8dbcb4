package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
)

// pocketBaseBinary is the variable that names PocketBase's binary.
const pocketBaseBinary = "ROSTER_BENCH_POCKETBASE"

const (
	pocketBaseAdmin    = "bench@example.org"
	pocketBasePassword = "bench password 1"
)

// pocketServer is a running PocketBase.
type pocketServer struct {
	*process
	auth string // header line of its superuser
	made atomic.Int64
	id   string // of a user
}

// measurePocketBase measures PocketBase as its documentation starts it. A create as cheap as it can
// be hashes with bcrypt's least cost, 4; its default is 10.
func (b *bench) measurePocketBase(ctx context.Context) error {
	binary := os.Getenv(pocketBaseBinary)
	if binary == "" || !b.wanted(rivalCreate) {
		return fmt.Errorf("%w: %s names its binary", errNotAtHand, pocketBaseBinary)
	}
	s, err := b.startPocketBase(ctx, binary)
	if err != nil {
		return err
	}
	defer func() { _ = s.stop() }()
	if err := b.putRivalState(pocketBase, s.process); err != nil {
		return err
	}
	for _, m := range []struct {
		work    string
		cost    int // of bcrypt
		callers int
		script  func(int) script
	}{
		{rivalCreate, 4, 1, s.create},
		{rivalCreate, 4, 8, s.create},
		{rivalCreate, 4, 64, s.create},
		{rivalGet, 4, 64, s.get},
		{rivalHashedCreate, 10, 8, s.create},
		{rivalSignIn, 10, 8, s.signIn},
	} {
		if !b.wanted(m.work) {
			continue
		}
		b.say(pocketBase, fmt.Sprintf("%s, %d", m.work, m.callers))
		if err := s.hashWith(ctx, m.cost); err != nil {
			return err
		}
		res, err := load{s.process, m.callers, b.window, m.script}.run(ctx)
		if err != nil {
			return err
		}
		b.putRival(pocketBase, m.work, res, m.callers)
	}
	return nil
}

// startPocketBase starts PocketBase on a new folder, with a superuser and one user.
func (b *bench) startPocketBase(ctx context.Context, binary string) (*pocketServer, error) {
	data := filepath.Join(b.work, "pocketbase")
	admin := exec.CommandContext(ctx, binary, "superuser", "upsert", pocketBaseAdmin, pocketBasePassword, "--dir", data)
	if out, err := admin.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("make a superuser: %w\n%s", err, out)
	}
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	// Its server prints its address once it listens. A binary in a temporary folder takes itself for
	// one that is being developed, and would log each query.
	cmd := exec.CommandContext(ctx, binary, "serve", "--http", address, "--dir", data, "--dev=false")
	p, err := start(ctx, cmd, func(line string) string {
		_, at, found := strings.Cut(line, "Server started at http://")
		if !found {
			return ""
		}
		return strings.TrimSpace(at)
	}, "/api/health")
	if err != nil {
		return nil, err
	}
	s := &pocketServer{process: p}
	return s, s.prepare(ctx)
}

// prepare signs in as the superuser, and makes the user who is read and signs in.
func (s *pocketServer) prepare(ctx context.Context) error {
	var session struct{ Token string }
	body := fmt.Sprintf(`{"identity":%q,"password":%q}`, pocketBaseAdmin, pocketBasePassword)
	if err := s.ask(ctx, http.MethodPost, "/api/collections/_superusers/auth-with-password", body, &session); err != nil {
		return err
	}
	s.auth = "Authorization: " + session.Token
	var user struct{ ID string }
	err := s.ask(ctx, http.MethodPost, "/api/collections/users/records", numbered(pocketBaseUser, 0), &user)
	s.id = user.ID
	return err
}

// hashWith sets the cost of bcrypt for new passwords.
func (s *pocketServer) hashWith(ctx context.Context, cost int) error {
	const users = "/api/collections/users"
	var collection struct {
		Fields []map[string]any `json:"fields"`
	}
	if err := s.ask(ctx, http.MethodGet, users, "", &collection); err != nil {
		return err
	}
	for _, field := range collection.Fields {
		if field["name"] == "password" {
			field["cost"] = cost
		}
	}
	body, err := json.Marshal(collection)
	if err != nil {
		return err
	}
	return s.ask(ctx, http.MethodPatch, users, string(body), &collection)
}

// ask sends a request of the superuser and reads the answer.
func (s *pocketServer) ask(ctx context.Context, method, path, body string, into any) error {
	headers := []string{"Content-Type: application/json"}
	if s.auth != "" {
		headers = append(headers, s.auth)
	}
	status, answer := call(ctx, method, "http://"+s.address+path, body, headers...)
	if status != http.StatusOK {
		return fmt.Errorf("%s %s: %d %.200s", method, path, status, answer)
	}
	return json.Unmarshal(answer, into)
}

const pocketBaseUser = `{"email":"person-##########@example.org","name":"Person ##########",` +
	`"password":"secret-##########","passwordConfirm":"secret-##########"}`

// create makes users.
func (s *pocketServer) create(int) script {
	t := newTemplate(post("/api/collections/users/records", pocketBaseUser, s.auth))
	return numberedScript(t, func() int64 { return s.made.Add(1) }, `{"avatar":"`)
}

// get reads the one user.
func (s *pocketServer) get(int) script {
	request := []byte(get("/api/collections/users/records/"+s.id, s.auth))
	return script{
		next: func(buf []byte) []byte { return append(buf, request...) },
		check: func(a answer) outcome {
			if a.status == http.StatusOK && bytes.Contains(a.body, []byte(s.id)) {
				return accepted
			}
			return wrong
		},
	}
}

// signIn signs in the one user.
func (s *pocketServer) signIn(int) script {
	body := numbered(`{"identity":"person-##########@example.org","password":"secret-##########"}`, 0)
	request := []byte(post("/api/collections/users/auth-with-password", body))
	return script{
		next: func(buf []byte) []byte { return append(buf, request...) },
		check: func(a answer) outcome {
			if a.status == http.StatusOK {
				return accepted
			}
			return wrong
		},
	}
}
