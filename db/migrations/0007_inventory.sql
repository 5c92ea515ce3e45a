-- Edits of many rows at once, each kept whole with its rows, so that it can be explained and taken back.

CREATE TABLE batches (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  summary TEXT NOT NULL,
  rows INTEGER NOT NULL,
  actor TEXT NOT NULL,
  at TEXT NOT NULL,
  undone_at TEXT
) STRICT;
-- A movement is taken back once, by a movement that names it.
CREATE UNIQUE INDEX movements_taken_back_once ON movements (cause) WHERE cause GLOB 'undo:*';
CREATE INDEX movements_of_sku_by_time ON movements (sku, at);
