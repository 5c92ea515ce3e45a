-- Products as an admin keeps them: archived ones, former addresses, pictures in several widths, prices with
-- their history.

ALTER TABLE products ADD COLUMN archived_at TEXT;
ALTER TABLE products ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
ALTER TABLE products ADD COLUMN state TEXT NOT NULL GENERATED ALWAYS AS (
  CASE WHEN archived_at IS NOT NULL THEN 'archived' WHEN published = 1 THEN 'published' ELSE 'draft' END
) VIRTUAL;
CREATE INDEX products_of_state ON products (state, id);
CREATE INDEX products_of_category_by_age ON products (category_id, id);
CREATE INDEX products_of_category_and_state ON products (category_id, state, id);
CREATE INDEX categories_in_order ON categories (position, id);
CREATE INDEX categories_named ON categories (name COLLATE NOCASE);

-- prior_price and reduced_at: what the newest row of `prices` says of a reduction, for the pages shoppers see.
ALTER TABLE variants ADD COLUMN archived_at TEXT;
ALTER TABLE variants ADD COLUMN prior_price INTEGER CHECK (prior_price >= 0);
ALTER TABLE variants ADD COLUMN reduced_at TEXT;

CREATE TABLE former_slugs (
  slug TEXT PRIMARY KEY,
  product_id TEXT NOT NULL REFERENCES products (id)
) STRICT;

-- applied: whether shoppers were asked this price from then on; a draft's or an archived thing's price is not.
CREATE TABLE prices (
  seq INTEGER PRIMARY KEY,
  sku TEXT NOT NULL REFERENCES variants (sku),
  price INTEGER NOT NULL CHECK (price >= 0),
  applied INTEGER NOT NULL CHECK (applied IN (0, 1)),
  actor TEXT NOT NULL,
  why TEXT NOT NULL,
  at TEXT NOT NULL
) STRICT;
CREATE INDEX prices_of_sku ON prices (sku, seq);
CREATE TRIGGER prices_are_never_changed BEFORE UPDATE ON prices
BEGIN SELECT RAISE (ABORT, 'prices are append-only'); END;
CREATE TRIGGER prices_are_never_deleted BEFORE DELETE ON prices
BEGIN SELECT RAISE (ABORT, 'prices are append-only'); END;
INSERT INTO prices (sku, price, applied, actor, why, at)
SELECT v.sku, v.price, p.published, 'shop', 'the price when its history began', p.created_at
FROM variants v JOIN products p ON p.id = v.product_id ORDER BY p.id, v.position;

-- A picture that was uploaded: its largest width is `pictures.data`, the smaller ones stand here.
ALTER TABLE pictures ADD COLUMN removed_at TEXT;
-- All that a card asks for, so that no page reads past a picture's bytes to know whether it is shown.
DROP INDEX pictures_of_product;
CREATE INDEX pictures_shown ON pictures (product_id, position, id, sku, removed_at);
CREATE TABLE picture_widths (
  picture_id TEXT NOT NULL REFERENCES pictures (id),
  width INTEGER NOT NULL CHECK (width > 0),
  data BLOB NOT NULL,
  PRIMARY KEY (picture_id, width)
) STRICT;

-- Whether a reduced price names the lowest price of the 30 days before it.
ALTER TABLE shop ADD COLUMN shows_lowest_price INTEGER NOT NULL DEFAULT 0 CHECK (shows_lowest_price IN (0, 1));
