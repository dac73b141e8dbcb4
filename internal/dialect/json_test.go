package dialect_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"roster"
	"roster/internal/dialect"
)

func TestParseAcceptsWhatTheStandardAllows(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]dialect.Value{
		`null`:                 {Kind: dialect.Null},
		"\t\r\n true \n":       {Kind: dialect.Bool, Bool: true},
		`false`:                {Kind: dialect.Bool},
		`0`:                    {Kind: dialect.Number, Text: "0"},
		`-0.5e+10`:             {Kind: dialect.Number, Text: "-0.5e+10"},
		`1E3`:                  {Kind: dialect.Number, Text: "1E3"},
		`""`:                   {Kind: dialect.String},
		`"a\"b\\c\/d\n\u00e9"`: {Kind: dialect.String, Text: "a\"b\\c/d\né"},
		`"\ud83d\ude00"`:       {Kind: dialect.String, Text: "😀"},
		`"\\ud83d"`:            {Kind: dialect.String, Text: `\ud83d`},
		`"Ünïcödé"`:            {Kind: dialect.String, Text: "Ünïcödé"},
		`[]`:                   {Kind: dialect.Array},
		`{}`:                   {Kind: dialect.Object},
	} {
		got, err := dialect.Parse([]byte(text))
		if err != nil || got.Kind != want.Kind || got.Text != want.Text || got.Bool != want.Bool {
			t.Errorf("Parse(%s) = %+v, %v; want %+v", text, got, err, want)
		}
		if raw := strings.TrimSpace(text); string(got.Raw) != raw {
			t.Errorf("Parse(%s).Raw = %q, want %q", text, got.Raw, raw)
		}
	}
}

func TestAByteOrderMarkBeforeJSONIsSkipped(t *testing.T) {
	t.Parallel()
	v, err := dialect.Parse([]byte("\ufeff {\"a\":1}"))
	if err != nil || string(v.Raw) != `{"a":1}` {
		t.Errorf("read %s, %v", v.Raw, err)
	}
	if v, err := dialect.Parse([]byte("\ufeff\ufeff{}")); err == nil {
		t.Errorf("two marks are read as %s", v.Raw)
	}
}

func TestParseKeepsTheOrderAndTheBytesOfWhatWasSent(t *testing.T) {
	t.Parallel()
	v, err := dialect.Parse([]byte(`{ "b" : [1, {"x": null}] , "a":"1" }`))
	if err != nil {
		t.Fatal(err)
	}
	if len(v.Members) != 2 || v.Members[0].Name != "b" || v.Members[1].Name != "a" {
		t.Errorf("members are %+v", v.Members)
	}
	if got := string(v.Get("b").Raw); got != `[1, {"x": null}]` {
		t.Errorf("the bytes of b are %s", got)
	}
	if got := v.Get("b").Items[1].Get("x").Kind; got != dialect.Null {
		t.Errorf("x is %v", got)
	}
	if got := v.Get("c").Kind; got != dialect.Absent {
		t.Errorf("a member that is not there is %v", got)
	}
}

func TestParseRefusesAndSaysWhyAndWhere(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, want string }{
		{``, "ends too early, at byte 1"},
		{`   `, "ends too early, at byte 4"},
		{`nul`, "no value here, at byte 1"},
		{`nullx`, "something after the end, at byte 5"},
		{`{} {}`, "something after the end, at byte 4"},
		{`{`, "a name in double quotes is missing, at byte 2"},
		{`{"a"`, "a colon is missing, at byte 5"},
		{`{"a":}`, "no value here, at byte 6"},
		{`{"a":1`, "ends too early, at byte 7"},
		{`{"a":1,}`, "a name in double quotes is missing, at byte 8"},
		{`{"a":1 "b":2}`, "a comma is missing, at byte 8"},
		{`{'a':1}`, "a name in double quotes is missing, at byte 2"},
		{`{"a":1,"a":2}`, "a name comes twice in one object, at byte 8"},
		{`{"a":1,"\u0061":2}`, "a name comes twice in one object, at byte 8"},
		{`[1,]`, "no value here, at byte 4"},
		{`[1 2]`, "a comma is missing, at byte 4"},
		{`[1`, "ends too early, at byte 3"},
		{`01`, "a number is malformed"},
		{`-`, "a number is malformed"},
		{`1.`, "a number is malformed"},
		{`1e`, "a number is malformed"},
		{`+1`, "no value here"},
		{`.5`, "no value here"},
		{`NaN`, "no value here"},
		{`"abc`, "a string does not end, at byte 5"},
		{`"abc\`, "a string does not end"},
		{`"abc\"`, "a string does not end"},
		{"\"a\nb\"", "a control character stands in a string, at byte 3"},
		{"\"a\x00b\"", "a control character stands in a string, at byte 3"},
		{`"\x"`, "a malformed escape"},
		{`"\u12g4"`, "a malformed escape"},
		{`"\ud83d"`, "half of a surrogate pair"},
		{`"\ude00"`, "half of a surrogate pair"},
		{`"\ud83dx\ude00"`, "half of a surrogate pair"},
		{`"\ud83d\ud83d"`, "half of a surrogate pair"},
		{"\"\xff\"", "not valid UTF-8"},
		{"\"\xed\xa0\x80\"", "not valid UTF-8"},
		{strings.Repeat("[", dialect.MaxDepth+1) + strings.Repeat("]", dialect.MaxDepth+1), "deeper than 32 levels"},
		{"[" + strings.Repeat("1,", dialect.MaxValues) + "1]", "more than 50000 values"},
	} {
		_, err := dialect.Parse([]byte(c.text))
		if roster.KindOf(err) != roster.Invalid || err == nil {
			t.Errorf("Parse(%.60q): %v, want an error of kind Invalid", c.text, err)
			continue
		}
		if detail := roster.All(err)[0].Detail; !strings.Contains(detail, c.want) {
			t.Errorf("Parse(%.60q) says %q, want %q in it", c.text, detail, c.want)
		}
	}
}

