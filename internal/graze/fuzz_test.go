package graze_test

import (
	"encoding/json"
	"strings"
	"testing"

	"roster/internal/dialect/dialecttest"
)

// FuzzCreateUser sends bodies through the whole server: whatever they are, the answer is one of
// Graze's and never a failure of ours.
func FuzzCreateUser(f *testing.F) {
	for _, seed := range []string{
		body("a"), body("b", `"teams":["my team 1",1],"joined":1494951621,"session_expiry":80,"properties":{"a":[1]}`),
		`{"username":"testUser1","password":null,"active":true,"email":"t@x","full_name":"The Test User","roles":"[\"Operator\"]","primary_group":"1","department":1,"joined":1494951621,"timezone":"European/London","contact_num":"12345","session_expiry":80,"competencies":"[{\"name\":\"Generic\", \"ranking\": 40}]","teams":"[1]"}`,
		"username=form&email=form%40example.com&fullname=F&roles=[4]&active=false", "", "{", "[]", `{"roles":["a\u0000b"]}`,
		`{"username":"\ud83d\ude00","email":"a@b","fullname":"\u202e","roles":[9223372036854775807,"9223372036854775807"],"contact_num":"+44 20 7946 0958"}`,
		`{"username":"x","email":"a@b","fullname":"x","roles":[4],"department":"\u0000","primary_group":"\ufffd","competencies":[{"cid":1e9,"ranking":-0}]}`,
	} {
		f.Add(seed, "application/json")
	}
	f.Add("username=form", "application/x-www-form-urlencoded")
	f.Add("--x\r\n", "multipart/form-data; boundary=x")
	e := dialecttest.Open(f, dialecttest.Options{})
	documented(f, e)
	e.Session(f, "graze", "graze")
	f.Fuzz(func(t *testing.T, body, label string) {
		if strings.ContainsAny(label, "\r\n") || strings.Contains(body, `"password"`) {
			t.Skip("no header; or a costly hash")
		}
		w := e.Do(t, "", "POST /graze/v1/createUser?auth_token={session graze}\nContent-Type: "+label+"\n\n"+body)
		allowed := map[int]string{200: `{"user_id":`, 400: `{"message":"`, 403: `{"message":"`, 413: `{"message":"`, 415: `{"message":"`}
		start, known := allowed[w.Code]
		if !known || !strings.HasPrefix(w.Body.String(), start) || !json.Valid(w.Body.Bytes()) {
			t.Errorf("answered %d %s", w.Code, w.Body)
		}
	})
}

// FuzzGetUserInfo sends queries through the whole server.
func FuzzGetUserInfo(f *testing.F) {
	for _, seed := range []string{"user_id=1", "username=admin", "user_id=%00", "user_id=&username=", "limit=5", "a=%ff", "user_id=-1;username=x"} {
		f.Add(seed)
	}
	e := dialecttest.Open(f, dialecttest.Options{})
	documented(f, e)
	e.Session(f, "graze", "graze")
	f.Fuzz(func(t *testing.T, query string) {
		if strings.ContainsFunc(query, func(r rune) bool { return r <= ' ' || r == 0x7f || r == '#' }) {
			t.Skip("no request has that")
		}
		for _, call := range []string{"getUserInfo", "getUsers"} {
			w := e.Do(t, "", "GET /graze/v1/"+call+"?auth_token={session graze}&"+query)
			if w.Code != 200 && w.Code != 400 && w.Code != 404 || !json.Valid(w.Body.Bytes()) {
				t.Errorf("%s is answered %d %s", call, w.Code, w.Body)
			}
		}
	})
}
