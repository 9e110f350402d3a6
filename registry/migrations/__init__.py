"""The steps of the schema, in order; each runs on SQLite and on PostgreSQL."""
