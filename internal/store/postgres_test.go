package store_test

import (
	"testing"

	"roster/internal/directory"
	"roster/internal/pgtest"
	"roster/internal/store/storetest"
)

func TestPostgreSQLKeepsTheContract(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) directory.Store { return open(t, pgtest.URL(t)) })
}
