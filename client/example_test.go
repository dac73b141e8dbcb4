package client_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"net/http/httptest"
	"os"
	"strings"

	"roster"
	"roster/client"
	"roster/internal/app"
	"roster/internal/config"
	"roster/internal/directory"
)

func Example() {
	url, token, stop := serve()
	defer stop()
	ctx := context.Background()

	c, err := client.New(url, client.WithToken(token))
	if err != nil {
		log.Fatal(err)
	}
	ada, err := c.Users.Create(ctx, client.NewUser{
		UserName: "ada", DisplayName: "Ada Lovelace", Email: "ada@example.com", Roles: []string{"Operator"},
		Preferences: &client.Preferences{Failures: []client.Service{client.ServiceEmail}},
	})
	if err != nil {
		log.Fatal(err)
	}
	ada, err = c.Users.Update(ctx, ada.ID, client.UserChange{
		DisplayName: client.Set("The Countess"),
		PhoneNumber: client.Null[string](),
	}, client.IfVersion(ada.Version))
	if err != nil {
		log.Fatal(err)
	}
	for u, err := range c.Users.List(ctx, client.UserListOptions{Filter: `userName sw "a"`, Sort: "-userName"}) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(u.UserName, "is", u.DisplayName)
	}
	_, err = c.Users.Create(ctx, client.NewUser{UserName: "Ada"})
	if refused, is := errors.AsType[*client.Error](err); is && errors.Is(err, client.ErrConflict) {
		fmt.Println("taken by ada:", refused.Existing.ID == ada.ID)
	}
	// Output:
	// admin is Administrator
	// ada is The Countess
	// taken by ada: true
}

// serve starts a server of its own for an example, and makes a token.
func serve() (url, token string, stop func()) {
	ctx := context.Background()
	data, err := os.MkdirTemp("", "roster-example-")
	if err != nil {
		log.Fatal(err)
	}
	a, err := app.Open(ctx, app.Config{
		Settings: config.Serve{Data: data, DatabaseConns: 8, HTTP: "127.0.0.1:0"}, Key: strings.Repeat("42", 32), Version: "example",
		Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		log.Fatal(err)
	}
	h, err := a.Handler()
	if err != nil {
		log.Fatal(err)
	}
	made, err := a.Directory().CreateToken(ctx, roster.Actor{
		Kind: roster.ActorSystem, OrganizationID: a.Organization().ID, Name: "example", Face: roster.FaceSystem,
	}, directory.NewToken{Name: "example", Access: roster.AccessReadWrite})
	if err != nil {
		log.Fatal(err)
	}
	srv := httptest.NewServer(h)
	return srv.URL, made.Secret, func() {
		srv.Close()
		_ = a.Close(ctx)
		_ = os.RemoveAll(data)
	}
}
