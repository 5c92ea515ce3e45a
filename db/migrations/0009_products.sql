-- Products as an admin keeps them: archived ones, former addresses, pictures in several widths, prices with
-- their history.

ALTER TABLE products ADD COLUMN archived_at TEXT;
ALTER TABLE products ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
ALTER TABLE variants ADD COLUMN archived_at TEXT;

CREATE TABLE former_slugs (
  slug TEXT PRIMARY KEY,
  product_id TEXT NOT NULL REFERENCES products (id)
) STRICT;

CREATE TABLE prices (
  seq INTEGER PRIMARY KEY,
  sku TEXT NOT NULL REFERENCES variants (sku),
  price INTEGER NOT NULL CHECK (price >= 0),
  actor TEXT NOT NULL,
  why TEXT NOT NULL,
  at TEXT NOT NULL
) STRICT;
CREATE INDEX prices_of_sku ON prices (sku, at);
CREATE TRIGGER prices_are_never_changed BEFORE UPDATE ON prices
BEGIN SELECT RAISE (ABORT, 'prices are append-only'); END;
CREATE TRIGGER prices_are_never_deleted BEFORE DELETE ON prices
BEGIN SELECT RAISE (ABORT, 'prices are append-only'); END;
INSERT INTO prices (sku, price, actor, why, at)
SELECT v.sku, v.price, 'shop', 'the price when its history began', p.created_at
FROM variants v JOIN products p ON p.id = v.product_id ORDER BY p.id, v.position;
