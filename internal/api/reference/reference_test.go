package reference

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"
)

// ask asks the reference for an address.
func ask(t *testing.T, method, target string, header http.Header) *http.Response {
	t.Helper()
	mux := http.NewServeMux()
	Register(mux, Options{Version: "v1<2"})
	r := httptest.NewRequest(method, target, nil)
	for name, values := range header {
		r.Header[name] = values
	}
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, r)
	return w.Result()
}

func read(t *testing.T, r io.Reader) []byte {
	t.Helper()
	body, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

var addresses = regexp.MustCompile(`(?:href|src)="([^"]*)"`)

func TestThePageNamesWhatIsThereByRelativeAddresses(t *testing.T) {
	t.Parallel()
	page := ask(t, "GET", "/api/docs", nil)
	body := read(t, page.Body)
	if page.StatusCode != 200 || page.Header.Get("Content-Type") != "text/html; charset=utf-8" || !strings.Contains(string(body), "Version v1&lt;2") {
		t.Fatalf("%d %v\n%s", page.StatusCode, page.Header, body)
	}
	loaded := 0
	for _, m := range addresses.FindAllSubmatch(body, -1) {
		address := string(m[1])
		if strings.HasPrefix(address, "/") || strings.Contains(address, ":") {
			t.Errorf("%s leads out of /o/<slug>", address)
		}
		if strings.HasPrefix(address, "docs/") {
			loaded++
			if file := ask(t, "GET", "/api/"+address, nil); file.StatusCode != 200 || !strings.Contains(file.Header.Get("Cache-Control"), "immutable") {
				t.Errorf("%s: %d %v", address, file.StatusCode, file.Header)
			}
		}
	}
	if loaded != 5 {
		t.Errorf("the page loads %d files", loaded)
	}
	if again := ask(t, "GET", "/api/docs", http.Header{"If-None-Match": {page.Header.Get("ETag")}}); again.StatusCode != http.StatusNotModified {
		t.Errorf("what is known is answered %d", again.StatusCode)
	}
}

func TestSwaggerUIIsWhatItsReadmeSays(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("files/README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, plain := range []string{"swagger-ui-bundle.js", "swagger-ui.css"} {
		r, err := gzip.NewReader(bytes.NewReader(mustRead(plain + ".gz")))
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(read(t, r))
		if line := "| " + plain + " | " + hex.EncodeToString(sum[:]) + " |"; !strings.Contains(string(readme), line) {
			t.Errorf("the README has no line %s", line)
		}
	}
}

func TestFilesAreSentAsTheClientTakesThem(t *testing.T) {
	t.Parallel()
	a := loadAssets()
	target := "/api/docs/assets/" + a.named["swagger-ui.css"]
	packed := a.files[a.named["swagger-ui.css"]].body
	for accept, gzipped := range map[string]bool{
		"":                      false,
		"gzip":                  true,
		"gzip, deflate, br":     true,
		"br;q=1, GZIP; q=0.1":   true,
		"x-gzip":                true,
		"*":                     true,
		"br":                    false,
		"gzip;q=0":              false,
		"gzip;q=0, *":           false,
		"*;q=0":                 false,
		"identity, gzip; Q=0.0": false,
		"gzip;q=x":              false,
	} {
		got := ask(t, "GET", target, http.Header{"Accept-Encoding": {accept}})
		body := read(t, got.Body)
		if got.Header.Get("Vary") != "Accept-Encoding" || got.Header.Get("Content-Type") != "text/css; charset=utf-8" {
			t.Errorf("%q: %v", accept, got.Header)
		}
		if encoded := got.Header.Get("Content-Encoding") == "gzip"; encoded != gzipped || bytes.Equal(body, packed) != gzipped {
			t.Errorf("%q: gzip is %v", accept, encoded)
		}
		if !gzipped && !bytes.Contains(body, []byte(".swagger-ui")) {
			t.Errorf("%q: no stylesheet", accept)
		}
	}
}

func TestWhatIsNotThereOrNotInThisWay(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		method, target string
		status         int
		header, value  string
	}{
		{"GET", "/api/docs/", 308, "Location", "../docs"},
		{"GET", "/api/docs/assets/swagger-ui.css", 404, "", ""},
		{"GET", "/api/docs/assets/LICENSE", 200, "Content-Type", "text/plain; charset=utf-8"},
		{"GET", "/api/docs/assets/page.html", 404, "", ""},
		{"HEAD", "/api/docs", 200, "Content-Type", "text/html; charset=utf-8"},
		{"POST", "/api/docs", 405, "Allow", "GET, HEAD"},
		{"PUT", "/api/docs/assets/LICENSE", 405, "Allow", "GET, HEAD"},
	} {
		got := ask(t, c.method, c.target, nil)
		if got.StatusCode != c.status || got.Header.Get(c.header) != c.value {
			t.Errorf("%s %s: %d %v", c.method, c.target, got.StatusCode, got.Header)
		}
	}
}
