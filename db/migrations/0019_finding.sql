-- Categories inside others; what can be chosen of the products on a shelf, counted; and the price a cart has seen.

-- `position` counts through the whole tree, each category before those inside it.
ALTER TABLE categories ADD COLUMN parent_id TEXT REFERENCES categories (id);
CREATE INDEX categories_inside ON categories (parent_id);

-- Each value of an option that a shown product comes in, on the product's own shelf, with its lowest price. A shelf
-- that holds others adds theirs up when it is looked at, so that moving a category changes no product.
CREATE TABLE product_options (
  product_id TEXT NOT NULL,
  option TEXT NOT NULL,
  value TEXT NOT NULL,
  category_id TEXT NOT NULL,
  price INTEGER NOT NULL,
  PRIMARY KEY (product_id, option, value)
) STRICT, WITHOUT ROWID;
CREATE INDEX product_options_newest ON product_options (category_id, option, value, product_id, price);
CREATE INDEX product_options_cheapest ON product_options (category_id, option, value, price, product_id);
CREATE TABLE option_counts (
  category_id TEXT NOT NULL,
  option TEXT NOT NULL,
  value TEXT NOT NULL,
  products INTEGER NOT NULL CHECK (products >= 0),
  PRIMARY KEY (category_id, option, value)
) STRICT, WITHOUT ROWID;
CREATE INDEX option_counts_most ON option_counts (category_id, products, option, value);

CREATE TRIGGER options_are_counted AFTER INSERT ON product_options
BEGIN
  INSERT INTO option_counts (category_id, option, value, products) VALUES (NEW.category_id, NEW.option, NEW.value, 1)
  ON CONFLICT (category_id, option, value) DO UPDATE SET products = products + 1;
END;
CREATE TRIGGER options_are_not_counted AFTER DELETE ON product_options
BEGIN
  UPDATE option_counts SET products = products - 1
  WHERE category_id = OLD.category_id AND option = OLD.option AND value = OLD.value;
  DELETE FROM option_counts
  WHERE category_id = OLD.category_id AND option = OLD.option AND value = OLD.value AND products = 0;
END;
CREATE TRIGGER options_are_told AFTER UPDATE OF category_id, shown, price, text ON product_finds
WHEN (NEW.category_id, NEW.shown, NEW.price, NEW.text) IS NOT (OLD.category_id, OLD.shown, OLD.price, OLD.text)
BEGIN
  DELETE FROM product_options WHERE product_id = NEW.product_id;
  INSERT INTO product_options (product_id, option, value, category_id, price)
  SELECT DISTINCT NEW.product_id, o.key, o.value, NEW.category_id, NEW.price
  FROM variants v CROSS JOIN json_each(v.options) o
  WHERE NEW.shown = 1 AND v.product_id = NEW.product_id AND v.archived_at IS NULL AND o.type = 'text';
END;
CREATE TRIGGER options_are_told_as_changed AFTER UPDATE OF options ON variants WHEN NEW.options IS NOT OLD.options
BEGIN
  DELETE FROM product_options WHERE product_id = NEW.product_id;
  INSERT INTO product_options (product_id, option, value, category_id, price)
  SELECT DISTINCT NEW.product_id, o.key, o.value, f.category_id, f.price
  FROM product_finds f CROSS JOIN variants v CROSS JOIN json_each(v.options) o
  WHERE f.product_id = NEW.product_id AND f.shown = 1 AND v.product_id = f.product_id AND v.archived_at IS NULL
    AND o.type = 'text';
END;
CREATE TRIGGER options_are_gone AFTER DELETE ON product_finds
BEGIN DELETE FROM product_options WHERE product_id = OLD.product_id; END;

INSERT INTO product_options (product_id, option, value, category_id, price)
SELECT DISTINCT f.product_id, o.key, o.value, f.category_id, f.price
FROM product_finds f CROSS JOIN variants v CROSS JOIN json_each(v.options) o
WHERE f.shown = 1 AND v.product_id = f.product_id AND v.archived_at IS NULL AND o.type = 'text';

-- What a line cost when its shopper put it in or changed it.
ALTER TABLE cart_lines ADD COLUMN seen_price INTEGER CHECK (seen_price >= 0);
UPDATE cart_lines SET seen_price = (SELECT v.price FROM variants v WHERE v.sku = cart_lines.sku);
