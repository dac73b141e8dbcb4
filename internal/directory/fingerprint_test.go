package directory

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"roster"
)

// inputs are the inputs of creates, by noun: a pointer to each, and the fields that no fingerprint
// needs.
var inputs = map[string]struct {
	input interface{ inputText() json.RawMessage }
	text  func(any) json.RawMessage
	not   []string
}{
	"user":         {new(NewUser), textOf[NewUser], []string{"Password", "IdempotencyKey", "Repeatable", "Faults"}},
	"group":        {new(NewGroup), textOf[NewGroup], []string{"IdempotencyKey", "Repeatable", "Faults"}},
	"realm":        {new(NewRealm), textOf[NewRealm], []string{"IdempotencyKey", "Repeatable", "Faults"}},
	"department":   {new(NewDepartment), textOf[NewDepartment], []string{"IdempotencyKey", "Faults"}},
	"role":         {new(NewRole), textOf[NewRole], []string{"IdempotencyKey", "Faults"}},
	"token":        {new(NewToken), textOf[NewToken], []string{"IdempotencyKey", "Faults", "Secret"}},
	"organization": {new(NewOrganization), textOf[NewOrganization], []string{"IdempotencyKey", "Faults"}},
	"contact":      {new(NewContactMethod), textOf[NewContactMethod], []string{"IdempotencyKey", "Faults"}},
	"event":        {new(NewEvent), textOf[NewEvent], []string{"IdempotencyKey", "Faults"}},
	"check group":  {new(NewCheckGroup), textOf[NewCheckGroup], []string{"IdempotencyKey", "Faults"}},
	"check":        {new(NewCheck), textOf[NewCheck], []string{"IdempotencyKey", "Faults"}},
}

func textOf[T interface{ inputText() json.RawMessage }](p any) json.RawMessage {
	return (*p.(*T)).inputText()
}

// fields calls each for every leaf of a struct, with its path and a function that sets the leaf in
// a fresh struct.
func fields(of reflect.Type, path []string, index []int, each func(path string, set func(whole reflect.Value))) {
	for i := range of.NumField() {
		f, at := of.Field(i), append(slices.Clone(index), i)
		if !f.IsExported() {
			continue
		}
		name := append(slices.Clone(path), f.Name)
		if f.Type.Kind() == reflect.Struct && f.Type != reflect.TypeFor[time.Time]() && !strings.HasPrefix(f.Type.Name(), "Set[") {
			fields(f.Type, name, at, each)
			continue
		}
		each(strings.Join(name, "."), func(whole reflect.Value) { fill(whole.FieldByIndex(at)) })
	}
}

// fill sets every part of a value.
func fill(v reflect.Value) {
	switch v.Interface().(type) {
	case time.Time:
		v.Set(reflect.ValueOf(time.Unix(1494951621, 5000).In(time.FixedZone("", 3600))))
		return
	case time.Duration:
		v.SetInt(int64(time.Hour))
		return
	case json.RawMessage:
		v.SetBytes([]byte(`{"a" : "<é>"}`))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString("é")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(7)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0))
	case reflect.Map:
		v.Set(reflect.ValueOf(map[string]string{"é": "é"}))
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.Name != "Null" && f.IsExported() {
				fill(v.Field(i))
			}
		}
	default:
		panic("no value for " + v.Type().String())
	}
}

func TestEveryFieldOfAnInputIsInItsFingerprintOrLeftOutOnPurpose(t *testing.T) {
	t.Parallel()
	for noun, c := range inputs {
		of := reflect.TypeOf(c.input).Elem()
		nothing := string(c.text(reflect.New(of).Interface()))
		fields(of, nil, nil, func(path string, set func(reflect.Value)) {
			whole := reflect.New(of)
			set(whole.Elem())
			if known := string(c.text(whole.Interface())) != nothing; known == slices.Contains(c.not, path) {
				t.Errorf("%s: %s is in the fingerprint: %v. Name it in inputText, or among the fields left out here.", noun, path, known)
			}
		})
	}
}

// TestFingerprintsStayAsTheyAre pins the texts of an empty and of a full input, and their
// fingerprints under a key. A new field adds its part to the full text. Any other change would
// create records again that an older server remembers.
func TestFingerprintsStayAsTheyAre(t *testing.T) {
	t.Parallel()
	d := &Directory{retryKey: []byte("a key that is fixed"), now: func() time.Time { return time.Unix(0, 0) }}
	by := roster.Actor{Kind: roster.ActorUser, OrganizationID: "org", UserID: "user", Face: roster.FaceGraze}
	var nouns []string
	for noun := range inputs {
		nouns = append(nouns, noun)
	}
	slices.Sort(nouns)
	var b strings.Builder
	for _, noun := range nouns {
		c := inputs[noun]
		whole := reflect.New(reflect.TypeOf(c.input).Elem())
		empty := c.text(whole.Interface())
		fill(whole.Elem())
		full := c.text(whole.Interface())
		once, err := d.retryForKey(by, ActUserCreate, "key", full, "id")
		if err != nil || !json.Valid(full) {
			t.Errorf("%s: %s, %v", noun, full, err)
		}
		fmt.Fprintf(&b, "%s\n\t%s\n\t%s\n\trepeat %s\n\tkey    %s\n\tasked  %s\n", noun, empty, full, d.fingerprint(by, ActUserCreate, full), once.Key, once.Fingerprint)
	}
	golden := filepath.Join("testdata", "fingerprints.golden")
	want, err := os.ReadFile(golden)
	if err != nil || string(want) != b.String() {
		t.Errorf("%v; the fingerprints are\n%s\nwant\n%s", err, b.String(), want)
	}
}

func TestANullIsNoAbsentValueInAFingerprint(t *testing.T) {
	t.Parallel()
	null, absent := NewRealm{Active: roster.Null[bool]()}, NewRealm{}
	if string(null.inputText()) == string(absent.inputText()) {
		t.Errorf("both are %s", absent.inputText())
	}
}
