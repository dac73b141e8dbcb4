package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"time"
)

// modelCommand is the argument that makes this program the minimal durable model.
const modelCommand = "serve-model"

// The model's store: the minimum of any directory, with Roster's settings.
const (
	modelSettings = "?_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)" +
		"&_pragma=cache_size(-16000)&_pragma=wal_autocheckpoint(4000)&_pragma=journal_size_limit(67108864)"

	modelSchema = `CREATE TABLE users (id INTEGER PRIMARY KEY AUTOINCREMENT, user_name TEXT NOT NULL,
		email TEXT NOT NULL, name TEXT NOT NULL) STRICT;
		CREATE UNIQUE INDEX users__user_name ON users (user_name);
		CREATE UNIQUE INDEX users__email ON users (email)`

	modelInsert = `INSERT INTO users (user_name, email, name) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING id`

	modelInsertMany = `INSERT INTO users (user_name, email, name) VALUES ($1, $2, $3)`

	modelBatch = 256 // most inserts in a commit
)

// openModelStore makes a database with one connection.
func openModelStore(path string) (*sql.DB, error) {
	db, err := sql.Open("sqlite", "file:"+path+modelSettings)
	if err != nil {
		return nil, fmt.Errorf("open model: %w", err)
	}
	db.SetMaxOpenConns(1)
	if _, err := db.Exec(modelSchema); err != nil {
		return nil, errors.Join(fmt.Errorf("open model: %w", err), db.Close())
	}
	return db, nil
}

// model is net/http, SQLite and one writer who commits for everybody who waits. It validates
// nothing and has no audit and no second table: no create that is on disk before its answer can
// cost less.
type model struct {
	queue chan *modelCreate
}

type modelCreate struct {
	person person
	done   chan error
}

// serveModel runs the model in a folder until ctx ends.
func serveModel(ctx context.Context, dir string) error {
	db, err := openModelStore(filepath.Join(dir, "model.db"))
	if err != nil {
		return err
	}
	defer db.Close()
	m := &model{queue: make(chan *modelCreate, modelBatch)}
	go m.write(db)
	return serveControl(ctx, m.routes())
}

func (m *model) routes() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /person", func(w http.ResponseWriter, r *http.Request) {
		c := &modelCreate{done: make(chan error, 1)}
		if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody)).Decode(&c.person); err != nil {
			http.Error(w, "the body is no JSON", http.StatusBadRequest)
			return
		}
		m.queue <- c
		if err := <-c.done; err != nil {
			http.Error(w, err.Error(), http.StatusConflict)
			return
		}
		writePerson(w, c.person)
	})
	return mux
}

// write takes all waiting creates, commits once, and then answers them.
func (m *model) write(db *sql.DB) {
	for first := range m.queue {
		batch := []*modelCreate{first}
		for more := true; more && len(batch) < modelBatch; {
			select {
			case c := <-m.queue:
				batch = append(batch, c)
			default:
				more = false
			}
		}
		err := insertAll(db, batch)
		for _, c := range batch {
			if err == nil && c.person.ID == 0 {
				c.done <- errors.New("the name or the address is taken")
				continue
			}
			c.done <- err
		}
	}
}

func insertAll(db *sql.DB, batch []*modelCreate) error {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	insert, err := tx.PrepareContext(ctx, modelInsert)
	if err != nil {
		return err
	}
	defer insert.Close()
	for _, c := range batch {
		p := &c.person
		err := insert.QueryRowContext(ctx, p.UserName, p.Email, p.Name).Scan(&p.ID)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
	}
	return tx.Commit()
}

// modelScript creates people.
func modelScript(caller int) script {
	return numberedScript(newTemplate(post("/person", personBody)), counter(caller), `{"id":`)
}
