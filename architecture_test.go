package roster_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// arrows says which of the module's packages each package may import, tests aside. A package that
// is missing here may import none, so a new one has to be given its place.
var arrows = map[string][]string{
	"roster":                        {},
	"roster/internal/fold":          {},
	"roster/internal/phone":         {},
	"roster/internal/premise":       {"roster"},
	"roster/internal/watch":         {"roster"},
	"roster/internal/directory":     {"roster", "roster/internal/premise", "roster/internal/fold", "roster/internal/phone", "roster/internal/filter", "roster/internal/watch"},
	"roster/internal/dialect":       {"roster", "roster/internal/premise"},
	"roster/internal/filter":        {"roster", "roster/internal/fold"},
	"roster/internal/auth/argon2":   {},
	"roster/internal/auth":          {"roster", "roster/internal/premise", "roster/internal/directory", "roster/internal/auth/argon2"},
	"roster/internal/auth/realm":    {"roster", "roster/internal/fold", "roster/internal/directory", "roster/internal/auth"},
	"roster/internal/outbound":      {"roster"},
	"roster/internal/store":         {"roster", "roster/internal/premise", "roster/internal/directory", "roster/internal/filter"},
	"roster/internal/queue":         {"roster", "roster/internal/directory"},
	"roster/internal/lease":         {"roster", "roster/internal/directory"},
	"roster/internal/notify":        {"roster", "roster/internal/directory"},
	"roster/internal/graze":         {"roster", "roster/internal/directory", "roster/internal/dialect"},
	"roster/internal/checkcentral":  {"roster", "roster/internal/directory", "roster/internal/dialect"},
	"roster/internal/operator":      {"roster", "roster/internal/directory", "roster/internal/dialect"},
	"roster/internal/api":           {"roster", "roster/internal/premise", "roster/internal/directory", "roster/internal/dialect", "roster/internal/filter"},
	"roster/internal/api/reference": {"roster/internal/dialect"},
	"roster/internal/web":           {"roster", "roster/internal/directory", "roster/internal/dialect"},
	"roster/internal/server":        {"roster", "roster/internal/dialect"},
	"roster/internal/config":        {"roster"},
	"roster/internal/app":           {"*"}, // the one that sees everybody
	"roster/internal/cli":           {"roster", "roster/internal/directory", "roster/internal/fold", "roster/internal/dialect", "roster/internal/app", "roster/internal/config", "roster/internal/operator", "roster/client"},
	"roster/cmd/roster":             {"roster/internal/cli"},
	"roster/client":                 {},    // for other programs: nothing of the module
	"roster/bench":                  {"*"}, // measures, and is in no binary
	// For tests only: no other package may import these.
	"roster/internal/pgtest":              {},
	"roster/internal/store/tabletest":     {"roster/internal/store", "roster/internal/pgtest"},
	"roster/internal/store/storetest":     {"roster", "roster/internal/directory", "roster/internal/filter"},
	"roster/internal/dialect/dialecttest": {"*"},
	"roster/internal/auth/realm/ldaptest": {},
	"roster/test/binary":                  {"*"},
	"roster/test/contract":                {},
	"roster/internal/store/migrations":    {},
}

type pkg struct {
	ImportPath, Dir, Doc string
	Imports              []string
	GoFiles              []string
}

