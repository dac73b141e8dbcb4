package store

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"roster/internal/directory"
)

func TestAFullDiskLosesNothingThatWasAcknowledged(t *testing.T) {
	t.Parallel()
	dir := smallDisk(t)
	db := openTest(t, filepath.Join(dir, "roster.db"))
	if err := db.Update(t.Context(), put("early")); err != nil {
		t.Fatal(err)
	}
	giveBack := fill(t, dir)
	checkFull(t, db, func(name string) func(directory.Tx) error {
		return func(tx directory.Tx) error {
			return errors.Join(put(name)(tx), tx.PutSetting(name+" more", string(make([]byte, 4<<20))))
		}
	})
	if !has(t, db, "early") {
		t.Error("what was acknowledged is gone")
	}
	giveBack()
	if err := db.Update(t.Context(), put("late")); err != nil || !has(t, db, "late") {
		t.Errorf("with space again: %v", err)
	}
}

// smallDisk mounts a file system of a few MiB, which only root can do.
func smallDisk(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=8m"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("mount: %v", err)
		}
		t.Skipf("mount: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Errorf("unmount: %v", err)
		}
	})
	return dir
}

// fill uses up all free space until giveBack is called.
func fill(t *testing.T, dir string) (giveBack func()) {
	t.Helper()
	path := filepath.Join(dir, "ballast")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for err == nil {
		_, err = f.Write(make([]byte, 4096))
	}
	if !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("fill: %v", err)
	}
	return func() {
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
}
