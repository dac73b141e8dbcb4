// Package store keeps the directory in SQL. It implements directory.Store and directory.Tx on two
// engines: SQLite inside the process, and PostgreSQL (or a distributed database that speaks its
// protocol).
//
// Both engines run the same SQL text. They differ in the struct engine, in the markers of the
// migrations, and in how a transaction runs. SQLite has one writer that commits many updates at
// once (writer.go). PostgreSQL has a bounded pool and retries (postgres.go).
//
// The package holds no rules. internal/directory decides which actor may do what and which values
// are valid. The package also makes no ids, and the times that it stores come from its callers.
//
// Where to look:
//
//   - store.go: opening and closing; DB.
//   - sqlite.go, writer.go, readers.go: SQLite. connection.go, statement.go, prepared.go: its C
//     interface.
//   - postgres.go, pipeline.go: PostgreSQL.
//   - engine.go, classify.go: the differences between the engines, and the meaning of driver
//     errors.
//   - migrate.go, migrations/: the schema; docs/schema.md explains it.
//   - identifier.go, organization_number.go: ids of the port, and the numbers that rows have.
//   - tx.go, texts.go, where.go, values.go: how queries are built, run and read.
//   - One file per noun: its column list, its scan function and its queries.
//   - relation.go: roles, groups and contact methods of a whole page of users, in one query.
//   - reference.go: looks up records by id, number or name, many at a time.
//   - storetest/: the contract that both engines keep.
package store
