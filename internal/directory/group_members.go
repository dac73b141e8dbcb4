package directory

import (
	"context"
	"iter"

	"roster"
)

// MemberList says which members of a group ListMembers returns.
type MemberList struct {
	Group GroupSelector
	After int64 // only members with a greater number
	Limit int   // the greatest number of members; 0: all
	Counting
}

// ListMembers returns the members of a group or team by ascending number. It loads a page at a
// time. An error ends the sequence.
//
// Errors: those of GetGroup; in the sequence also Unavailable.
func (d *Directory) ListMembers(ctx context.Context, by roster.Actor, in MemberList) (iter.Seq2[roster.UserLink, error], error) {
	if err := allow(by, ActGroupRead); err != nil {
		return nil, err
	}
	g, err := view(ctx, d, func(tx Tx) (roster.Group, error) { return in.Group.find(tx, by, ActGroupRead) })
	if err != nil {
		return nil, err
	}
	return d.membersOf(ctx, g, in), nil
}

// membersOf returns the members of a group that is found.
func (d *Directory) membersOf(ctx context.Context, g roster.Group, in MemberList) iter.Seq2[roster.UserLink, error] {
	return listOf(ctx, d, part[int64]{After: in.After, Limit: in.Limit}, in.Counting, func(tx Tx, p part[int64]) (Rows[roster.UserLink], error) {
		return tx.Members(g.OrganizationID, MemberQuery{g.ID, p.After, p.Limit, p.Count})
	}, func(u roster.UserLink) int64 { return u.Number })
}
