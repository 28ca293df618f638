"""Storage backends of sessions and conversations: memory, Redis, PostgreSQL, and the journal of an outage."""
