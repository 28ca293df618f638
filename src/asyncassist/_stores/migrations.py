"""The tables of PostgreSQL, by numbered steps. A step that was released is never changed: add another."""

from __future__ import annotations

LOCK = 4_702_111_234_474_983_745
"""The advisory lock under which one process at a time migrates."""

MIGRATIONS = (
    # the ground: what every later step is recorded in
    """
    CREATE SCHEMA IF NOT EXISTS asyncassist;
    CREATE TABLE IF NOT EXISTS asyncassist.migrations (
      number integer PRIMARY KEY,
      applied_at timestamptz NOT NULL DEFAULT now()
    );
    """,
    # 1: no foreign keys, which are checked row by row; whoever writes here holds the conversation's row
    """
    CREATE TABLE asyncassist.conversations (
      owner text NOT NULL,
      id text NOT NULL,
      version bigint NOT NULL DEFAULT 0,
      updated_at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (owner, id)
    ) WITH (fillfactor = 80);
    CREATE TABLE asyncassist.messages (
      owner text NOT NULL,
      conversation_id text NOT NULL,
      seq bigint NOT NULL,
      id text NOT NULL,
      role text NOT NULL,
      content text NOT NULL,
      source text,
      metadata text,
      created_at timestamptz NOT NULL,
      PRIMARY KEY (owner, conversation_id, seq)
    );
    CREATE TABLE asyncassist.requests (
      owner text NOT NULL,
      conversation_id text NOT NULL,
      request_id text NOT NULL,
      version bigint NOT NULL,
      PRIMARY KEY (owner, conversation_id, request_id)
    );
    CREATE INDEX requests_by_version ON asyncassist.requests (owner, conversation_id, version);
    """,
)
