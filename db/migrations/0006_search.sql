-- What can be found by a part of its text: one row and one full-text index a kind of thing, kept by triggers, so
-- that no way of changing a thing can forget it. Trigrams find any part of three characters or more; rows are
-- numbered by age, so the newest come first without sorting.

CREATE TABLE variant_finds (id INTEGER PRIMARY KEY, sku TEXT NOT NULL UNIQUE, text TEXT NOT NULL) STRICT;
CREATE TABLE order_finds (id INTEGER PRIMARY KEY, order_id TEXT NOT NULL UNIQUE, text TEXT NOT NULL) STRICT;
CREATE TABLE person_finds (id INTEGER PRIMARY KEY, person_id TEXT NOT NULL UNIQUE, text TEXT NOT NULL) STRICT;
CREATE VIRTUAL TABLE variant_words USING fts5 (text, content = 'variant_finds', content_rowid = 'id', tokenize = 'trigram');
CREATE VIRTUAL TABLE order_words USING fts5 (text, content = 'order_finds', content_rowid = 'id', tokenize = 'trigram');
CREATE VIRTUAL TABLE person_words USING fts5 (text, content = 'person_finds', content_rowid = 'id', tokenize = 'trigram');

CREATE TRIGGER variant_finds_added AFTER INSERT ON variant_finds
BEGIN INSERT INTO variant_words (rowid, text) VALUES (NEW.id, NEW.text); END;
CREATE TRIGGER variant_finds_changed AFTER UPDATE OF text ON variant_finds WHEN NEW.text IS NOT OLD.text
BEGIN
  INSERT INTO variant_words (variant_words, rowid, text) VALUES ('delete', OLD.id, OLD.text);
  INSERT INTO variant_words (rowid, text) VALUES (NEW.id, NEW.text);
END;
CREATE TRIGGER variant_finds_gone AFTER DELETE ON variant_finds
BEGIN INSERT INTO variant_words (variant_words, rowid, text) VALUES ('delete', OLD.id, OLD.text); END;
CREATE TRIGGER order_finds_added AFTER INSERT ON order_finds
BEGIN INSERT INTO order_words (rowid, text) VALUES (NEW.id, NEW.text); END;
CREATE TRIGGER order_finds_changed AFTER UPDATE OF text ON order_finds WHEN NEW.text IS NOT OLD.text
BEGIN
  INSERT INTO order_words (order_words, rowid, text) VALUES ('delete', OLD.id, OLD.text);
  INSERT INTO order_words (rowid, text) VALUES (NEW.id, NEW.text);
END;
CREATE TRIGGER person_finds_added AFTER INSERT ON person_finds
BEGIN INSERT INTO person_words (rowid, text) VALUES (NEW.id, NEW.text); END;
CREATE TRIGGER person_finds_changed AFTER UPDATE OF text ON person_finds WHEN NEW.text IS NOT OLD.text
BEGIN
  INSERT INTO person_words (person_words, rowid, text) VALUES ('delete', OLD.id, OLD.text);
  INSERT INTO person_words (rowid, text) VALUES (NEW.id, NEW.text);
END;

CREATE TRIGGER variants_are_found AFTER INSERT ON variants
BEGIN
  INSERT INTO variant_finds (sku, text)
  SELECT NEW.sku, NEW.sku || ' ' || p.name || ' ' || NEW.label FROM products p WHERE p.id = NEW.product_id;
END;
CREATE TRIGGER variants_are_found_as_changed AFTER UPDATE OF label, product_id ON variants
BEGIN
  UPDATE variant_finds SET text = (
    SELECT NEW.sku || ' ' || p.name || ' ' || NEW.label FROM products p WHERE p.id = NEW.product_id
  ) WHERE sku = NEW.sku;
END;
CREATE TRIGGER variants_are_lost AFTER DELETE ON variants
BEGIN DELETE FROM variant_finds WHERE sku = OLD.sku; END;
CREATE TRIGGER products_are_found_as_renamed AFTER UPDATE OF name ON products WHEN NEW.name IS NOT OLD.name
BEGIN
  UPDATE variant_finds SET text = (
    SELECT v.sku || ' ' || NEW.name || ' ' || v.label FROM variants v WHERE v.sku = variant_finds.sku
  ) WHERE sku IN (SELECT sku FROM variants WHERE product_id = NEW.id);
END;
CREATE TRIGGER orders_are_found AFTER INSERT ON orders
BEGIN
  INSERT INTO order_finds (order_id, text)
  SELECT NEW.id, NEW.number || ' ' || NEW.email || ' ' || p.name FROM people p WHERE p.id = NEW.person_id;
END;
CREATE TRIGGER people_are_found AFTER INSERT ON people
BEGIN INSERT INTO person_finds (person_id, text) VALUES (NEW.id, NEW.email || ' ' || NEW.name); END;
CREATE TRIGGER people_are_found_as_changed AFTER UPDATE OF email, name ON people
BEGIN UPDATE person_finds SET text = NEW.email || ' ' || NEW.name WHERE person_id = NEW.id; END;

INSERT INTO variant_finds (sku, text)
SELECT v.sku, v.sku || ' ' || p.name || ' ' || v.label FROM products p JOIN variants v ON v.product_id = p.id
ORDER BY p.id, v.position;
INSERT INTO order_finds (order_id, text)
SELECT o.id, o.number || ' ' || o.email || ' ' || p.name FROM orders o JOIN people p ON p.id = o.person_id
ORDER BY o.id;
INSERT INTO person_finds (person_id, text) SELECT id, email || ' ' || name FROM people ORDER BY id;
