package cli

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"reflect"
	"strings"

	"roster"
	"roster/client"
	"roster/internal/directory"
)

// subject is the record that a command is about, where its names are unique: anything but a user.
type subject struct {
	Subject string `arg:"" name:"name" help:"Its name, or its id."`
	listing
}

// known makes an error that says that there is no such record one that says where those are that
// there are.
func (s subject) known(noun string, err error) error {
	if missing(err) {
		return &roster.Error{Kind: roster.NotFound, Detail: fmt.Sprintf("there is no %s %q; see: roster %s list", noun, s.Subject, noun)}
	}
	return err
}

// fields lets a fault of the name read as one of the record.
func (s subject) fields() map[string]string {
	return map[string]string{"displayName": fmt.Sprintf("%q", s.Subject)}
}

// renamed is fields for a command that may give the subject another name: then a fault may be about
// either.
func (s subject) renamed(name *string, more map[string]string) map[string]string {
	more["displayName"] = "the name"
	if name == nil {
		more["displayName"] = s.fields()["displayName"]
	}
	return more
}

// wholeList returns the words of a flag that replaces a list: nil where it was not given, and none
// where it was given once, as ”.
func wholeList(words []string) []string {
	if len(words) == 1 && isBlank(words[0]) {
		return []string{}
	}
	return words
}

// given returns what a flag says, absent where it was not given. An empty word is null: the
// default, or none.
func given(word *string) client.Optional[string] {
	switch {
	case word == nil:
		return client.Optional[string]{}
	case isBlank(*word):
		return client.Null[string]()
	}
	return client.Set(*word)
}

// givenList returns what a flag says that replaces a list.
func givenList(words []string) (list client.Optional[[]string]) {
	if words = wholeList(words); words != nil {
		list = client.Set(words)
	}
	return list
}

// changesSomething refuses a change, without its subject, in which nothing was given.
func changesSomething(change any, command string) error {
	if reflect.ValueOf(change).IsZero() {
		return usageError{fmt.Sprintf("nothing to change was given (roster %s --help)", command)}
	}
	return nil
}

// maxUserList is the greatest length of a file that names users, in bytes: with quotes and commas
// it fits into the body of a call.
const maxUserList = 960 << 10

// readUsers reads the users that a file names, one a line; the file "-" is the standard input.
// Empty lines do not count.
func (sh *shell) readUsers(file string) ([]string, error) {
	in := sh.stdin
	if file != "-" {
		f, err := os.Open(file)
		if err != nil {
			return nil, &roster.Error{Kind: roster.Invalid, Detail: "the list of members cannot be read", Err: err}
		}
		defer f.Close()
		in = f
	}
	text, err := io.ReadAll(io.LimitReader(in, maxUserList+1))
	if err != nil {
		return nil, fmt.Errorf("read the list of members: %w", err)
	}
	var users []string
	const byteOrderMark = "\ufeff" // some editors begin a file with it
	for lines := bufio.NewScanner(bytes.NewReader(bytes.TrimPrefix(text, []byte(byteOrderMark)))); lines.Scan(); {
		if user := strings.TrimSpace(lines.Text()); user != "" {
			users = append(users, user)
		}
	}
	switch {
	case len(text) > maxUserList || len(users) > directory.MaxMembers:
		return nil, &roster.Error{Kind: roster.Invalid, Detail: fmt.Sprintf(
			"the list of members is too long: at most %d users in %d KiB; change a longer one with --add and --remove", directory.MaxMembers, maxUserList>>10)}
	case len(users) == 0:
		return nil, &roster.Error{Kind: roster.Invalid, Detail: "the list of members names nobody; to take members out, use --remove"}
	}
	return users, nil
}
