package main

import (
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync"
	"testing"
)

func openTestModel(t *testing.T) *httptest.Server {
	t.Helper()
	db, err := openModelStore(filepath.Join(t.TempDir(), "model.db"))
	if err != nil {
		t.Fatal(err)
	}
	m := &model{queue: make(chan *modelCreate, modelBatch)}
	var writer sync.WaitGroup
	writer.Go(func() { m.write(db) })
	srv := httptest.NewServer(m.routes())
	t.Cleanup(func() {
		srv.Close()
		close(m.queue)
		writer.Wait()
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return srv
}

func TestTheModelKeepsEveryPersonOnce(t *testing.T) {
	t.Parallel()
	srv := openTestModel(t)
	const people = 20
	statuses := make([]int, 2*people)
	var callers sync.WaitGroup
	for i := range statuses {
		callers.Go(func() {
			body := numbered(personBody, int64(i%people)) // everybody twice
			statuses[i], _ = call(t.Context(), http.MethodPost, srv.URL+"/person", body)
		})
	}
	callers.Wait()
	counts := map[int]int{}
	for _, status := range statuses {
		counts[status]++
	}
	if counts[200] != people || counts[409] != people {
		t.Errorf("statuses: %v", counts)
	}
}

func TestTheControlsAnswerWhatTheGeneratorExpects(t *testing.T) {
	t.Parallel()
	echo := httptest.NewServer(echoRoutes())
	t.Cleanup(echo.Close)
	for _, c := range []struct {
		name   string
		srv    *httptest.Server
		script func(int) script
	}{
		{"echo GET", echo, echoGet}, {"echo POST", echo, echoPost}, {"model", openTestModel(t), modelScript},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			res, err := load{here(c.srv), 2, short, c.script}.run(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if res.wrong > 0 || res.done == 0 {
				t.Errorf("%d done, %d wrong: %s", res.done, res.wrong, res.complaint)
			}
		})
	}
}
