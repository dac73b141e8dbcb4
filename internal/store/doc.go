// Package store keeps the directory in SQL: in SQLite, inside the process, or in PostgreSQL or a
// distributed database that speaks its protocol. It implements directory.Store and directory.Tx.
//
// There is one SQL text for both engines. What differs between them is in the struct engine, in the
// markers of the migrations, and in how a transaction is run: SQLite has one writer that commits
// many updates at once (writer.go), PostgreSQL a bounded pool and retries (postgres.go).
//
// The package holds no rules: who may do what, and what a value must look like, is decided in
// internal/directory. It asks no clock for what it stores, and makes no ids.
//
// Where to look:
//
//   - store.go: opening and closing; DB.
//   - sqlite.go, writer.go, readers.go: SQLite; connection.go, statement.go, prepared.go: its C
//     interface.
//   - postgres.go, pipeline.go: PostgreSQL.
//   - engine.go, classify.go: what differs, and what the drivers' errors mean.
//   - migrate.go, migrations/: the schema.
//   - tx.go, texts.go, where.go, values.go: how queries are put and read.
//   - one file for each noun: its column list, its scan, its queries. What goes with users is read
//     for a
//     whole page at a time (relation.go), and names and numbers are resolved together (reference.go).
//   - storetest/: the contract that both engines keep.
package store
