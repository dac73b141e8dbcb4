package web

import "net/http"

// start shows that Roster runs, and how to create a user.
func (s *site) start(w http.ResponseWriter, r *http.Request) {
	body, err := s.fill(pageStart, view{Title: "Roster is running", Body: s.startBody()})
	if err != nil {
		s.face.Fail(w, r, err)
		return
	}
	s.writeFresh(w, r, pageStart, body)
}

// startBody holds the contents of the start page.
type startBody struct {
	Version string
	DemoInfo
	MakeToken string // the command that makes a token; "" if the shown calls contain one
}

func (s *site) startBody() startBody {
	b := startBody{Version: s.Version}
	if s.Demo != nil {
		b.DemoInfo = *s.Demo
		return b
	}
	b.MakeToken = `export ROSTER_TOKEN=$(roster token create --name scripts --access read-write)`
	b.Graze = `curl -u admin "` + s.BaseURL + `/graze/v1/createUser" -H "Content-Type: application/json" \
  -d '{"username": "johndoe1", "fullname": "John Doe", "email": "johndoe@example.com", "roles": ["Operator"]}'`
	b.CheckCentral = `curl "` + s.BaseURL + `/createUser/?apiToken=$ROSTER_TOKEN" -H "Content-Type: application/json" \
  -d '{"email": "johndoe@example.com", "name": "John Doe", "accessLevel": "user", "sendWelcomeEmail": true}'`
	return b
}
