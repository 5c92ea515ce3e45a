-- The order desk: notes, and the way from a product to the orders it was bought in.

CREATE TABLE order_notes (
  id TEXT PRIMARY KEY,
  order_id TEXT NOT NULL REFERENCES orders (id),
  text TEXT NOT NULL,
  actor TEXT NOT NULL,
  at TEXT NOT NULL
) STRICT;
CREATE INDEX notes_of_order ON order_notes (order_id, id);
CREATE INDEX order_lines_of_sku ON order_lines (sku, order_id);
