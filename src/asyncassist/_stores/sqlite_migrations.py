"""Numbered schema migrations of SQLite. A released migration is never changed; add another instead."""

from __future__ import annotations

APPLICATION_ID = 0x61736173
"""Marks a file as one of this package: the pragma `application_id`."""

MIGRATIONS = (
    # 1: times are seconds since the epoch. A session without data is a tombstone.
    (
        """
        CREATE TABLE sessions (
          id TEXT NOT NULL PRIMARY KEY,
          version INTEGER NOT NULL,
          data BLOB,
          ttl REAL,
          expires_at REAL NOT NULL
        )
        """,
        "CREATE INDEX sessions_by_expiry ON sessions (expires_at)",
        """
        CREATE TABLE writes (
          session_id TEXT NOT NULL,
          writer TEXT NOT NULL,
          seq INTEGER NOT NULL,
          version INTEGER NOT NULL,
          PRIMARY KEY (session_id, writer)
        ) WITHOUT ROWID
        """,
        """
        CREATE TABLE conversations (
          number INTEGER PRIMARY KEY,
          owner TEXT NOT NULL,
          id TEXT NOT NULL,
          version INTEGER NOT NULL,
          created_at REAL NOT NULL,
          updated_at REAL NOT NULL,
          UNIQUE (owner, id)
        )
        """,
        """
        CREATE TABLE messages (
          conversation INTEGER NOT NULL,
          seq INTEGER NOT NULL,
          id TEXT NOT NULL,
          role TEXT NOT NULL,
          content TEXT NOT NULL,
          source TEXT,
          metadata TEXT,
          created_at TEXT NOT NULL,
          PRIMARY KEY (conversation, seq)
        ) WITHOUT ROWID
        """,
        """
        CREATE TABLE requests (
          conversation INTEGER NOT NULL,
          version INTEGER NOT NULL,
          request_id TEXT NOT NULL,
          PRIMARY KEY (conversation, version),
          UNIQUE (conversation, request_id)
        ) WITHOUT ROWID
        """,
        """
        CREATE TABLE locks (
          name TEXT NOT NULL PRIMARY KEY,
          owner TEXT,
          token INTEGER NOT NULL,
          expires_at REAL NOT NULL
        ) WITHOUT ROWID
        """,
    ),
    # 2: titles of conversations
    ("ALTER TABLE conversations ADD COLUMN title TEXT",),
    # 3: salts of owners, and the index of words: keyed digests in hex; `indexed` is the last seq that is in it
    (
        "CREATE TABLE owners (owner TEXT NOT NULL PRIMARY KEY, salt BLOB NOT NULL) WITHOUT ROWID",
        "ALTER TABLE conversations ADD COLUMN indexed INTEGER NOT NULL DEFAULT 0",
        """
        CREATE TABLE documents (
          number INTEGER PRIMARY KEY,
          conversation INTEGER NOT NULL,
          seq INTEGER NOT NULL,
          time INTEGER NOT NULL,
          UNIQUE (conversation, seq)
        )
        """,
        "CREATE VIRTUAL TABLE search USING fts5 (words, detail = none, columnsize = 0, tokenize = 'ascii')",
    ),
    # 4: documents in the order of time, see `sqlite.first_number`: searches index them anew. Conversations of an owner
    # in the order of a list.
    (
        "DROP TABLE search",
        "DELETE FROM documents",
        "UPDATE conversations SET indexed = 0",
        "CREATE VIRTUAL TABLE search USING fts5 (words, detail = none, columnsize = 0, tokenize = 'ascii')",
        """
        CREATE INDEX conversations_by_update
        ON conversations (owner, CAST(round(updated_at * 1000000) AS INTEGER), id)
        """,
    ),
)
