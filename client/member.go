package client

import (
	"context"
	"iter"
	"net/http"
)

// Member is a user in a group or team.
type Member struct {
	ID       string `json:"id"`
	Number   int64  `json:"number"`
	UserName string `json:"userName"`
}

// MemberChange says who comes into a group or team and who leaves it.
type MemberChange struct {
	Add    []string `json:"add,omitzero"`
	Remove []string `json:"remove,omitzero"`
}

// members are the members of one group or team.
type members struct {
	c        *Client
	path, id string // of the groups or teams, and the one
}

func (m members) list(ctx context.Context, o PageOptions) iter.Seq2[Member, error] {
	return list[Member](ctx, m.c, at(m.path, m.id, "/members"), o.query())
}

func (m members) page(ctx context.Context, o CountOptions) (Page[Member], error) {
	return page[Member](ctx, m.c, at(m.path, m.id, "/members"), o.query())
}

func (m members) add(ctx context.Context, user string) error {
	_, err := m.c.send(ctx, newRequest(http.MethodPut, at(m.path, m.id, "/members", user), nil), nil)
	return err
}

func (m members) remove(ctx context.Context, user string) error {
	return remove(ctx, m.c, at(m.path, m.id, "/members", user), nil)
}

// changeMembers returns the group or team as it is after the change.
func changeMembers[T any](ctx context.Context, m members, change MemberChange) (T, error) {
	return call[T](ctx, m.c, newRequest(http.MethodPost, at(m.path, m.id, "/members"), change))
}