// packages lists the module's packages.
func packages(t *testing.T) []pkg {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Dir,Doc,Imports,GoFiles", "./...").Output()
	if err != nil {
		t.Fatal(err)
	}
	var all []pkg
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

func TestArrowsPointOneWay(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		if len(p.GoFiles) == 0 {
			continue
		}
		may, known := arrows[p.ImportPath]
		if !known {
			t.Errorf("%s has no place in the table of arrows", p.ImportPath)
		}
		for _, imported := range p.Imports {
			ours := imported == "roster" || strings.HasPrefix(imported, "roster/")
			if ours && !slices.Contains(may, imported) && !slices.Contains(may, "*") {
				t.Errorf("%s imports %s, against the arrows", p.ImportPath, imported)
			}
			if p.ImportPath == "roster" && strings.Contains(strings.SplitN(imported, "/", 2)[0], ".") {
				t.Errorf("the nouns import %s; they need the standard library only", imported)
			}
			if strings.Contains(imported, "roster/internal/") && strings.HasSuffix(imported, "test") && !strings.HasSuffix(p.ImportPath, "test") && p.ImportPath != "roster/bench" {
				t.Errorf("%s imports %s, which is for tests", p.ImportPath, imported)
			}
		}
	}
}

func TestEveryPackageSaysWhatItIs(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		if len(p.GoFiles) > 0 && p.Doc == "" {
			t.Errorf("%s has no package comment", p.ImportPath)
		}
	}
}

// maxFunction is the longest a function may be, in lines: it fits on a screen.
const maxFunction = 60

func TestFunctionsFitOnAScreenAndExportedNamesAreExplained(t *testing.T) {
	t.Parallel()
	eachFile(t, func(fset *token.FileSet, path string, f *ast.File) {
		for _, decl := range f.Decls {
			switch d := decl.(type) {
			case *ast.FuncDecl:
				if n := fset.Position(d.End()).Line - fset.Position(d.Pos()).Line + 1; n > maxFunction {
					t.Errorf("%s: %s has %d lines", path, d.Name.Name, n)
				}
				if d.Name.IsExported() && receiverExported(d) && d.Doc == nil {
					t.Errorf("%s: %s is not explained", path, d.Name.Name)
				}
				if d.Name.Name == "init" && d.Recv == nil {
					t.Errorf("%s: init hides what happens at start", path)
				}
			case *ast.GenDecl:
				for _, name := range unexplained(d) {
					t.Errorf("%s: %s is not explained", path, name)
				}
			}
		}
	})
}

func receiverExported(d *ast.FuncDecl) bool {
	if d.Recv == nil {
		return true
	}
	name := strings.TrimLeft(fmt.Sprint(typeName(d.Recv.List[0].Type)), "*")
	return ast.IsExported(name)
}

func typeName(e ast.Expr) string {
	switch x := e.(type) {
	case *ast.StarExpr:
		return typeName(x.X)
	case *ast.IndexExpr:
		return typeName(x.X)
	case *ast.IndexListExpr:
		return typeName(x.X)
	case *ast.Ident:
		return x.Name
	}
	return ""
}

// unexplained returns the exported types, constants and variables that have no comment: neither of
// their own nor, in a group, over the group.
func unexplained(d *ast.GenDecl) []string {
	var names []string
	for _, spec := range d.Specs {
		switch s := spec.(type) {
		case *ast.TypeSpec:
			if s.Name.IsExported() && s.Doc == nil && s.Comment == nil && d.Doc == nil {
				names = append(names, s.Name.Name)
			}
		case *ast.ValueSpec:
			for _, n := range s.Names {
				if n.IsExported() && s.Doc == nil && s.Comment == nil && d.Doc == nil {
					names = append(names, n.Name)
				}
			}
		}
	}
	return names
}

