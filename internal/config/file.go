package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/alecthomas/kong"
	"go.yaml.in/yaml/v3"
)

const (
	maxFile  = 1 << 20 // bytes of a configuration file
	maxDepth = 8       // of nested keys; ours have 2
)

// file reads one configuration file into values.
type file struct {
	name   string
	flags  map[string]*kong.Flag
	faults *faults
	values map[string]any // by flag: a string, or []any for a list
	lines  map[string]int // line of each
}

// readFile returns the settings in the file, by flag. Anything that it does not understand is a
// fault: a setting that is silently ignored is worse than a server that does not start.
func readFile(name string, flags []*kong.Flag, f *faults) map[string]any {
	r := &file{
		name: filepath.Base(name), flags: map[string]*kong.Flag{}, faults: f,
		values: map[string]any{}, lines: map[string]int{},
	}
	for _, flag := range flags {
		r.flags[flag.Name] = flag
	}
	text, err := readBounded(name)
	if err != nil {
		f.plain(fmt.Sprintf("the configuration file cannot be read: %v", err))
		return nil
	}
	r.document(text)
	return r.values
}

func readBounded(name string) ([]byte, error) {
	in, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	text, err := io.ReadAll(io.LimitReader(in, maxFile+1))
	if err == nil && len(text) > maxFile {
		err = fmt.Errorf("%s is longer than %d bytes", name, maxFile)
	}
	return text, err
}

func (r *file) document(text []byte) {
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	var root yaml.Node
	switch err := decoder.Decode(&root); {
	case errors.Is(err, io.EOF):
		return // only comments
	case err != nil:
		r.faults.plain(fmt.Sprintf("%s is not YAML: %s", r.name, strings.TrimPrefix(err.Error(), "yaml: ")))
		return
	}
	if err := decoder.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		r.faults.plain(r.name + ` holds more than one document; leave out what follows "---"`)
		return
	}
	switch top := root.Content[0]; {
	case top.Kind == yaml.MappingNode:
		r.mapping("", top, 1)
	case isNull(top):
	default:
		r.fault(top, "the file must hold keys and values, such as http: 127.0.0.1:8080")
	}
}

// mapping reads the keys below path.
func (r *file) mapping(path string, node *yaml.Node, depth int) {
	for i := 0; i+1 < len(node.Content); i += 2 {
		name, value := node.Content[i], node.Content[i+1]
		if name.Kind != yaml.ScalarNode {
			r.fault(name, "a key must be a word")
			continue
		}
		full := name.Value
		if path != "" {
			full = path + "." + name.Value
		}
		if value.Kind == yaml.MappingNode && r.flags[flagOf(full)] == nil && depth < maxDepth {
			r.mapping(full, value, depth+1)
			continue
		}
		r.entry(full, name, value)
	}
}

// entry reads the value of one key.
func (r *file) entry(full string, name, value *yaml.Node) {
	flag := r.flags[flagOf(full)]
	switch {
	case flag == nil && isGroup(full):
		if !isNull(value) { // all settings below it may be commented out
			r.fault(name, fmt.Sprintf("%q is a group: write its settings below it, indented", full))
		}
		return
	case flag == nil:
		r.unknown(full, name)
		return
	case r.lines[flag.Name] != 0:
		r.fault(name, fmt.Sprintf("%q is set twice, first in line %d", key(flag.Name), r.lines[flag.Name]))
		return
	}
	r.lines[flag.Name] = name.Line
	switch {
	case value.Kind == yaml.AliasNode:
		r.fault(value, fmt.Sprintf("%q must be written out: aliases are not understood", key(flag.Name)))
	case isNull(value): // as if it were missing
	case isList(flag):
		r.list(flag, value)
	default:
		r.scalar(flag, value)
	}
}

func (r *file) scalar(flag *kong.Flag, value *yaml.Node) {
	text, wrong := scalarText(flag, value)
	if wrong != "" {
		r.fault(value, fmt.Sprintf("%q %s", key(flag.Name), wrong))
		return
	}
	r.values[flag.Name] = text
}

// list reads one text or a list of texts.
func (r *file) list(flag *kong.Flag, value *yaml.Node) {
	items := []*yaml.Node{value}
	if value.Kind == yaml.SequenceNode {
		items = value.Content
	}
	texts := make([]any, 0, len(items))
	for _, item := range items {
		if item.Kind != yaml.ScalarNode || item.ShortTag() != "!!str" {
			r.fault(item, fmt.Sprintf("%q must be a list of texts, such as [10.0.0.0/8]", key(flag.Name)))
			return
		}
		for part := range strings.SplitSeq(item.Value, ",") {
			texts = append(texts, strings.TrimSpace(part))
		}
	}
	r.values[flag.Name] = texts
}

// scalarText returns a value as the setting's flag would take it, or a fault.
func scalarText(flag *kong.Flag, value *yaml.Node) (text, wrong string) {
	if value.Kind != yaml.ScalarNode {
		return "", "must be one value"
	}
	switch tag := value.ShortTag(); flag.Target.Interface().(type) {
	case bool:
		if tag != "!!bool" {
			return "", "must be true or false, without quotes"
		}
	case int:
		if tag != "!!int" {
			return "", "must be a whole number, without quotes"
		}
	default:
		// A number is taken as it is written: a password may be a number.
		if tag != "!!str" && tag != "!!int" && tag != "!!float" {
			return "", "must be a text: put it in quotes"
		}
	}
	return understand(flag, value.Value)
}

func (r *file) unknown(full string, name *yaml.Node) {
	known := make([]string, 0, len(r.flags))
	for flag := range r.flags {
		known = append(known, key(flag))
	}
	text := fmt.Sprintf("unknown key %s in %s (line %d)", quoted(full), r.name, name.Line)
	if near := nearest(full, known); near != "" {
		text += fmt.Sprintf("; did you mean %q?", near)
	} else {
		text += "; roster serve --help lists the settings"
	}
	r.faults.plain(text)
}

func (r *file) fault(at *yaml.Node, text string) {
	r.faults.plain(fmt.Sprintf("%s, line %d: %s", r.name, at.Line, text))
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" }

func isGroup(name string) bool {
	for _, group := range groups {
		if name == group {
			return true
		}
	}
	return false
}
