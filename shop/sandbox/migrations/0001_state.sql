-- The local Stripe's own books. Objects are kept as the JSON that is answered; beside it stands what they
-- are looked up by.

CREATE TABLE objects (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  created INTEGER NOT NULL,
  label TEXT NOT NULL,
  parent TEXT,
  body TEXT NOT NULL
) STRICT;
CREATE INDEX objects_of_kind ON objects (kind, seq);
CREATE INDEX objects_of_parent ON objects (kind, parent, seq);
CREATE INDEX objects_by_label ON objects (kind, label, created);

-- The items of a session, which Stripe answers separately, and what its payment intent will carry.
CREATE TABLE line_items (
  session_id TEXT PRIMARY KEY REFERENCES objects (id),
  body TEXT NOT NULL,
  intent_metadata TEXT NOT NULL
) STRICT;

CREATE TABLE answers (
  idempotency_key TEXT PRIMARY KEY,
  request TEXT NOT NULL,
  status INTEGER NOT NULL,
  body TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT;

CREATE TABLE deliveries (
  seq INTEGER PRIMARY KEY,
  event_id TEXT NOT NULL REFERENCES objects (id),
  url TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'delivered', 'failed')),
  attempts INTEGER NOT NULL DEFAULT 0,
  next_at INTEGER NOT NULL,
  last_status TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX deliveries_due ON deliveries (next_at) WHERE state = 'waiting';
CREATE INDEX deliveries_of_event ON deliveries (event_id);
