package binary_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"roster/test/binary"
)

// smallDisk mounts a disk of so many bytes and returns its folder.
func smallDisk(t *testing.T, bytes string) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("roster-test", dir, "tmpfs", 0, "size="+bytes+",mode=0700"); err != nil {
		if os.Getenv("CI") == "true" && os.Getuid() == 0 {
			t.Fatalf("mount a small disk: %v", err)
		}
		t.Skipf("a disk that fills up needs the right to mount one: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// fill writes a file until the disk is full, and returns its name.
func fill(t *testing.T, dir string) string {
	t.Helper()
	f, err := os.Create(filepath.Join(dir, "ballast"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	block := make([]byte, 4096)
	for {
		if _, err := f.Write(block); errors.Is(err, syscall.ENOSPC) {
			return f.Name()
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

func TestAFullDiskStopsCreatesAndNothingElse(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sqlite(), binary.Options{Data: filepath.Join(smallDisk(t, "24m"), "data"), Errors: true})
	l := newLoad(w)
	first := welcomeRequest(w, "welcome.first@load.example")
	ask(t, w.Client(), first).want(t, 200)
	l.made["welcome.first@load.example"] = &creation{kind: welcomed, acked: true}
	ballast := fill(t, filepath.Dir(w.Data))

	// What is allocated already may still take some; then every caller is told, and none is half
	// served.
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	l.run(ctx, []kind{welcomed, welcomed, grazed, welcomed})()
	refused := 0
	for name, c := range l.made {
		switch {
		case c.acked:
		case c.err != nil || c.answer.status != 503 || c.answer.header.Get("Retry-After") == "":
			t.Errorf("on a full disk %s is answered %d %s, %v", name, c.answer.status, c.answer.body, c.err)
		default:
			refused++
		}
	}
	if refused == 0 {
		t.Error("the disk is full and nobody was refused")
	}
	if len(w.users(t)) == 0 {
		t.Error("a full disk keeps readers from reading")
	}
	l.checkAcknowledged(t)
	db := w.database(t)
	checkWhole(t, db)

	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	binary.Until(t, "creates work again", func() bool {
		name := "welcome.after@load.example"
		l.made[name] = &creation{kind: welcomed}
		a := ask(t, w.Client(), welcomeRequest(w, name))
		l.made[name].acked = a.status == 200
		return a.status == 200
	})
	l.repeatUnanswered(t)
	l.checkAnswers(t)
	w.Kill()
	w.Again()
	l.checkAcknowledged(t)
	checkWhole(t, db)
	checkFile(t, db)
}

func TestAServerOnAFullDiskSaysSoAtItsStart(t *testing.T) {
	t.Parallel()
	dir := smallDisk(t, "1m")
	fill(t, dir)
	checkRefusedStart(t, binary.Command{
		Args: []string{"serve", "--http", "127.0.0.1:0"}, Env: []string{"ROSTER_DATA=" + filepath.Join(dir, "data")},
	}, "no space left|disk is full")
}
