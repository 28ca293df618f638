"""Storage backends of sessions and conversations: memory, Redis, PostgreSQL, SQLite, and the journal of an outage."""
