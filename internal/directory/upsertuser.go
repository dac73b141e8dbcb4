package directory

import (
	"context"

	"roster"
)

// UserAttribute is an attribute by which UpsertUser finds the user that is there.
type UserAttribute string

// The attributes.
const (
	ByUserName   UserAttribute = "userName"
	ByExternalID UserAttribute = "externalId"
	ByEmail      UserAttribute = "email"
)

// UserUpsert says what a user is to be like.
type UserUpsert struct {
	Match  UserAttribute // the attribute of Change by which a user is found; it must be there
	Change UserChange    // its User and IfVersion are not looked at
	New    NewUser       // what is created where no user is found
}

// UpsertedUser is the answer of UpsertUser.
type UpsertedUser struct {
	roster.User
	Created bool
}

// UpsertUser creates a user, or changes the one that has the attribute already. Of two at the same time one creates
// and the other changes.
//
// Errors: those of CreateUser and UpdateUser, Conflict where several users have the attribute.
func (s *Service) UpsertUser(ctx context.Context, by roster.Actor, in UserUpsert) (UpsertedUser, error) {
	if err := allow(by, ActUserCreate); err != nil {
		return UpsertedUser{}, err
	}
	return UpsertedUser{}, errNotBuilt
}