// eachFile visits every Go file that is no test.
func eachFile(t *testing.T, visit func(*token.FileSet, string, *ast.File)) {
	t.Helper()
	fset := token.NewFileSet()
	for _, path := range goFiles(t) {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(fset, path, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		visit(fset, path, f)
	}
}

// goFiles returns the paths of all Go files, tests included.
func goFiles(t *testing.T) []string {
	t.Helper()
	var paths []string
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && strings.HasSuffix(path, ".go") {
			paths = append(paths, filepath.ToSlash(path))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return paths
}

// maxComment is the longest a line of a comment may be, in characters without its indentation.
const maxComment = 100

func TestNoLineOfACommentIsTooLong(t *testing.T) {
	t.Parallel()
	for _, path := range goFiles(t) {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		number := 0
		for line := range strings.Lines(string(text)) {
			number++
			line = strings.TrimSpace(line)
			if strings.HasPrefix(line, "//") && !strings.HasPrefix(line, "//go:") && utf8.RuneCountInString(line) > maxComment {
				t.Errorf("%s:%d: this comment has a line beyond %d characters", path, number, maxComment)
			}
		}
	}
}

// documents returns the paths of the documents that people read.
func documents(t *testing.T) []string {
	t.Helper()
	paths := []string{"CHANGELOG.md", "CONTRIBUTING.md", "README.md", "SECURITY.md"}
	for _, pattern := range []string{"docs/*.md", "docs/adr/*.md"} {
		found, err := filepath.Glob(pattern)
		if err != nil || len(found) == 0 {
			t.Fatalf("%s: %v, %v", pattern, found, err)
		}
		paths = append(paths, found...)
	}
	return paths
}

func TestNoLineOfADocumentIsTooLong(t *testing.T) {
	t.Parallel()
	for _, path := range documents(t) {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		number, code := 0, false
		for line := range strings.Lines(string(text)) {
			number++
			line = strings.TrimSuffix(line, "\n")
			if strings.HasPrefix(line, "```") {
				code = !code
			}
			if !code && !strings.HasPrefix(line, "|") && utf8.RuneCountInString(line) > maxComment {
				t.Errorf("%s:%d: this line is longer than %d characters", path, number, maxComment)
			}
		}
	}
}

func TestADecisionHasContextDecisionAndConsequences(t *testing.T) {
	t.Parallel()
	paths, err := filepath.Glob("docs/adr/0*.md")
	if err != nil || len(paths) == 0 {
		t.Fatal(paths, err)
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var headings []string
		for line := range strings.Lines(string(text)) {
			if heading, found := strings.CutPrefix(line, "## "); found {
				headings = append(headings, strings.TrimSpace(heading))
			}
		}
		if !slices.Equal(headings, []string{"Context", "Decision", "Consequences"}) {
			t.Errorf("%s has the headings %q", path, headings)
		}
	}
}

// banned are package names that say nothing.
var banned = regexp.MustCompile(`^(util|utils|helper|helpers|common|misc|manager|impl|base|lib)$`)

func TestPackageNamesSayWhatIsInside(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		if banned.MatchString(filepath.Base(p.ImportPath)) {
			t.Errorf("%s says nothing", p.ImportPath)
		}
	}
}

// pathInText is a path of the repository in the text of a document: `internal/store/user.go`.
var pathInText = regexp.MustCompile("`((?:cmd|internal|docs|bench|tools|test|\\.ci)(?:/[A-Za-z0-9_.-]+)*/?|[a-z]+\\.go|[A-Z]+\\.md)`")

func TestPathsThatTheDocumentsNameExist(t *testing.T) {
	t.Parallel()
	for _, doc := range []string{"ARCHITECTURE.md", "CONTRIBUTING.md", "README.md", "SECURITY.md"} {
		text, err := os.ReadFile(doc)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range pathInText.FindAllStringSubmatch(string(text), -1) {
			if _, err := os.Stat(m[1]); err != nil {
				t.Errorf("%s names %s, which is not there", doc, m[1])
			}
		}
	}
}

func TestEveryDependencyHasItsReason(t *testing.T) {
	t.Parallel()
	mod, err := os.ReadFile("go.mod")
	if err != nil {
		t.Fatal(err)
	}
	reasons, err := os.ReadFile("docs/adr/dependencies.md")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(mod)) {
		module, _, found := strings.Cut(strings.TrimSpace(line), " v")
		if !found || strings.Contains(line, "// indirect") {
			continue
		}
		if !strings.Contains(string(reasons), strings.TrimPrefix(module, "github.com/")) {
			t.Errorf("%s has no reason in docs/adr/dependencies.md", module)
		}
	}
}
