package client_test

import (
	"context"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"roster/client"
)

// conditions are the headers by which a caller says more than what is called.
var conditions = []string{"If-Match", "If-None-Match", "Idempotency-Key"}

// short are lists that the client reads whole, without a choice.
var short = []string{"GET /sessions", "GET /users/{id}/sessions", "GET /users/{id}/contact-methods"}

// An option that compiles and that the server does not take would be refused, or worse, do nothing.
func TestCallsTakeTheOptionsThatTheServerTakes(t *testing.T) {
	t.Parallel()
	w := open(t, "sqlite")
	sent := recordEveryCall(t, w)
	if len(sent) != len(w.description.Operations) {
		t.Errorf("%d operations were called of %d", len(sent), len(w.description.Operations))
	}
	for _, o := range w.description.Operations {
		taken := map[string]bool{}
		for _, p := range o.Parameters {
			_, refreshes := o.Responses.Map()["304"]
			if p.In == "query" || slices.Contains(conditions, p.Name) && (refreshes || p.Name != "If-None-Match") {
				taken[p.Name] = true
			}
		}
		for name := range sent[o.String()] {
			if !taken[name] {
				t.Errorf("the client can send %s %s, which the server does not take", o, name)
			}
		}
		for name := range taken {
			if !sent[o.String()][name] && !slices.Contains(short, o.String()) {
				t.Errorf("no call of the client can send %s %s", o, name)
			}
		}
	}
}

// recordEveryCall makes every call of a client with all that it takes, and returns the parameters
// and headers that were sent, by operation.
func recordEveryCall(t *testing.T, w *world) map[string]map[string]bool {
	t.Helper()
	var mu sync.Mutex
	sent := map[string]map[string]bool{}
	srv := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		names := map[string]bool{}
		for name := range r.URL.Query() {
			names[name] = true
		}
		for _, name := range conditions {
			if r.Header.Get(name) != "" {
				names[name] = true
			}
		}
		mu.Lock()
		defer mu.Unlock()
		o := w.description.Find(r.Method, strings.TrimPrefix(r.URL.EscapedPath(), "/api/v1"))
		if o == nil {
			t.Errorf("the server knows no %s %s", r.Method, r.URL.Path)
			return
		}
		if sent[o.String()] == nil {
			sent[o.String()] = map[string]bool{}
		}
		maps.Copy(sent[o.String()], names)
		_, _ = io.WriteString(rw, "{}")
	}))
	defer srv.Close()
	c, err := client.New(srv.URL)
	check(t, err)
	callAll(t.Context(), reflect.ValueOf(c))
	for _, service := range reflect.ValueOf(c).Elem().Fields() {
		if service.CanInterface() && service.Kind() == reflect.Pointer {
			callAll(t.Context(), service)
		}
	}
	return sent
}

// callAll calls the methods of a service. What they return does not matter.
func callAll(ctx context.Context, service reflect.Value) {
	for _, m := range service.Methods() {
		if m.Type().NumIn() == 0 || m.Type().In(0) != reflect.TypeFor[context.Context]() {
			continue
		}
		args := []reflect.Value{reflect.ValueOf(ctx)}
		for i := 1; i < m.Type().NumIn(); i++ {
			typ := m.Type().In(i)
			if m.Type().IsVariadic() && i == m.Type().NumIn()-1 {
				args = append(args, everyOption(typ.Elem())...)
				continue
			}
			arg := reflect.New(typ).Elem()
			if typ.Kind() == reflect.String || strings.HasSuffix(typ.Name(), "Options") {
				fill(arg)
			}
			args = append(args, arg)
		}
		if out := m.Call(args)[0]; out.Type().CanSeq2() && out.Kind() == reflect.Func {
			for range out.Seq2() {
				break
			}
		}
	}
}

// everyOption returns all options of a type.
func everyOption(typ reflect.Type) []reflect.Value {
	tag := `"v7"`
	var all []reflect.Value
	for _, option := range []any{client.WithIdempotencyKey("k"), client.IfVersion(7), client.IfChanged(&tag), client.WithFields("id")} {
		if v := reflect.ValueOf(option); v.Type().AssignableTo(typ) {
			all = append(all, v)
		}
	}
	return all
}

// fill gives every part of v a value.
func fill(v reflect.Value) {
	switch v.Interface().(type) {
	case time.Time:
		v.Set(reflect.ValueOf(time.Unix(1, 0)))
		return
	case client.Optional[bool]:
		v.Set(reflect.ValueOf(client.Set(true)))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString("x")
	case reflect.Int:
		v.SetInt(1)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0))
	case reflect.Struct:
		for _, field := range v.Fields() {
			fill(field)
		}
	default:
		panic("no value for " + v.Type().String())
	}
}

func TestEmptyListsAndMapsInNewRecordsAreSent(t *testing.T) {
	t.Parallel()
	looked := 0
	for name, typ := range types {
		if !strings.HasPrefix(name, "New") {
			continue
		}
		v := reflect.New(typ).Elem()
		empty := map[string]string{}
		for field, value := range v.Fields() {
			member, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			switch {
			case field.Type == reflect.TypeFor[json.RawMessage](): // JSON as it is: empty it is none
			case field.Type.Kind() == reflect.Slice:
				value.Set(reflect.MakeSlice(field.Type, 0, 0))
				empty[member] = "[]"
			case field.Type.Kind() == reflect.Map:
				value.Set(reflect.MakeMap(field.Type))
				empty[member] = "{}"
			}
		}
		text, err := json.Marshal(v.Interface())
		check(t, err)
		var sent map[string]json.RawMessage
		check(t, json.Unmarshal(text, &sent))
		for member, want := range empty {
			looked++
			if string(sent[member]) != want {
				t.Errorf("%s: %s is sent as %q instead of %s", name, member, sent[member], want)
			}
		}
	}
	if looked == 0 {
		t.Error("no new record has a list")
	}
}
