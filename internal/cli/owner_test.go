package cli

import (
	"strings"
	"testing"

	"roster"
)

func TestTheSuperuserDoesNotOpenAnotherUsersFolder(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name      string
		me, owner int
		refused   bool
	}{
		{"the superuser in its own folder", 0, 0, false},
		{"a user in its own folder", 1000, 1000, false},
		{"a user in another's folder, which the file system decides", 1000, 1001, false},
		{"the superuser in a user's folder", 0, 54321, true},
	} {
		err := mayWrite(c.me, c.owner, "data")
		if (err != nil) != c.refused {
			t.Errorf("%s: %v", c.name, err)
		}
		if err != nil && (roster.KindOf(err) != roster.Forbidden || !strings.Contains(err.Error(), "sudo -u '#54321' roster")) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestAFolderThatIsNotThereHasNoOwner(t *testing.T) {
	t.Parallel()
	if err := validateOwner(t.TempDir() + "/none"); err != nil {
		t.Error(err)
	}
}
