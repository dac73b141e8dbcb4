package app

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// demoMark is the file that marks a data folder as a demonstration's, with known passwords.
const demoMark = "DEMO"

// prepareFolder makes the data folder, and keeps demonstrations and real use apart (DECISIONS 22).
func prepareFolder(dir string, demo bool) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make the data folder: %w", err)
	}
	_, err := os.Stat(filepath.Join(dir, demoMark))
	marked := err == nil
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	switch {
	case marked && !demo:
		return fmt.Errorf("%s belongs to a demonstration, whose passwords everybody knows; choose another folder with --data, or start with --demo", dir)
	case marked || !demo:
		return nil
	}
	if _, err := os.Stat(filepath.Join(dir, databaseFile)); err == nil {
		return fmt.Errorf("%s is in real use; a demonstration needs a folder of its own: choose it with --data, or leave out --demo", dir)
	}
	const text = "This folder belongs to a demonstration of Roster. Its passwords are known to everybody.\n"
	return os.WriteFile(filepath.Join(dir, demoMark), []byte(text), 0o600)
}
