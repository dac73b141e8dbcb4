package web

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"net/http"
	"path"
	"strings"
)

//go:embed assets/*
var assetFiles embed.FS

// assets are the embedded files. Their names change with their content, so a browser may keep them
// for ever.
type assets struct {
	files map[string]asset  // by public name, "roster.0123456789ab.css"
	named map[string]string // public path by plain name, "roster.css"
}

type asset struct {
	body      []byte
	mediaType string
}

// loadAssets reads the embedded files. It panics if they cannot be read, which a test would show.
func loadAssets() assets {
	types := map[string]string{
		".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml",
	}
	a := assets{files: map[string]asset{}, named: map[string]string{}}
	entries, err := fs.ReadDir(assetFiles, "assets")
	if err != nil {
		panic(err)
	}
	for _, entry := range entries {
		body, err := assetFiles.ReadFile("assets/" + entry.Name())
		if err != nil {
			panic(err)
		}
		ext := path.Ext(entry.Name())
		sum := sha256.Sum256(body)
		name := strings.TrimSuffix(entry.Name(), ext) + "." + hex.EncodeToString(sum[:6]) + ext
		a.files[name] = asset{body: body, mediaType: types[ext]}
		a.named[entry.Name()] = "/assets/" + name
	}
	return a
}

func (s *site) asset(w http.ResponseWriter, r *http.Request) {
	file, ok := s.assets.files[r.PathValue("name")]
	if !ok {
		s.nothingHere(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", file.mediaType)
	h.Set("Cache-Control", "public, max-age=31536000, immutable") // seconds: a year
	_, _ = w.Write(file.body)                                     // a reader who left needs no answer
}
