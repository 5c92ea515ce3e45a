-- What was sold. `:until` is a text behind every instant of its day.

-- name: mark_sold
UPDATE orders SET sold_at = :at WHERE id = :id AND sold_at IS NULL

-- name: count_day
INSERT INTO sales_days (day, orders, units, amount)
SELECT :day, 1, (SELECT SUM(l.quantity) FROM order_lines l WHERE l.order_id = o.id), o.total
FROM orders o WHERE o.id = :id AND o.currency = (SELECT currency FROM shop WHERE id = 1)
ON CONFLICT (day) DO UPDATE SET orders = sales_days.orders + 1, units = sales_days.units + excluded.units,
  amount = sales_days.amount + excluded.amount

-- name: count_variants
INSERT INTO sales_of_variants (sku, day, units, amount)
SELECT l.sku, :day, l.quantity, l.quantity * l.unit_price - l.discount
FROM orders o JOIN order_lines l ON l.order_id = o.id
WHERE o.id = :id AND o.currency = (SELECT currency FROM shop WHERE id = 1)
ON CONFLICT (sku, day) DO UPDATE SET units = sales_of_variants.units + excluded.units,
  amount = sales_of_variants.amount + excluded.amount

-- name: next_variants
SELECT MAX(sku) FROM (SELECT sku FROM variants WHERE sku > :after ORDER BY sku LIMIT :size) few

-- name: changed_sellers
SELECT sku, units, amount FROM (
  SELECT v.sku, COALESCE(b.units, 0) AS had, COALESCE(b.amount, 0) AS worth,
    COALESCE((SELECT SUM(s.units) FROM sales_of_variants s WHERE s.sku = v.sku AND s.day >= :since), 0) AS units,
    COALESCE((SELECT SUM(s.amount) FROM sales_of_variants s WHERE s.sku = v.sku AND s.day >= :since), 0) AS amount
  FROM variants v LEFT JOIN sellers b ON b.sku = v.sku WHERE v.sku > :after AND v.sku <= :until
) counted
WHERE units <> had OR amount <> worth

-- name: keep_seller
INSERT INTO sellers (sku, units, amount) VALUES (:sku, :units, :amount)
ON CONFLICT (sku) DO UPDATE SET units = excluded.units, amount = excluded.amount

-- name: forget_seller
DELETE FROM sellers WHERE sku = :sku

-- name: orders_sold_otherwise
SELECT 'order ' || number || ' is sold since ' || COALESCE(sold_at, 'never') || ', it was first confirmed '
  || COALESCE(confirmed_at, 'never') FROM (
  SELECT o.number, o.sold_at, (
    SELECT e.at FROM events e WHERE e.object = 'order:' || o.id AND e.kind = 'order.confirmed' ORDER BY e.seq LIMIT 1
  ) AS confirmed_at
  FROM orders o
) told
WHERE sold_at IS DISTINCT FROM confirmed_at LIMIT 1

-- name: next_day
SELECT MIN(day) FROM (
  SELECT SUBSTR(MIN(sold_at), 1, 10) AS day FROM orders WHERE sold_at > :behind
  UNION ALL SELECT MIN(day) FROM sales_days WHERE day > :after
  UNION ALL SELECT MIN(day) FROM sales_of_variants WHERE day > :after
) days

-- name: day_off
SELECT :day || ': ' || s.orders || ' orders, ' || s.units || ' units, ' || s.amount || ' are written down, its orders sum to '
  || t.orders || ', ' || t.units || ', ' || t.amount
FROM (
  SELECT COALESCE(MAX(orders), 0) AS orders, COALESCE(MAX(units), 0) AS units, COALESCE(MAX(amount), 0) AS amount
  FROM sales_days WHERE day = :day
) s, (
  SELECT COUNT(*) AS orders, COALESCE(SUM(o.total), 0) AS amount,
    COALESCE(SUM((SELECT SUM(l.quantity) FROM order_lines l WHERE l.order_id = o.id)), 0) AS units
  FROM orders o WHERE o.sold_at >= :day AND o.sold_at < :until AND o.currency = (SELECT currency FROM shop WHERE id = 1)
) t
WHERE s.orders <> t.orders OR s.units <> t.units OR s.amount <> t.amount

-- name: variant_off
SELECT :day || ', ' || sku || ': ' || SUM(written) || ' units for ' || SUM(worth) || ' are written down, its orders sum to '
  || SUM(units) || ' for ' || SUM(amount)
FROM (
  SELECT sku, units AS written, amount AS worth, 0 AS units, 0 AS amount FROM sales_of_variants WHERE day = :day
  UNION ALL
  SELECT l.sku, 0, 0, l.quantity, l.quantity * l.unit_price - l.discount
  FROM orders o JOIN order_lines l ON l.order_id = o.id
  WHERE o.sold_at >= :day AND o.sold_at < :until AND o.currency = (SELECT currency FROM shop WHERE id = 1)
) both_sides
GROUP BY sku HAVING SUM(written) <> SUM(units) OR SUM(worth) <> SUM(amount) ORDER BY sku LIMIT 1
