-- The admin's stockroom: edits of many rows at once, movements that are taken back, and a table of all variants
-- that is found and sorted in the same time however many there are.

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
-- movement: the stock movement that changed the row; a price has none.
CREATE TABLE batch_rows (
  batch_id TEXT NOT NULL REFERENCES batches (id),
  sku TEXT NOT NULL REFERENCES variants (sku),
  what TEXT NOT NULL CHECK (what IN ('on_hand', 'price')),
  was INTEGER NOT NULL,
  now INTEGER NOT NULL,
  movement INTEGER REFERENCES movements (seq),
  PRIMARY KEY (batch_id, sku, what),
  CHECK ((what = 'on_hand') = (movement IS NOT NULL))
) STRICT;
CREATE INDEX batch_rows_of_movement ON batch_rows (movement) WHERE movement IS NOT NULL;
-- A movement is taken back once, by a movement that names it.
CREATE UNIQUE INDEX movements_taken_back_once ON movements (cause) WHERE cause GLOB 'undo:*';
CREATE INDEX movements_of_sku_by_time ON movements (sku, at);

-- What the stockroom is filtered by stands in the row it is sorted in; triggers keep it, so that no way of
-- changing a product can forget it. shelf: published, draft, or archived (whose rows are out of the way).
ALTER TABLE stock ADD COLUMN shelf TEXT NOT NULL DEFAULT 'published';
ALTER TABLE stock ADD COLUMN category_id TEXT;
ALTER TABLE stock ADD COLUMN supplier_id TEXT;
UPDATE stock SET (shelf, category_id) = (
  SELECT CASE p.published WHEN 1 THEN 'published' ELSE 'draft' END, p.category_id
  FROM variants v JOIN products p ON p.id = v.product_id WHERE v.sku = stock.sku
);
CREATE INDEX stock_kept ON stock (available, sku) WHERE shelf <> 'archived';
CREATE INDEX stock_of_category ON stock (category_id, available, sku) WHERE shelf <> 'archived';
CREATE INDEX stock_of_supplier ON stock (supplier_id, available, sku)
  WHERE supplier_id IS NOT NULL AND shelf <> 'archived';
CREATE INDEX stock_of_drafts ON stock (available, sku) WHERE shelf = 'draft';
CREATE INDEX stock_archived ON stock (available, sku) WHERE shelf = 'archived';
CREATE INDEX stock_held ON stock (available, sku) WHERE held > 0;
CREATE INDEX stock_by_units ON stock (on_hand, sku);

-- sort_name: the product's name, then the variant's place in it.
ALTER TABLE variants ADD COLUMN sort_name TEXT NOT NULL DEFAULT '';
UPDATE variants SET sort_name = (
  SELECT lower(p.name) || printf(' %04d', variants.position) FROM products p WHERE p.id = variants.product_id
);
CREATE INDEX variants_by_name ON variants (sort_name, sku);
CREATE INDEX variants_by_price ON variants (price, sku);

CREATE TRIGGER stock_stands_on_its_shelf AFTER INSERT ON stock
BEGIN
  UPDATE stock SET (shelf, category_id, supplier_id) = (
    SELECT CASE WHEN p.archived_at IS NOT NULL OR v.archived_at IS NOT NULL THEN 'archived'
        WHEN p.published = 1 THEN 'published' ELSE 'draft' END, p.category_id, v.supplier_id
    FROM variants v JOIN products p ON p.id = v.product_id WHERE v.sku = NEW.sku
  ) WHERE sku = NEW.sku;
END;
CREATE TRIGGER stock_moves_with_its_variant AFTER UPDATE OF archived_at, supplier_id, product_id ON variants
BEGIN
  UPDATE stock SET (shelf, category_id, supplier_id) = (
    SELECT CASE WHEN p.archived_at IS NOT NULL OR NEW.archived_at IS NOT NULL THEN 'archived'
        WHEN p.published = 1 THEN 'published' ELSE 'draft' END, p.category_id, NEW.supplier_id
    FROM products p WHERE p.id = NEW.product_id
  ) WHERE sku = NEW.sku;
END;
CREATE TRIGGER stock_moves_with_its_product AFTER UPDATE OF archived_at, published, category_id ON products
BEGIN
  UPDATE stock SET (shelf, category_id) = (
    SELECT CASE WHEN NEW.archived_at IS NOT NULL OR v.archived_at IS NOT NULL THEN 'archived'
        WHEN NEW.published = 1 THEN 'published' ELSE 'draft' END, NEW.category_id
    FROM variants v WHERE v.sku = stock.sku
  ) WHERE sku IN (SELECT sku FROM variants WHERE product_id = NEW.id);
END;
CREATE TRIGGER variants_have_a_sort_name AFTER INSERT ON variants
BEGIN
  UPDATE variants SET sort_name = (
    SELECT lower(p.name) || printf(' %04d', NEW.position) FROM products p WHERE p.id = NEW.product_id
  ) WHERE sku = NEW.sku;
END;
CREATE TRIGGER variants_are_sorted_anew AFTER UPDATE OF position, product_id ON variants
BEGIN
  UPDATE variants SET sort_name = (
    SELECT lower(p.name) || printf(' %04d', NEW.position) FROM products p WHERE p.id = NEW.product_id
  ) WHERE sku = NEW.sku;
END;
CREATE TRIGGER variants_are_sorted_by_a_new_name AFTER UPDATE OF name ON products WHEN NEW.name IS NOT OLD.name
BEGIN
  UPDATE variants SET sort_name = lower(NEW.name) || printf(' %04d', position) WHERE product_id = NEW.id;
END;
