-- Links that let somebody set a password (an invitation, a reset), and letters, kept whether they are sent or not.

CREATE TABLE links (
  token_hash TEXT PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('invitation', 'reset')),
  person_id TEXT NOT NULL REFERENCES people (id),
  actor TEXT NOT NULL,
  at TEXT NOT NULL,
  expires_at TEXT NOT NULL,
  used_at TEXT
) STRICT;
CREATE INDEX links_of_person ON links (person_id);

CREATE TABLE letters (
  id TEXT PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  recipient TEXT NOT NULL,
  subject TEXT NOT NULL,
  text TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('kept', 'waiting', 'sent', 'failed')),
  written_at TEXT NOT NULL,
  sent_at TEXT
) STRICT;
