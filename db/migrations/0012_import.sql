-- Files that are brought in: their rows as they were read, checked and seen before anything is changed.

CREATE TABLE imports (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('reading', 'ready', 'importing', 'done', 'undone', 'given_up')),
  actor TEXT NOT NULL,
  at TEXT NOT NULL
) STRICT;
