"""Storage backends of session state: memory, Redis, PostgreSQL, and the journal of an outage."""