func TestParseTakesWhatIsJustWithinTheBounds(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"depth":  strings.Repeat("[", dialect.MaxDepth) + strings.Repeat("]", dialect.MaxDepth),
		"values": "[" + strings.Repeat("1,", dialect.MaxValues-2) + "1]",
	} {
		if _, err := dialect.Parse([]byte(text)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestParseFindsARepeatedNameAmongManyNames(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&b, `"n%d":0,`, i)
	}
	many := b.String()
	if _, err := dialect.Parse([]byte("{" + strings.TrimSuffix(many, ",") + "}")); err != nil {
		t.Errorf("a thousand names that differ: %v", err)
	}
	for _, again := range []string{"n0", "n31", "n32", "n999"} {
		if _, err := dialect.Parse([]byte("{" + many + `"` + again + `":0}`)); err == nil {
			t.Errorf("%s comes twice, and that is accepted", again)
		}
	}
}

func TestParseRepeatsNothingOfTheTextInItsErrors(t *testing.T) {
	t.Parallel()
	for _, text := range []string{`{"password":"hunter2"`, `{"password":"hunter2","password":"hunter2"}`, `{"password":hunter2}`, `{"password":"hunter2\x"}`} {
		_, err := dialect.Parse([]byte(text))
		if err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("Parse(%s): %v", text, err)
		}
	}
}

func TestWholeNumbersAreReadHoweverTheyAreWritten(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]struct {
		n  int64
		ok bool
	}{
		"3": {3, true}, "3.0": {3, true}, "3e0": {3, true}, "30e-1": {3, true}, "-7": {-7, true}, "-0": {0, true},
		"9223372036854775807": {9223372036854775807, true},
		"9223372036854775808": {0, false},
		"1e400":               {0, false},
		"3.5":                 {0, false},
		"1e30":                {0, false},
	} {
		v, err := dialect.Parse([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if n, ok := v.Int(); ok != want.ok || ok && n != want.n {
			t.Errorf("%s is read as %d, %v; want %d, %v", text, n, ok, want.n, want.ok)
		}
	}
	if _, ok := (dialect.Value{Kind: dialect.String, Text: "3"}).Int(); ok {
		t.Error("a string is read as a number")
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{
		createUser, `{"a":[1,-2.5e3,"\u00e9\ud83d\ude00",{"b":null}],"c":true}`, `"\ud800"`, `{"a":1,"a":2}`,
		`[[[]]]`, "\"\\\n\"", `1e999`, ` {} `, "\xff", `"\\\"`, `{"":{"":""}}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		v, err := dialect.Parse(text)
		if err != nil {
			if detail := roster.All(err)[0].Detail; roster.KindOf(err) != roster.Invalid || len(detail) > 200 {
				t.Errorf("Parse(%q): kind %v, %d bytes of detail", text, roster.KindOf(err), len(detail))
			}
			return
		}
		var want any
		d := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(text, []byte("\ufeff"))))
		d.UseNumber()
		if err := d.Decode(&want); err != nil {
			t.Fatalf("Parse accepts %q, the standard library does not: %v", text, err)
		}
		if why := differ(v, want); why != "" {
			t.Errorf("Parse(%q): %s", text, why)
		}
	})
}

// differ says in what a value is not what the standard library read, "" if in nothing.
func differ(v dialect.Value, want any) string {
	same := false
	switch want := want.(type) {
	case nil:
		same = v.Kind == dialect.Null
	case bool:
		same = v.Kind == dialect.Bool && v.Bool == want
	case json.Number:
		same = v.Kind == dialect.Number && v.Text == want.String()
	case string:
		same = v.Kind == dialect.String && v.Text == want
	case []any:
		if same = v.Kind == dialect.Array && len(v.Items) == len(want); same {
			for i := range want {
				if why := differ(v.Items[i], want[i]); why != "" {
					return why
				}
			}
		}
	case map[string]any:
		if same = v.Kind == dialect.Object && len(v.Members) == len(want); same {
			for name := range want {
				if why := differ(v.Get(name), want[name]); why != "" {
					return why
				}
			}
		}
	}
	if !same {
		return fmt.Sprintf("%s is read as %+v, want %#v", v.Raw, v, want)
	}
	return ""
}
