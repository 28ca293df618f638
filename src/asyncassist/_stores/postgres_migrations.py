"""Numbered schema migrations of PostgreSQL. A released migration is never changed; add another instead."""

from __future__ import annotations

MIGRATION_LOCK_ID = 4_702_111_234_474_983_745
"""Key of the advisory lock that serializes migrations across processes."""

MIGRATIONS = (
    # bootstrap, run every time: the schema, and the table that records applied migrations
    """
    CREATE SCHEMA IF NOT EXISTS asyncassist;
    CREATE TABLE IF NOT EXISTS asyncassist.migrations (
      number integer PRIMARY KEY,
      applied_at timestamptz NOT NULL DEFAULT now()
    );
    """,
    # 1: no foreign keys, which are checked row by row; every writer holds the lock of the conversation's row instead
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
    # 2: appends to different conversations in one call and one commit. The result has a number for each append: the new
    # version, or -1 minus the version found when it is refused. Plans are cached per connection: without sequential
    # scans, hash and merge joins they stay good as the tables grow.
    """
    CREATE FUNCTION asyncassist.append(
      owners text[], ids text[], expected bigint[], counts bigint[], requests text[], repeats text[],
      anchors bigint[], anchor_ids text[], places bigint[], nths bigint[], message_ids text[],
      roles text[], contents text[], sources text[], metadatas text[], times timestamptz[]
    ) RETURNS bigint[] LANGUAGE plpgsql
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
    AS $$
    #variable_conflict use_variable
    DECLARE
      versions bigint[];
      answers bigint[];
      befores bigint[];
    BEGIN
      LOOP
        -- In order, so that two processes wait for one another only one way.
        SELECT array_agg(l.version ORDER BY l.place) INTO versions FROM (
          SELECT c.version, g.place FROM unnest(owners, ids) WITH ORDINALITY AS g (owner, id, place)
          JOIN asyncassist.conversations AS c ON c.owner = g.owner AND c.id = g.id
          ORDER BY c.owner, c.id FOR UPDATE OF c
        ) AS l;
        EXIT WHEN cardinality(versions) = cardinality(ids);
        INSERT INTO asyncassist.conversations (owner, id)
        SELECT g.owner, g.id FROM unnest(owners, ids) AS g (owner, id) ORDER BY g.owner, g.id
        ON CONFLICT DO NOTHING;
      END LOOP;
      -- A statement of its own sees what those did for whom the one above waited.
      WITH found AS MATERIALIZED (
        SELECT g.place, g.version, g.count, coalesce(
          CASE WHEN g.repeat IS NOT NULL THEN (
            SELECT m.seq FROM asyncassist.messages AS m
            WHERE m.owner = g.owner AND m.conversation_id = g.id AND m.id = g.repeat
          ) END,
          CASE WHEN g.request IS NOT NULL THEN (
            SELECT r.version FROM asyncassist.requests AS r
            WHERE r.owner = g.owner AND r.conversation_id = g.id AND r.request_id = g.request
          ) END
        ) AS known, (g.expected IS NULL OR g.expected = g.version) AND (g.anchor_id IS NULL OR EXISTS (
          SELECT FROM asyncassist.messages AS m
          WHERE m.owner = g.owner AND m.conversation_id = g.id AND m.seq = g.anchor AND m.id = g.anchor_id
        )) AS fine
        FROM unnest(owners, ids, versions, expected, counts, requests, repeats, anchors, anchor_ids) WITH ORDINALITY
          AS g (owner, id, version, expected, count, request, repeat, anchor, anchor_id, place)
      )
      SELECT
        array_agg(coalesce(f.known, CASE WHEN f.fine THEN f.version + f.count ELSE -1 - f.version END)
          ORDER BY f.place),
        array_agg(CASE WHEN f.known IS NULL AND f.fine THEN f.version END ORDER BY f.place)
      INTO answers, befores FROM found AS f;
      INSERT INTO asyncassist.messages
        (owner, conversation_id, seq, id, role, content, source, metadata, created_at)
      SELECT owners[m.place], ids[m.place], befores[m.place] + m.nth, m.id, m.role, m.content, m.source, m.metadata,
        m.time
      FROM unnest(places, nths, message_ids, roles, contents, sources, metadatas, times)
        AS m (place, nth, id, role, content, source, metadata, time)
      WHERE befores[m.place] IS NOT NULL;
      UPDATE asyncassist.conversations AS c SET version = befores[g.place] + g.count, updated_at = now()
      FROM unnest(owners, ids, counts) WITH ORDINALITY AS g (owner, id, count, place)
      WHERE c.owner = g.owner AND c.id = g.id AND befores[g.place] IS NOT NULL;
      IF array_position(befores, NULL) IS NOT NULL THEN
        -- Nothing may be left of a conversation that never began.
        DELETE FROM asyncassist.conversations AS c USING unnest(owners, ids) AS g (owner, id)
        WHERE c.owner = g.owner AND c.id = g.id AND c.version = 0;
      END IF;
      IF cardinality(array_remove(requests, NULL)) > 0 THEN
        INSERT INTO asyncassist.requests (owner, conversation_id, request_id, version)
        SELECT g.owner, g.id, g.request, befores[g.place] + g.count
        FROM unnest(owners, ids, requests, counts) WITH ORDINALITY AS g (owner, id, request, count, place)
        WHERE g.request IS NOT NULL AND befores[g.place] IS NOT NULL;
        -- Every few messages are enough to forget old ones.
        DELETE FROM asyncassist.requests AS r
        USING unnest(owners, ids, requests, counts) WITH ORDINALITY AS g (owner, id, request, count, place)
        WHERE g.request IS NOT NULL AND befores[g.place] / 8 < (befores[g.place] + g.count) / 8
          AND r.owner = g.owner AND r.conversation_id = g.id AND r.version <= (
            SELECT o.version FROM asyncassist.requests AS o
            WHERE o.owner = g.owner AND o.conversation_id = g.id ORDER BY o.version DESC OFFSET 100 LIMIT 1
          );
      END IF;
      RETURN answers;
    END $$;
    """,
    # 3: titles and times of conversations, and the removal of turns. Conversations that are older have no time of
    # their first append.
    """
    ALTER TABLE asyncassist.conversations ADD COLUMN title text, ADD COLUMN created_at timestamptz;
    ALTER TABLE asyncassist.conversations ALTER COLUMN created_at SET DEFAULT now();
    CREATE FUNCTION asyncassist.undo(an_owner text, an_id text, turns bigint)
    RETURNS bigint LANGUAGE plpgsql AS $$
    DECLARE
      found bigint;
      remaining bigint;
    BEGIN
      -- Appends hold the lock of this row; the statements after it see what those did.
      SELECT c.version INTO found FROM asyncassist.conversations AS c
      WHERE c.owner = an_owner AND c.id = an_id FOR UPDATE;
      IF found IS NULL THEN
        RETURN NULL;
      END IF;
      SELECT min(t.seq) - 1 INTO remaining FROM (
        SELECT m.seq FROM asyncassist.messages AS m
        WHERE m.owner = an_owner AND m.conversation_id = an_id AND m.role = 'user' ORDER BY m.seq DESC LIMIT turns
      ) AS t;
      IF remaining IS NULL THEN
        RETURN found;
      END IF;
      DELETE FROM asyncassist.messages AS m
      WHERE m.owner = an_owner AND m.conversation_id = an_id AND m.seq > remaining;
      DELETE FROM asyncassist.requests AS r
      WHERE r.owner = an_owner AND r.conversation_id = an_id AND r.version > remaining;
      IF remaining = 0 THEN
        DELETE FROM asyncassist.conversations AS c WHERE c.owner = an_owner AND c.id = an_id;
      ELSE
        UPDATE asyncassist.conversations AS c SET version = remaining, updated_at = now()
        WHERE c.owner = an_owner AND c.id = an_id;
      END IF;
      RETURN remaining;
    END $$;
    """,
    # 4: sessions and locks. `writes` holds seq and version of each writer's last write; a session without data is a
    # tombstone. Writes to different sessions are made in one call, whose result has a row for each.
    """
    CREATE TABLE asyncassist.sessions (
      id text COLLATE "C" PRIMARY KEY,
      version bigint NOT NULL,
      data bytea,
      ttl double precision,
      writes jsonb NOT NULL,
      expires_at timestamptz NOT NULL
    ) WITH (fillfactor = 80);
    CREATE INDEX sessions_by_expiry ON asyncassist.sessions (expires_at);
    CREATE TABLE asyncassist.locks (
      name text PRIMARY KEY,
      owner text,
      token bigint NOT NULL,
      expires_at timestamptz NOT NULL
    );
    CREATE FUNCTION asyncassist.write_sessions(
      ids text[], modes text[], bodies bytea[], expected bigint[], ttls double precision[], counts bigint[],
      ages double precision[], writers text[], write_ids jsonb[],
      default_ttl double precision, tombstone_ttl double precision
    ) RETURNS TABLE (
      written boolean, version bigint, body bytea, ttl double precision, expires_in double precision
    ) LANGUAGE plpgsql
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
    AS $$
    #variable_conflict use_column
    DECLARE
      clock timestamptz;
      locked bigint;
    BEGIN
      LOOP
        -- In order, so that two processes wait for one another only one way.
        SELECT count(*) INTO locked FROM (
          SELECT FROM unnest(ids) AS g (id) JOIN asyncassist.sessions AS s ON s.id = g.id ORDER BY s.id FOR UPDATE OF s
        ) AS l;
        EXIT WHEN locked = cardinality(ids);
        INSERT INTO asyncassist.sessions (id, version, writes, expires_at)
        SELECT g.id, 0, '{}', '-infinity' FROM unnest(ids) AS g (id) ORDER BY g.id COLLATE "C" ON CONFLICT DO NOTHING;
      END LOOP;
      clock := clock_timestamp();
      -- A statement of its own sees what those did for whom the one above waited.
      RETURN QUERY
      WITH stored AS MATERIALIZED (
        SELECT g.*, s.expires_at > clock AS fresh, coalesce(s.expires_at > clock AND s.data IS NOT NULL, false) AS live,
          CASE WHEN s.expires_at > clock THEN s.version ELSE 0 END AS found,
          CASE WHEN s.expires_at > clock THEN s.data END AS data,
          CASE WHEN s.expires_at > clock THEN s.ttl END AS own,
          CASE WHEN s.expires_at > clock THEN extract(epoch FROM s.expires_at - clock) ELSE 0 END AS remaining,
          CASE WHEN s.expires_at > clock THEN s.writes ELSE '{}' END AS writes
        FROM unnest(ids, modes, bodies, expected, ttls, counts, ages, writers, write_ids) WITH ORDINALITY
          AS g (id, mode, body, expected, ttl, count, age, writer, applied, place)
        JOIN asyncassist.sessions AS s ON s.id = g.id
      ), checked AS MATERIALIZED (
        SELECT t.*, (t.writes -> t.writer ->> 1)::bigint AS first,
          coalesce((t.writes -> t.writer ->> 0)::bigint >= (t.applied ->> t.writer)::bigint, false) AS known,
          CASE t.mode WHEN 'any' THEN t.live OR t.found = 0 WHEN 'alive' THEN t.live
            WHEN 'live' THEN t.live AND t.found = t.expected WHEN 'free' THEN NOT t.live
            WHEN 'never' THEN t.found = 0 ELSE t.found = t.expected END AS fine,
          t.found + t.count AS next,
          CASE WHEN t.body IS NOT NULL THEN coalesce(t.ttl, CASE WHEN t.live THEN t.own END) END AS kept
        FROM stored AS t
      ), planned AS MATERIALIZED (
        SELECT c.*, CASE
            WHEN c.body IS NULL THEN tombstone_ttl
            -- An older write to a session that was used since.
            WHEN c.age > 0 AND c.live AND c.kept IS NOT DISTINCT FROM c.own
              THEN greatest(coalesce(c.kept, default_ttl) - c.age, c.remaining)
            ELSE coalesce(c.kept, default_ttl) - c.age
          END AS rest,
          c.writes || coalesce((
            SELECT jsonb_object_agg(w.key, jsonb_build_array(w.value::bigint, c.next))
            FROM jsonb_each_text(c.applied) AS w
          ), '{}') AS merged
        FROM checked AS c
      ), changed AS (
        UPDATE asyncassist.sessions AS s SET version = p.next, data = p.body, ttl = p.kept,
          expires_at = clock + p.rest * interval '1 second',
          -- Every few versions are enough to forget old writers.
          writes = CASE WHEN p.next % 64 >= p.count THEN p.merged ELSE (
            SELECT coalesce(jsonb_object_agg(o.key, o.value), '{}') FROM (
              SELECT w.key, w.value FROM jsonb_each(p.merged) AS w ORDER BY (w.value ->> 1)::bigint DESC LIMIT 64
            ) AS o
          ) END
        FROM planned AS p WHERE s.id = p.id AND p.fine AND NOT p.known
      ), refused AS (
        -- Nothing may be left of a session that never began.
        DELETE FROM asyncassist.sessions AS s USING planned AS p
        WHERE s.id = p.id AND NOT p.fine AND NOT p.known AND NOT p.fresh
      )
      SELECT p.fine OR p.known,
        CASE WHEN p.known THEN p.first WHEN p.fine THEN p.next ELSE p.found END,
        CASE WHEN NOT p.fine AND NOT p.known THEN p.data END,
        CASE WHEN p.fine AND NOT p.known THEN p.kept ELSE p.own END,
        (CASE WHEN p.fine AND NOT p.known THEN p.rest ELSE p.remaining END)::double precision
      FROM planned AS p ORDER BY p.place;
    END $$;
    """,
    # 5: salts of owners, and the index of words; `indexed` is the last seq of a conversation that is in it
    """
    CREATE TABLE asyncassist.owners (
      owner text PRIMARY KEY,
      salt bytea NOT NULL
    );
    ALTER TABLE asyncassist.conversations ADD COLUMN indexed bigint NOT NULL DEFAULT 0;
    CREATE TABLE asyncassist.documents (
      owner text NOT NULL,
      conversation_id text NOT NULL,
      seq bigint NOT NULL,
      created_at timestamptz NOT NULL,
      words bigint[] NOT NULL,
      PRIMARY KEY (owner, conversation_id, seq)
    );
    CREATE INDEX documents_by_word ON asyncassist.documents USING gin (words);
    CREATE FUNCTION asyncassist.unindex() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF TG_OP = 'DELETE' THEN
        DELETE FROM asyncassist.documents AS d WHERE d.owner = OLD.owner AND d.conversation_id = OLD.id;
        RETURN OLD;
      END IF;
      DELETE FROM asyncassist.documents AS d
      WHERE d.owner = NEW.owner AND d.conversation_id = NEW.id AND d.seq > NEW.version;
      NEW.indexed = least(NEW.indexed, NEW.version);
      RETURN NEW;
    END $$;
    CREATE TRIGGER unindex BEFORE DELETE ON asyncassist.conversations
      FOR EACH ROW WHEN (OLD.indexed > 0) EXECUTE FUNCTION asyncassist.unindex();
    CREATE TRIGGER unindex_undone BEFORE UPDATE OF version ON asyncassist.conversations
      FOR EACH ROW WHEN (OLD.indexed > NEW.version) EXECUTE FUNCTION asyncassist.unindex();
    """,
    # 6: the newest documents with all words. The index of words reads every document that holds them; for frequent
    # words the newest documents of the owner are enough. A subquery with OFFSET 0 uses the index of its own condition;
    # without sorts, the plan for the newest documents stays the one that ends after so many. The costs of what is
    # switched off must not make PostgreSQL compile a query.
    """
    CREATE INDEX documents_by_time ON asyncassist.documents (owner, created_at);
    CREATE FUNCTION asyncassist.find(an_owner text, digests bigint[], most bigint)
    RETURNS SETOF asyncassist.documents ROWS 20 LANGUAGE plpgsql
    SET enable_seqscan = off SET enable_sort = off SET jit = off
    AS $$
    DECLARE
      matches bigint;
      oldest timestamptz;
    BEGIN
      -- None of the newest is older than the oldest of as many matches as are asked for.
      SELECT count(*), min(t.created_at) INTO matches, oldest FROM (
        SELECT n.created_at FROM (
          SELECT d.created_at, d.words FROM asyncassist.documents AS d
          WHERE d.owner = an_owner ORDER BY d.created_at DESC LIMIT greatest(1000, 10 * most)
        ) AS n WHERE n.words @> digests LIMIT most
      ) AS t;
      IF matches = most THEN
        RETURN QUERY SELECT * FROM (
          SELECT * FROM asyncassist.documents AS d WHERE d.owner = an_owner AND d.created_at >= oldest OFFSET 0
        ) AS n WHERE n.words @> digests
        ORDER BY n.created_at DESC, n.conversation_id COLLATE "C" DESC, n.seq DESC LIMIT most;
        RETURN;
      END IF;
      SELECT min(t.created_at) INTO oldest FROM (
        SELECT n.created_at FROM (
          SELECT d.owner, d.created_at FROM asyncassist.documents AS d WHERE d.words @> digests OFFSET 0
        ) AS n WHERE n.owner = an_owner ORDER BY n.created_at DESC LIMIT most
      ) AS t;
      RETURN QUERY SELECT * FROM (
        SELECT * FROM asyncassist.documents AS d WHERE d.words @> digests OFFSET 0
      ) AS n WHERE n.owner = an_owner AND n.created_at >= oldest
      ORDER BY n.created_at DESC, n.conversation_id COLLATE "C" DESC, n.seq DESC LIMIT most;
    END $$;
    """,
)
