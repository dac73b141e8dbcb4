package cli

import (
	"errors"
	"strings"

	"github.com/alecthomas/kong"

	"roster/client"
)

// roleIn is a role for groups, as the command line writes it: ROLE=GROUP,GROUP. A comma or an
// equals sign that belongs to a name stands behind a backslash.
type roleIn client.RoleGrant

// UnmarshalText reads the form of the command line.
func (r *roleIn) UnmarshalText(text []byte) error {
	parts := kong.SplitEscaped(string(text), '=')
	if len(parts) != 2 || strings.TrimSpace(parts[0]) == "" {
		return errors.New("must be a role and the groups that it is for, such as Manager=Network,Desk")
	}
	r.Role, r.Groups = strings.TrimSpace(parts[0]), nil
	for _, group := range kong.SplitEscaped(parts[1], ',') {
		if group = strings.TrimSpace(group); group != "" {
			r.Groups = append(r.Groups, group)
		}
	}
	if len(r.Groups) == 0 {
		return errors.New("must name a group, such as Manager=Network; for the whole organization, use --role")
	}
	return nil
}

// grantsIn returns the grants as they are asked for, nil for none.
func grantsIn(all []roleIn) []client.RoleGrant {
	var out []client.RoleGrant
	for _, r := range all {
		out = append(out, client.RoleGrant(r))
	}
	return out
}
