-- Numbers that the local Stripe keeps over a restart: how far its clock is ahead, the seed of its dice.
CREATE TABLE settings (
  name TEXT PRIMARY KEY,
  value INTEGER NOT NULL
) STRICT;

-- Faults that a tester ordered, in the order in which they are asked.
CREATE TABLE faults (
  number INTEGER PRIMARY KEY,
  body TEXT NOT NULL
) STRICT;

-- Beside each webhook endpoint, which is an object, stands what is not answered: its secrets. A replaced
-- secret signs on until its time is up. `configured` is the secret that the settings gave it, else NULL.
CREATE TABLE endpoints (
  id TEXT PRIMARY KEY REFERENCES objects (id),
  url TEXT NOT NULL,
  secret TEXT NOT NULL,
  replaced TEXT NOT NULL DEFAULT '',
  replaced_until INTEGER NOT NULL DEFAULT 0,
  configured TEXT
) STRICT;

-- What is delivered, written once: the event as it is answered later tells how many still wait for it.
CREATE TABLE bodies (
  event_id TEXT PRIMARY KEY REFERENCES objects (id),
  body TEXT NOT NULL
) STRICT;
INSERT INTO bodies (event_id, body) SELECT id, body FROM objects WHERE kind = 'event';

-- A delivery of an earlier version names its address instead of its endpoint until the next start.
CREATE TABLE deliveries_to_endpoints (
  seq INTEGER PRIMARY KEY,
  event_id TEXT NOT NULL REFERENCES objects (id),
  endpoint_id TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'held', 'delivered', 'failed')),
  succeeded INTEGER NOT NULL DEFAULT 0,
  attempts INTEGER NOT NULL DEFAULT 0,
  since INTEGER NOT NULL,
  next_at INTEGER NOT NULL,
  postponed INTEGER NOT NULL DEFAULT 0,
  batch INTEGER,
  rank INTEGER
) STRICT;
INSERT INTO deliveries_to_endpoints (seq, event_id, endpoint_id, state, succeeded, attempts, since, next_at)
SELECT seq, event_id, url, state, state = 'delivered', attempts, next_at, next_at FROM deliveries;
DROP TABLE deliveries;
ALTER TABLE deliveries_to_endpoints RENAME TO deliveries;
CREATE INDEX deliveries_due ON deliveries (next_at) WHERE state = 'waiting';
CREATE INDEX deliveries_of_event ON deliveries (event_id);
CREATE INDEX deliveries_by_state ON deliveries (state, seq);
CREATE INDEX deliveries_of_batch ON deliveries (batch) WHERE batch IS NOT NULL;

CREATE TABLE attempts (
  seq INTEGER PRIMARY KEY,
  delivery INTEGER NOT NULL REFERENCES deliveries (seq),
  at INTEGER NOT NULL,
  status TEXT NOT NULL,
  milliseconds INTEGER NOT NULL,
  answer TEXT NOT NULL,
  fault TEXT NOT NULL
) STRICT;
CREATE INDEX attempts_of ON attempts (delivery, seq);

-- `request` stays the hash over method, path and parameters.
ALTER TABLE answers ADD COLUMN method TEXT NOT NULL DEFAULT '';
ALTER TABLE answers ADD COLUMN path TEXT NOT NULL DEFAULT '';
ALTER TABLE answers ADD COLUMN request_id TEXT NOT NULL DEFAULT '';
CREATE INDEX answers_by_age ON answers (at);
