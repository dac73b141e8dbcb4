package directory

import (
	"context"
	"errors"
	"slices"

	"roster"
)

// requiresStrength reports whether a provisioned password must be strong: the server or the
// organization may require it. A password that already has a fault is not rated.
func (d *Directory) requiresStrength(tx Tx, org roster.OrganizationID, password string, faults roster.Faults) (bool, error) {
	if password == "" || faults.Has("password") {
		return false, nil
	}
	if d.strongPasswords {
		return true, nil
	}
	o, err := tx.OrganizationByID(org)
	return o.Settings.StrongPasswords, err
}

// withStrengthFaults returns err together with the faults of a weak password, so that all faults
// are reported at once. Rating a password takes time, so no transaction may be open.
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

// personalWords returns words that a strong password of the user must not be based on.
func (in NewUser) personalWords() []string { return []string{in.UserName, in.DisplayName, in.Email} }

// NeedsHash reports whether the create hashes a password.
func (in NewUser) NeedsHash() bool { return in.Password != "" && len(in.Faults) == 0 }

// NeedsHash reports whether the change hashes a password.
func (in UserChange) NeedsHash() bool { return in.Password.Value != "" && len(in.Faults) == 0 }

// NeedsHash reports whether the create or the change hashes a password.
func (in UserUpsert) NeedsHash() bool { return in.New.NeedsHash() || in.Change.NeedsHash() }

// NeedsHash reports whether the change of the password hashes one.
func (in NewPassword) NeedsHash() bool { return in.Password != "" && len(in.Faults) == 0 }

// NeedsHash reports whether one of the creates hashes a password.
func (in NewUsers) NeedsHash() bool { return slices.ContainsFunc(in.Users, NewUser.NeedsHash) }
