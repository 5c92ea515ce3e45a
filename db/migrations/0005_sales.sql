-- When an order was first paid and its goods taken, and what was sold a day and a variant: rolled up as it
-- happens, so that no page counts orders. Saved views: a list's address with a name.

ALTER TABLE orders ADD COLUMN sold_at TEXT;
UPDATE orders SET sold_at = (
  SELECT e.at FROM events e WHERE e.object = 'order:' || orders.id AND e.kind = 'order.confirmed' ORDER BY e.seq LIMIT 1
);
CREATE INDEX orders_sold ON orders (sold_at, id) WHERE sold_at IS NOT NULL;

CREATE TABLE sales_days (
  day TEXT PRIMARY KEY CHECK (length(day) = 10),
  orders INTEGER NOT NULL,
  units INTEGER NOT NULL,
  amount INTEGER NOT NULL
) STRICT;
INSERT INTO sales_days (day, orders, units, amount)
SELECT substr(o.sold_at, 1, 10), COUNT(*),
  SUM((SELECT SUM(l.quantity) FROM order_lines l WHERE l.order_id = o.id)), SUM(o.total)
FROM orders o WHERE o.sold_at IS NOT NULL AND o.currency = (SELECT currency FROM shop WHERE id = 1) GROUP BY 1;

CREATE TABLE sales_of_variants (
  sku TEXT NOT NULL,
  day TEXT NOT NULL CHECK (length(day) = 10),
  units INTEGER NOT NULL,
  amount INTEGER NOT NULL,
  PRIMARY KEY (sku, day)
) STRICT;
INSERT INTO sales_of_variants (sku, day, units, amount)
SELECT l.sku, substr(o.sold_at, 1, 10), SUM(l.quantity), SUM(l.quantity * l.unit_price)
FROM orders o JOIN order_lines l ON l.order_id = o.id
WHERE o.sold_at IS NOT NULL AND o.currency = (SELECT currency FROM shop WHERE id = 1) GROUP BY 1, 2;
CREATE INDEX sales_of_variants_by_day ON sales_of_variants (day, sku);

-- What each variant sold in the last 30 days, counted again by a job: sales speed and best sellers read it.
CREATE TABLE sellers (
  sku TEXT PRIMARY KEY REFERENCES variants (sku),
  units INTEGER NOT NULL,
  amount INTEGER NOT NULL
) STRICT;
CREATE INDEX sellers_best_first ON sellers (units DESC, sku);

-- The refunds on their way as a list shows them.
DROP INDEX refunds_unsettled;
CREATE INDEX refunds_unsettled ON refunds (updated_at, id) WHERE state IN ('requested', 'submitted');

CREATE TABLE saved_views (
  id TEXT PRIMARY KEY,
  path TEXT NOT NULL,
  query TEXT NOT NULL,
  name TEXT NOT NULL,
  actor TEXT NOT NULL,
  at TEXT NOT NULL,
  UNIQUE (path, name)
) STRICT;
