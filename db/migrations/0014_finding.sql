-- What shoppers find: one row a product, told anew by triggers whenever anything changes that it is made of. Rows
-- are numbered by age, so the newest come first without sorting; what is not for sale has no words and is not shown.
-- A category stands in it by its id, so that renaming one is not a change of all its products.

CREATE TABLE product_finds (
  id INTEGER PRIMARY KEY,
  product_id TEXT NOT NULL UNIQUE,
  category_id TEXT NOT NULL,
  told INTEGER NOT NULL DEFAULT 0,
  shown INTEGER NOT NULL DEFAULT 0 CHECK (shown IN (0, 1)),
  in_stock INTEGER NOT NULL DEFAULT 0 CHECK (in_stock IN (0, 1)),
  price INTEGER NOT NULL DEFAULT 0,
  name TEXT NOT NULL DEFAULT '',
  text TEXT NOT NULL DEFAULT '',
  shelf TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX product_finds_newest ON product_finds (category_id, product_id, price) WHERE shown = 1;
CREATE INDEX product_finds_newest_in_stock ON product_finds (category_id, product_id, price) WHERE shown = 1 AND in_stock = 1;
CREATE INDEX product_finds_cheapest ON product_finds (category_id, price, product_id) WHERE shown = 1;
CREATE INDEX product_finds_cheapest_in_stock ON product_finds (category_id, price, product_id)
WHERE shown = 1 AND in_stock = 1;

CREATE VIRTUAL TABLE product_words USING fts5 (
  name, text, shelf, content = 'product_finds', content_rowid = 'id',
  tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3'
);
-- Every word there is, in order; a word is sought in it, never counted.
CREATE VIRTUAL TABLE product_vocabulary USING fts5vocab (product_words, 'instance');

-- What is not shown has no shelf and stands in no index.
CREATE TRIGGER product_finds_gone AFTER DELETE ON product_finds WHEN OLD.shelf <> ''
BEGIN
  INSERT INTO product_words (product_words, rowid, name, text, shelf)
  VALUES ('delete', OLD.id, OLD.name, OLD.text, OLD.shelf);
END;
CREATE TRIGGER product_finds_reworded AFTER UPDATE OF name, text, shelf ON product_finds
WHEN (NEW.name, NEW.text, NEW.shelf) IS NOT (OLD.name, OLD.text, OLD.shelf)
BEGIN
  INSERT INTO product_words (product_words, rowid, name, text, shelf)
  SELECT 'delete', OLD.id, OLD.name, OLD.text, OLD.shelf WHERE OLD.shelf <> '';
  INSERT INTO product_words (rowid, name, text, shelf)
  SELECT NEW.id, NEW.name, NEW.text, NEW.shelf WHERE NEW.shelf <> '';
END;
CREATE TRIGGER product_finds_told_anew AFTER UPDATE OF told ON product_finds
BEGIN
  UPDATE product_finds SET (category_id, shown, in_stock, price, name, text, shelf) = (
    SELECT now.category_id, now.shown, now.in_stock, now.price, iif(now.shown, now.name, ''),
      iif(now.shown, now.text, ''), iif(now.shown, replace(now.category_id, '_', ''), '')
    FROM (
      SELECT p.category_id, p.name,
        COALESCE(group_concat(v.sku || ' ' || v.label, ' '), '') || ' ' || substr(p.description, 1, 2000) AS text,
        p.published = 1 AND p.archived_at IS NULL AND COUNT(v.sku) > 0 AS shown,
        COALESCE(MAX(s.available > 0), 0) AS in_stock, COALESCE(MIN(v.price), 0) AS price
      FROM products p LEFT JOIN variants v ON v.product_id = p.id AND v.archived_at IS NULL
      LEFT JOIN stock s ON s.sku = v.sku
      WHERE p.id = NEW.product_id
    ) now
  ) WHERE id = NEW.id;
END;

CREATE TRIGGER products_are_shown AFTER INSERT ON products
BEGIN INSERT INTO product_finds (product_id, category_id) VALUES (NEW.id, NEW.category_id); END;
CREATE TRIGGER products_are_shown_as_changed
AFTER UPDATE OF name, description, category_id, published, archived_at ON products
BEGIN UPDATE product_finds SET told = told + 1 WHERE product_id = NEW.id; END;
CREATE TRIGGER products_are_not_shown AFTER DELETE ON products
BEGIN DELETE FROM product_finds WHERE product_id = OLD.id; END;
CREATE TRIGGER variants_are_shown AFTER INSERT ON variants
BEGIN UPDATE product_finds SET told = told + 1 WHERE product_id = NEW.product_id; END;
CREATE TRIGGER variants_are_shown_as_changed AFTER UPDATE OF label, price, archived_at, product_id ON variants
BEGIN UPDATE product_finds SET told = told + 1 WHERE product_id IN (NEW.product_id, OLD.product_id); END;
CREATE TRIGGER variants_are_not_shown AFTER DELETE ON variants
BEGIN UPDATE product_finds SET told = told + 1 WHERE product_id = OLD.product_id; END;
-- Of a movement only the last unit that goes and the first that comes are told.
CREATE TRIGGER stock_is_shown AFTER UPDATE OF on_hand, held ON stock
WHEN (NEW.available > 0) <> (OLD.available > 0)
BEGIN
  UPDATE product_finds SET told = told + 1
  WHERE product_id = (SELECT v.product_id FROM variants v WHERE v.sku = NEW.sku);
END;

INSERT INTO product_finds (product_id, category_id) SELECT id, category_id FROM products ORDER BY id;
UPDATE product_finds SET told = 1;
