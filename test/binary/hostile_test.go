package binary_test

import (
	"encoding/base64"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"

	"roster/test/binary"
)

// mebibyte is the greatest length of a body.
const mebibyte = 1 << 20

// post is the bytes of a POST request.
func post(w *world, path, credential, contentType, body string) string {
	return fmt.Sprintf("POST %s HTTP/1.1\r\nHost: roster\r\n%sContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s",
		path, credential, contentType, len(body), body)
}

func TestMonstrousRequestsAreRefusedInEachDialectsOwnForm(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sqlite(), binary.Options{})
	basic := "Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte(admin)) + "\r\n"
	long := strings.Repeat("n", 10_000)
	deep := strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000)
	deepObject := strings.Repeat(`{"a":`, 100_000) + "1" + strings.Repeat("}", 100_000)
	for _, c := range []struct {
		name, body string
		graze      int // status
		central    int
	}{
		{"names of 10,000 bytes", `{"username":"` + long + `","fullname":"` + long + `","email":"` + long + `@x.example","roles":["` + long + `"],"teams":["` + long +
			`"],"department":"` + long + `","timezone":"` + long + `","name":"` + long + `","accessLevel":"` + long + `","userGroups":["` + long + `"],"notifications":[{"type":"` + long + `"}]}`, 400, 400},
		{"a body of 1 MiB and a byte", `{"username":"` + strings.Repeat("n", mebibyte-14) + `"}`, 413, 413},
		{"arrays 100,000 deep", `{"username":` + deep + `}`, 400, 400},
		{"objects 100,000 deep", deepObject, 400, 400},
		{"arrays that do not end", strings.Repeat("[", mebibyte), 400, 400},
		{"a hundred thousand roles", `{"roles":[` + strings.Repeat("1,", 100_000) + `1],"userGroups":[` + strings.Repeat("1,", 100_000) + `1]}`, 400, 400},
		{"a hundred thousand keys", `{` + strings.Repeat(`"a":1,`, 100_000) + `"b":1}`, 400, 400},
		{"a number of 100,000 digits", `{"joined":` + strings.Repeat("9", 100_000) + `,"email":` + strings.Repeat("9", 100_000) + `}`, 400, 400},
		{"bytes that are no text", `{"username":"` + "\xff\xfe\xc0\x80" + `"}`, 400, 400},
	} {
		for _, d := range []struct{ path, credential, form string }{
			{"/graze/v1/createUser", basic, `"message":`},
			{"/createUser/?apiToken=" + w.token, "", `"error":{"id":`},
		} {
			status := map[bool]int{true: c.graze, false: c.central}[d.credential != ""]
			resp, body := raw(dial(t, w.Server), post(w, d.path, d.credential, "application/json", c.body))
			if resp == nil {
				t.Errorf("%s: %s closes without an answer", c.name, d.path)
				continue
			}
			if resp.StatusCode != status || !strings.Contains(body, d.form) || len(body) > 64<<10 {
				t.Errorf("%s: %s answers %d with %d bytes: %.200s", c.name, d.path, resp.StatusCode, len(body), body)
			}
		}
	}
	if n := count(t, w.database(t), "SELECT COUNT(*) FROM users"); n != 1 {
		t.Errorf("there are %d users, not the administrator alone", n)
	}
}

func TestABodyThatSaysNotHowLongItIsIsCutAtTheLimit(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sqlite(), binary.Options{})
	chunk := fmt.Sprintf("%x\r\n%s\r\n", 64<<10, strings.Repeat(" ", 64<<10))
	resp, body := raw(dial(t, w.Server), "POST /createUser?apiToken="+w.token+" HTTP/1.1\r\nHost: roster\r\n"+
		"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"+strings.Repeat(chunk, 64))
	if resp == nil || resp.StatusCode != 413 {
		t.Errorf("4 MiB in chunks are answered %v %s", resp, body)
	}
}

// The server waits 5 s for a header and 20 s for a body, and so does this test.
func TestSlowClientsAreCutAndOthersServedMeanwhile(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sqlite(), binary.Options{})
	stop := make(chan struct{})
	var served, slow sync.WaitGroup
	served.Go(func() {
		for n := 0; ; n++ {
			select {
			case <-stop:
				return
			default:
			}
			a, err := send(t.Context(), w.Client(), welcomeRequest(w, fmt.Sprintf("welcome.%d@load.example", n)))
			if err != nil || a.status != 200 {
				t.Errorf("beside slow clients a create is answered %d %s, %v", a.status, a.body, err)
				return
			}
		}
	})
	for _, begun := range []string{
		"POST /createUser HTTP/1.1\r\nHost: ros",
		"POST /createUser?apiToken=" + w.token + " HTTP/1.1\r\nHost: roster\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{",
		"",
	} {
		for range 50 {
			conn := dial(t, w.Server)
			slow.Go(func() {
				_, _ = io.WriteString(conn, begun)
				if _, err := io.Copy(io.Discard, conn); err != nil && strings.Contains(err.Error(), "timeout") {
					t.Errorf("a client that sent %.20q and no more was kept for a minute", begun)
				}
			})
		}
	}
	slow.Wait()
	close(stop)
	served.Wait()
}
