package graze

import (
	"roster"
	"roster/internal/directory"
)

// decodeCreateRealm reads the arguments of createSecurityRealm.
func decodeCreateRealm(q *request) (directory.NewRealm, error) {
	args, err := q.arguments()
	if err != nil {
		return directory.NewRealm{}, err
	}
	r := newReading(args, realmWords)
	in := directory.NewRealm{
		Name:          r.Needed("displayName"),
		Active:        r.changedBoolean("active"),
		Configuration: r.object("configuration"),
		Repeatable:    true,
	}
	r.realmType(r.Needed("type"))
	in.Faults = r.Faults
	return in, nil
}

// decodeUpdateRealm reads the arguments of updateSecurityRealm. name selects the realm.
func decodeUpdateRealm(q *request) (directory.RealmChange, error) {
	args, err := q.arguments()
	if err != nil {
		return directory.RealmChange{}, err
	}
	r := newReading(args, realmWords)
	in := directory.RealmChange{
		Realm:         roster.Ref{Name: r.Needed("displayName")},
		Active:        r.changedBoolean("active"),
		Configuration: change(&r, "configuration", r.object),
	}
	r.realmType(r.Text("type"))
	in.Faults = r.Faults
	return in, nil
}

// realmType adds a fault if a type is given that is not the only supported one.
func (r *reading) realmType(text string) {
	if text != "" && text != string(roster.RealmSAML) && !r.Faults.Has("type") {
		r.Faults.Add("type", "must be "+string(roster.RealmSAML))
	}
}

func decodeGetRealms(*request) (directory.RealmList, error) {
	return directory.RealmList{Kind: roster.RealmSAML, Active: true}, nil
}
