package main

import (
	"bytes"
	"context"
	"net/http"
	"net/url"
)

// reading returns a script that reads the seeds in turn with prepared requests. Each answer must be
// 200 and contain the seed's name.
func (s *site) reading(request func(seed) string, name func(seed) string) func(int) script {
	requests, names := make([][]byte, len(s.seeds)), make([][]byte, len(s.seeds))
	for i, seed := range s.seeds {
		requests[i], names[i] = []byte(request(seed)), []byte(name(seed))
	}
	return func(caller int) script {
		const stride = 17 // so that callers do not read the same user at the same time
		at := caller * stride % len(requests)
		return script{
			next: func(buf []byte) []byte {
				at = (at + 1) % len(requests)
				return append(buf, requests[at]...)
			},
			check: func(a answer) outcome {
				switch {
				case a.status == http.StatusServiceUnavailable:
					return refused
				case a.status == http.StatusOK && bytes.Contains(a.body, names[at]):
					return accepted
				default:
					return wrong
				}
			},
		}
	}
}

func seedID(u seed) string   { return `{"users":[{"id":"` + u.id + `"` }
func seedName(u seed) string { return `"username":"` + u.userName + `"` }

// readByToken reads a user by id over CheckCentral, with an API token.
func (s *site) readByToken() func(int) script {
	return s.reading(func(u seed) string { return get("/getUsers/?userId=" + u.id + "&apiToken=" + s.token) }, seedID)
}

// readByBasic reads a user over Graze, with a name and a password that were verified before.
func (s *site) readByBasic() func(int) script {
	return s.reading(func(u seed) string {
		return get("/graze/v1/getUserInfo?username="+url.QueryEscape(u.userName), s.basic)
	}, seedName)
}

// readBySession reads a user over Graze, with the auth_token of a session.
func (s *site) readBySession() func(int) script {
	return s.reading(func(u seed) string {
		return get("/graze/v1/getUserInfo?username=" + url.QueryEscape(u.userName) + "&auth_token=" + s.session)
	}, seedName)
}

// measureReads measures reads of one user.
func (b *bench) measureReads(ctx context.Context, s *site) error {
	bare := key{controlGet, 64}
	basic := row{work: "getUserInfo, Basic (cached)", callers: 64, against: bare}
	token := row{work: "getUsers by id, API token", callers: 64, against: bare}
	b.aimRead(&basic, &token, s)
	for _, m := range []struct {
		row    row
		script func(int) script
	}{
		{basic, s.readByBasic()},
		{row{work: "getUserInfo, auth_token", callers: 64, against: bare}, s.readBySession()},
		{token, s.readByToken()},
	} {
		if err := b.drive(ctx, s, m.row, m.script); err != nil {
			return err
		}
	}
	return nil
}
