-- The stock ledger as a chain: each movement carries a hash over all its columns and the hash before it, so
-- that no row can be changed, taken out, put in or moved without every later hash telling so. The head says
-- which row is the newest: without it, the newest rows could be taken away unseen.

CREATE TABLE ledger_head (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  seq INTEGER NOT NULL CHECK (seq >= 0),
  hash TEXT NOT NULL
) STRICT;

-- The triggers forbid an UPDATE, so the rows go through a new table, in the order of their numbers. A number
-- that is missing already stays missing, and `shop verify` names the row after it.
CREATE TABLE movements_chained (
  seq INTEGER PRIMARY KEY,
  sku TEXT NOT NULL REFERENCES stock (sku),
  kind TEXT NOT NULL CHECK (kind IN ('hold', 'release', 'commit', 'restock', 'retake', 'adjust')),
  on_hand_change INTEGER NOT NULL,
  held_change INTEGER NOT NULL,
  on_hand_after INTEGER NOT NULL CHECK (on_hand_after >= 0),
  held_after INTEGER NOT NULL CHECK (held_after >= 0 AND held_after <= on_hand_after),
  reason TEXT NOT NULL,
  note TEXT NOT NULL,
  actor TEXT NOT NULL,
  cause TEXT NOT NULL,
  order_id TEXT REFERENCES orders (id),
  at TEXT NOT NULL,
  hash TEXT NOT NULL CHECK (length(hash) = 64)
) STRICT;

WITH RECURSIVE chain (
  seq, sku, kind, on_hand_change, held_change, on_hand_after, held_after, reason, note, actor, cause, order_id,
  at, hash
) AS (
  SELECT 0, '', '', 0, 0, 0, 0, '', '', '', '', NULL, '', ''
  UNION ALL
  SELECT m.seq, m.sku, m.kind, m.on_hand_change, m.held_change, m.on_hand_after, m.held_after, m.reason, m.note,
    m.actor, m.cause, m.order_id, m.at,
    chained(c.hash, m.seq, m.sku, m.kind, m.on_hand_change, m.held_change, m.on_hand_after, m.held_after,
      m.reason, m.note, m.actor, m.cause, m.order_id, m.at)
  FROM chain c JOIN movements m ON m.seq = (SELECT MIN(n.seq) FROM movements n WHERE n.seq > c.seq)
)
INSERT INTO movements_chained SELECT * FROM chain WHERE seq > 0;

INSERT INTO ledger_head (id, seq, hash)
SELECT 1, COALESCE(MAX(seq), 0), COALESCE((SELECT hash FROM movements_chained ORDER BY seq DESC LIMIT 1), '')
FROM movements_chained;

DROP TABLE movements;
ALTER TABLE movements_chained RENAME TO movements;
CREATE INDEX movements_of_sku ON movements (sku, seq);
CREATE INDEX movements_of_order ON movements (order_id) WHERE order_id IS NOT NULL;
-- An order passes each of these once for a line, whatever is delivered how often.
CREATE UNIQUE INDEX movements_once ON movements (order_id, sku, kind)
  WHERE order_id IS NOT NULL AND kind IN ('hold', 'release', 'commit', 'retake');
CREATE TRIGGER movements_are_never_changed BEFORE UPDATE ON movements
BEGIN SELECT RAISE (ABORT, 'movements are append-only'); END;
CREATE TRIGGER movements_are_never_deleted BEFORE DELETE ON movements
BEGIN SELECT RAISE (ABORT, 'movements are append-only'); END;
CREATE TRIGGER movements_move_the_head AFTER INSERT ON movements
BEGIN UPDATE ledger_head SET seq = NEW.seq, hash = NEW.hash; END;
CREATE TRIGGER ledger_head_only_goes_on BEFORE UPDATE ON ledger_head WHEN NEW.seq <> OLD.seq + 1
BEGIN SELECT RAISE (ABORT, 'the ledger grows by one movement at a time'); END;
CREATE TRIGGER ledger_head_is_never_deleted BEFORE DELETE ON ledger_head
BEGIN SELECT RAISE (ABORT, 'the ledger has a head'); END;
