-- Files that are brought in: what was read in them and what it would change, kept before anything is changed, so
-- that it can be looked at, carried out after a crash, explained and taken back.

CREATE TABLE imports (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  state TEXT NOT NULL CHECK (
    state IN ('reading', 'ready', 'importing', 'done', 'undoing', 'undone', 'reverting', 'given_up')
  ),
  actor TEXT NOT NULL,
  at TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  format TEXT NOT NULL DEFAULT '',
  header TEXT NOT NULL DEFAULT '[]',
  notes TEXT NOT NULL DEFAULT '[]',
  -- What it says of itself when it can't go on: why it was given up, or read anew.
  why TEXT NOT NULL DEFAULT '',
  stock TEXT NOT NULL DEFAULT '' CHECK (stock IN ('', 'add', 'set', 'leave')),
  rows INTEGER NOT NULL DEFAULT 0,
  refused INTEGER NOT NULL DEFAULT 0,
  products_new INTEGER NOT NULL DEFAULT 0,
  products_changed INTEGER NOT NULL DEFAULT 0,
  products_unchanged INTEGER NOT NULL DEFAULT 0,
  variants_new INTEGER NOT NULL DEFAULT 0,
  variants_changed INTEGER NOT NULL DEFAULT 0,
  variants_unchanged INTEGER NOT NULL DEFAULT 0,
  stock_differs INTEGER NOT NULL DEFAULT 0,
  stock_told INTEGER NOT NULL DEFAULT 0,
  items INTEGER NOT NULL DEFAULT 0,
  done INTEGER NOT NULL DEFAULT 0,
  left_over INTEGER NOT NULL DEFAULT 0,
  by_whom TEXT NOT NULL DEFAULT '',
  leased_until TEXT,
  finished_at TEXT
) STRICT;
CREATE INDEX imports_at_work ON imports (id) WHERE state IN ('reading', 'importing', 'undoing', 'reverting');

-- The file itself, for as long as its preview may have to be made again.
CREATE TABLE import_parts (
  import_id TEXT NOT NULL REFERENCES imports (id),
  part INTEGER NOT NULL,
  data BLOB NOT NULL,
  PRIMARY KEY (import_id, part)
) STRICT;

-- A product and then its variants, each with what it was and what it becomes; `grp` is the number of the product
-- they stand under, `seen` the version that was looked at, `outcome` what came of it.
CREATE TABLE import_items (
  import_id TEXT NOT NULL REFERENCES imports (id),
  seq INTEGER NOT NULL,
  grp INTEGER NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('product', 'variant')),
  key TEXT NOT NULL,
  row INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('new', 'changed', 'unchanged')),
  product_id TEXT NOT NULL,
  seen INTEGER,
  name TEXT NOT NULL,
  was TEXT NOT NULL,
  becomes TEXT NOT NULL,
  on_hand INTEGER,
  stock_was INTEGER,
  moved INTEGER NOT NULL DEFAULT 0,
  outcome TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (import_id, seq)
) STRICT;
CREATE INDEX import_items_by_state ON import_items (import_id, state, seq);
CREATE INDEX import_items_with_outcome ON import_items (import_id, seq) WHERE outcome <> '';

CREATE TABLE import_refusals (
  import_id TEXT NOT NULL REFERENCES imports (id),
  seq INTEGER NOT NULL,
  row INTEGER NOT NULL,
  "column" TEXT NOT NULL,
  value TEXT NOT NULL,
  reason TEXT NOT NULL,
  cells TEXT NOT NULL,
  PRIMARY KEY (import_id, seq)
) STRICT;
-- What is archived only because an import was taken back: another import may bring it back. Whatever an admin
-- archives later has another time.
CREATE TABLE archived_by_undo (
  object TEXT PRIMARY KEY,
  archived_at TEXT NOT NULL
) STRICT;
-- SKUs that differ only in their capitals are taken for one.
CREATE INDEX variants_in_any_case ON variants (sku COLLATE NOCASE);
