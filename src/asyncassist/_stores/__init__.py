"""Where sessions and conversations are kept: memory, Redis, a journal, PostgreSQL."""
