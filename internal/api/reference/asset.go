package reference

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"

	"roster/internal/dialect"
)

//go:embed files/*.gz files/page.* files/mark.svg files/LICENSE files/NOTICE files/swagger-ui-bundle.js.LICENSE.txt
var files embed.FS

// asset is a file that the page loads.
type asset struct {
	body       []byte
	mediaType  string
	compressed bool // body is in gzip
}

// assets are the embedded files, under names that change with their content: so a browser may keep
// them for ever.
type assets struct {
	files map[string]asset  // by public name, "page.0123456789ab.css"
	named map[string]string // public name by plain name, "page.css"
}

// loaded returns what the page loads. The first call reads it: half a MiB, which a server without
// readers of the page saves. It panics where a file is missing, which a test would show.
var loaded = sync.OnceValue(loadAssets)

func loadAssets() assets {
	a := assets{files: map[string]asset{}, named: map[string]string{}}
	for file, mediaType := range map[string]string{
		"swagger-ui-bundle.js.gz": "text/javascript; charset=utf-8",
		"swagger-ui.css.gz":       "text/css; charset=utf-8",
		"page.js":                 "text/javascript; charset=utf-8",
		"page.css":                "text/css; charset=utf-8",
		"mark.svg":                "image/svg+xml",
	} {
		body := mustRead(file)
		plain, compressed := strings.CutSuffix(file, ".gz")
		sum := sha256.Sum256(body)
		ext := path.Ext(plain)
		name := strings.TrimSuffix(plain, ext) + "." + hex.EncodeToString(sum[:6]) + ext
		a.files[name] = asset{body, mediaType, compressed}
		a.named[plain] = name
	}
	// Their licences ask to be passed on with them.
	for _, file := range []string{"LICENSE", "NOTICE", "swagger-ui-bundle.js.LICENSE.txt"} {
		a.files[file] = asset{body: mustRead(file), mediaType: "text/plain; charset=utf-8"}
	}
	return a
}

func mustRead(file string) []byte {
	body, err := files.ReadFile("files/" + file)
	if err != nil {
		panic(err)
	}
	return body
}

// serveAsset answers a request for a file that the page loads.
func serveAsset(w http.ResponseWriter, r *http.Request) {
	file, ok := loaded().files[r.PathValue("name")]
	if !ok {
		http.Error(w, "There is nothing here.", http.StatusNotFound)
		return
	}
	h := w.Header()
	h.Set("Content-Type", file.mediaType)
	h.Set("Cache-Control", "public, max-age=31536000, immutable") // seconds: a year
	if !file.compressed {
		_, _ = w.Write(file.body) // a reader who left needs no answer
		return
	}
	h.Set("Vary", "Accept-Encoding")
	if dialect.TakesGzip(r.Header) {
		h.Set("Content-Encoding", "gzip")
		h.Set("Content-Length", strconv.Itoa(len(file.body)))
		_, _ = w.Write(file.body)
		return
	}
	if r.Method == http.MethodHead {
		return
	}
	plain, err := gzip.NewReader(bytes.NewReader(file.body))
	if err != nil {
		panic(err) // embedded, and a test reads it
	}
	_, _ = io.Copy(w, plain)
}
