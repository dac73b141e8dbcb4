package directory

import (
	"context"
	"errors"
	"slices"

	"roster"
)

// asksStrength reports whether a provisioned password must be strong: the server or the
// organization may ask for that. A password that has a fault already is not judged.
func (d *Directory) asksStrength(tx Tx, org roster.OrganizationID, password string, faults roster.Faults) (bool, error) {
	if password == "" || faults.Has("password") {
		return false, nil
	}
	if d.strongPasswords {
		return true, nil
	}
	o, err := tx.OrganizationByID(org)
	return o.Settings.StrongPasswords, err
}

// withStrengthFaults returns the error for which no hash is needed, together with what is wrong with the
// password, so that all faults come at once. Judging a password is work, so no transaction may be
// open.
func (d *Directory) withStrengthFaults(ctx context.Context, by roster.Actor, p NewHash, err error) error {
	if !p.Strong || err != nil && (roster.KindOf(err) == roster.Internal || roster.KindOf(err) == roster.Unavailable) {
		return err
	}
	weak := d.passwords.ValidateStrength(ctx, by, p)
	if weak == nil {
		return err
	}
	var faults roster.Faults
	if roster.KindOf(weak) == roster.Invalid && errors.As(err, &faults) {
		return append(slices.Clone(faults), roster.All(weak)...)
	}
	return weak
}

// personalWords returns words that a strong password of the user must not stand on.
func (in NewUser) personalWords() []string { return []string{in.UserName, in.DisplayName, in.Email} }

// NeedsHash reports whether the create costs a hash.
func (in NewUser) NeedsHash() bool { return in.Password != "" && len(in.Faults) == 0 }

// NeedsHash reports whether the change costs a hash.
func (in UserChange) NeedsHash() bool { return in.Password.Value != "" && len(in.Faults) == 0 }

// NeedsHash reports whether the create or the change costs a hash.
func (in UserUpsert) NeedsHash() bool { return in.New.NeedsHash() || in.Change.NeedsHash() }

// NeedsHash reports whether the change of the password costs a hash.
func (in NewPassword) NeedsHash() bool { return in.Password != "" && len(in.Faults) == 0 }

// NeedsHash reports whether one of the creates costs a hash.
func (in NewUsers) NeedsHash() bool { return slices.ContainsFunc(in.Users, NewUser.NeedsHash) }
