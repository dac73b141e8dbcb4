package api_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"net/http"
	"os"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"go.yaml.in/yaml/v3"

	"roster/internal/dialect/dialecttest"
)

var update = flag.Bool("update", false, "write the golden description anew")

// fetch returns a document that needs no credential.
func fetch(t testing.TB, e *dialecttest.Env, name string) []byte {
	t.Helper()
	w := e.Do(t, "", "GET /api/v1/"+name)
	if w.Code != http.StatusOK {
		t.Fatalf("%s: %d %s", name, w.Code, w.Body)
	}
	return w.Body.Bytes()
}

func TestTheDescriptionIsTheOneOnRecord(t *testing.T) {
	t.Parallel()
	const golden = "testdata/openapi.json"
	var got bytes.Buffer
	if err := json.Indent(&got, fetch(t, dialecttest.Open(t, dialecttest.Options{}), "openapi.json"), "", " "); err != nil {
		t.Fatal(err)
	}
	got.WriteByte('\n')
	if *update {
		if err := os.WriteFile(golden, got.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got.Bytes(), want) {
		t.Error("the description is another one; if it should be: go test ./internal/api -run OnRecord -update")
	}
}

func TestTheDescriptionIsGoodAndItsExamplesToo(t *testing.T) {
	t.Parallel()
	loader := openapi3.NewLoader()
	doc, err := loader.LoadFromData(fetch(t, dialecttest.Open(t, dialecttest.Options{}), "openapi.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Validate(loader.Context, openapi3.EnableExamplesValidation()); err != nil {
		t.Error(err)
	}
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			if op.Summary == "" || op.Description == "" || op.OperationID == "" || len(op.Tags) != 1 {
				t.Errorf("%s %s lacks a summary, a description, an id or a tag", method, path)
			}
			if op.RequestBody != nil {
				for media, content := range op.RequestBody.Value.Content {
					checkExample(t, method+" "+path+" "+media, content)
				}
			}
			for status, answer := range op.Responses.Map() {
				for media, content := range answer.Value.Content {
					checkExample(t, method+" "+path+" "+status+" "+media, content)
				}
			}
		}
	}
}

// checkExample validates an example against its schema.
func checkExample(t *testing.T, where string, content *openapi3.MediaType) {
	t.Helper()
	if content.Example == nil {
		t.Errorf("%s has no example", where)
		return
	}
	if err := content.Schema.Value.VisitJSON(content.Example, openapi3.EnableJSONSchema2020()); err != nil {
		t.Errorf("the example of %s: %v", where, err)
	}
}

func TestTheYAMLSaysWhatTheJSONSays(t *testing.T) {
	t.Parallel()
	e := dialecttest.Open(t, dialecttest.Options{})
	var inYAML any
	if err := yaml.Unmarshal(fetch(t, e, "openapi.yaml"), &inYAML); err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(inYAML)
	if err != nil {
		t.Fatal(err)
	}
	var a, b any
	if json.Unmarshal(text, &a) != nil || json.Unmarshal(fetch(t, e, "openapi.json"), &b) != nil {
		t.Fatal("one of them is no JSON")
	}
	first, _ := json.Marshal(a)
	second, _ := json.Marshal(b)
	if !bytes.Equal(first, second) {
		t.Error("they differ")
	}
}
