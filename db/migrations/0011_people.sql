-- Links that let somebody set a password (an invitation, a reset), letters, kept whether they are sent or not, and
-- what the lists of people and of what they did read their pages from.

ALTER TABLE people ADD COLUMN invited_at TEXT;
ALTER TABLE people ADD COLUMN standing TEXT NOT NULL GENERATED ALWAYS AS (
  CASE WHEN suspended_at IS NOT NULL THEN 'suspended' WHEN invited_at IS NOT NULL THEN 'invited' ELSE 'active' END
) VIRTUAL;
CREATE INDEX people_by_role ON people (role, id);
CREATE INDEX people_by_standing ON people (standing, id);
CREATE INDEX people_by_role_and_standing ON people (role, standing, id);
CREATE INDEX sessions_of_person_by_start ON sessions (person_id, started_at);
DROP INDEX sessions_of_person;

CREATE TABLE links (
  token_hash TEXT PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('invitation', 'reset')),
  person_id TEXT NOT NULL REFERENCES people (id),
  actor TEXT NOT NULL,
  at TEXT NOT NULL,
  expires_at TEXT NOT NULL
) STRICT;
CREATE INDEX links_of_person ON links (person_id);

-- `secret` is the token of the link in a letter: kept only until the letter is sent, or the link used or ended.
CREATE TABLE letters (
  id TEXT PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  recipient TEXT NOT NULL,
  subject TEXT NOT NULL,
  text TEXT NOT NULL,
  secret TEXT NOT NULL DEFAULT '',
  state TEXT NOT NULL CHECK (state IN ('kept', 'waiting', 'sent', 'failed')),
  error TEXT NOT NULL DEFAULT '',
  written_at TEXT NOT NULL,
  sent_at TEXT
) STRICT;
CREATE INDEX letters_by_kind ON letters (kind, id);
CREATE INDEX letters_by_state ON letters (state, id);
CREATE INDEX letters_by_kind_and_state ON letters (kind, state, id);

-- A mail server that hangs must not keep refunds waiting, so letters are worked off apart.
CREATE INDEX outbox_due_letters ON outbox (not_before) WHERE state = 'waiting' AND kind = 'letter';
CREATE INDEX outbox_due_at_stripe ON outbox (not_before) WHERE state = 'waiting' AND kind <> 'letter';

-- Who did it, and what is not an order's daily course: the rare among the many.
CREATE INDEX events_by_people ON events (actor, seq) WHERE actor GLOB 'person:*';
CREATE INDEX events_of_the_house ON events (seq)
  WHERE kind NOT GLOB 'order.*' AND kind NOT GLOB 'payment.*' AND kind NOT GLOB 'refund.*';
CREATE INDEX movements_by_hand ON movements (seq) WHERE kind = 'adjust';
CREATE INDEX movements_by_hand_of_actor ON movements (actor, seq) WHERE kind = 'adjust';
CREATE INDEX movements_by_hand_of_sku ON movements (sku, seq) WHERE kind = 'adjust';
