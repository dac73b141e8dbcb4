package dialect_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"roster"
	"roster/internal/dialect"
)

func TestFormsAreReadInTheOrderSent(t *testing.T) {
	t.Parallel()
	fields, err := dialect.ParseForm("b=2+x&a=%C3%A9%26&empty=&alone&&c=a=b&")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range fields {
		if f.Value.Kind != dialect.String {
			t.Errorf("%s is %v", f.Name, f.Value.Kind)
		}
		got = append(got, f.Name+"="+f.Value.Text)
	}
	if want := "b=2 x|a=é&|empty=|alone=|c=a=b"; strings.Join(got, "|") != want {
		t.Errorf("read %q, want %q", strings.Join(got, "|"), want)
	}
}

func TestFormsThatAreNotPlainAreRefused(t *testing.T) {
	t.Parallel()
	many := ""
	for i := range dialect.MaxFields + 1 {
		many += fmt.Sprintf("n%d=&", i)
	}
	for text, want := range map[string]string{
		"a=1&b=2&a=3": `"a" is given twice`,
		"a=1&%61=3":   `"a" is given twice`,
		"a=%zz":       "an escape with % is malformed",
		"%zz=1":       "an escape with % is malformed",
		"a=%":         "an escape with % is malformed",
		"a=%ff":       "not UTF-8",
		"a=\xff":      "not UTF-8",
		"a=%00":       "a NUL character",
		"%00=1":       "a NUL character",
		many:          "more than 256",
		strings.Repeat(strings.Repeat("x", 100)+"=1&", 2): "one is given twice",
	} {
		_, err := dialect.ParseForm(text)
		if err == nil || roster.KindOf(err) != roster.Invalid || !strings.Contains(err.Error(), want) {
			t.Errorf("ParseForm(%.40q): %v, want %q in an error of kind Invalid", text, err, want)
		}
	}
}

func FuzzParseForm(f *testing.F) {
	for _, s := range []string{"", "a=1&b=2", "a=%C3%A9+", "&&", "=", "a;b=1", "%", "a=1&a=2"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		fields, err := dialect.ParseForm(text)
		if err != nil {
			if roster.KindOf(err) != roster.Invalid {
				t.Errorf("ParseForm(%q): %v", text, err)
			}
			return
		}
		if len(fields) > dialect.MaxFields {
			t.Errorf("ParseForm(%q) has %d fields", text, len(fields))
		}
		want, err := url.ParseQuery(text)
		if err != nil && !strings.Contains(err.Error(), "semicolon") {
			t.Errorf("ParseForm accepts %q, the standard library does not: %v", text, err)
		}
		for _, field := range fields {
			if values, ok := want[field.Name]; ok && (len(values) != 1 || values[0] != field.Value.Text) {
				t.Errorf("ParseForm(%q): %q is %q, want %q", text, field.Name, field.Value.Text, values)
			}
		}
	})
}
