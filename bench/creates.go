package main

import (
	"context"
	"fmt"
	"net/http"
)

// personBody is a CheckCentral createUser as its documentation has it: a group and a preference.
func (s *site) personBody(welcome bool) string {
	return fmt.Sprintf(`{"name":"Person ##########","email":"person-##########@example.org","accessLevel":"User",`+
		`"sendWelcomeEmail":%t,"userGroups":[%q],"notifications":[{"type":"failures","services":["sms","push"]}]}`,
		welcome, s.group)
}

// createByToken makes users without a password, each whole: user, group, preferences, contact
// method, audit entry, the record for repeats, and with welcome the queued email.
func (s *site) createByToken(welcome bool) func(int) script {
	t := newTemplate(post("/createUser/?apiToken="+s.token, s.personBody(welcome)))
	return func(int) script { return numberedScript(t, s.number, `{"user":{"id":"`) }
}

// userBody is a Graze createUser as its documentation has it. The role lets the user sign in over
// Graze.
const userBody = `{"username":"user-##########","roles":["Grazer"],"password":"secret-##########","active":true,` +
	`"email":"user-##########@example.org","fullname":"User ##########","primary_group":"` + groupName + `",` +
	`"department":"` + departmentName + `","joined":1494951621,"timezone":"Europe/London","contact_num":"555-1234",` +
	`"session_expiry":null,"teams":["` + teamName + `"],"properties":null}`

// createWithPassword makes users with a password, who can sign in later.
func (s *site) createWithPassword(int) script {
	t := newTemplate(post("/graze/v1/createUser", userBody, s.basic))
	var n int64
	return script{
		next: func(buf []byte) []byte {
			n = s.number()
			return t.fill(buf, n)
		},
		check: func(a answer) outcome {
			o := expect(a, `{"user_id":`)
			if o == accepted {
				s.people.join(n)
			}
			return o
		},
	}
}

// createOrConflict has every second caller create users, and the others create one who exists, with
// other values: a conflict. Only users that were made count.
func (s *site) createOrConflict() func(int) script {
	creates := s.createByToken(false)
	taken := []byte(post("/createUser/?apiToken="+s.token, numbered(s.personBody(true), 0)))
	return func(caller int) script {
		if caller%2 == 0 {
			return creates(caller)
		}
		return script{
			next: func(buf []byte) []byte { return append(buf, taken...) },
			check: func(a answer) outcome {
				if a.status == http.StatusConflict {
					return beside
				}
				return wrong
			},
		}
	}
}

// measureConflicts measures creates while half of the callers conflict all the time. The others
// should make as many users as half of the callers do while nobody conflicts.
func (b *bench) measureConflicts(ctx context.Context, s *site) error {
	status, answer := call(ctx, http.MethodPost, "http://"+s.address+"/createUser/?apiToken="+s.token,
		numbered(s.personBody(false), 0), "Content-Type: application/json")
	if status != http.StatusOK {
		return fmt.Errorf("create a user: %d %.200s", status, answer)
	}
	r := row{work: createWork + ", half of the callers in conflict", callers: 64, againstText: "half of the rate without conflicts"}
	for _, other := range b.rows {
		if other.work == createWork && other.store == s.store && other.callers == r.callers {
			r.base = other.value / 2
		}
	}
	r.aims = []aim{atLeast(0.9, heldConflict)}
	return b.drive(ctx, s, r, s.createOrConflict())
}

const createWork = "create without password (CheckCentral)"

// createControl is the control for creates without a password by so many callers.
func (b *bench) createControl(s *site, callers int) key {
	if s.store == storePostgres {
		return b.insert.key()
	}
	return key{controlModel, callers}
}

// measureCreates measures creates without a password and with one.
func (b *bench) measureCreates(ctx context.Context, s *site) error {
	for _, callers := range []int{1, 8, 64} {
		r := row{work: createWork, callers: callers, against: b.createControl(s, callers)}
		b.aimCreate(&r, s)
		if err := b.drive(ctx, s, r, s.createByToken(false)); err != nil {
			return err
		}
	}
	if err := b.measureConflicts(ctx, s); err != nil {
		return err
	}
	welcome := row{work: "create without password, welcome email queued", callers: 64, against: b.createControl(s, 64)}
	if err := b.drive(ctx, s, welcome, s.createByToken(true)); err != nil {
		return err
	}
	for _, callers := range []int{1, 8, 64} {
		r := row{work: "create with password (Graze, Basic)", callers: callers, against: hashControl(callers)}
		b.aimHashedCreate(&r)
		if err := b.drive(ctx, s, r, s.createWithPassword); err != nil {
			return err
		}
	}
	return nil
}
