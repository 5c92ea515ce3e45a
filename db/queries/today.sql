-- What an admin sees first: each count reads an index and stops at `:most`; sales are read from their roll-up.

-- name: in_state
SELECT COUNT(*) FROM (SELECT 1 FROM orders WHERE state = :state LIMIT :most) few

-- name: disputed
SELECT COUNT(*) FROM (
  SELECT 1 FROM orders WHERE dispute_state <> 'none' AND dispute_state = :state LIMIT :most
) few

-- name: sold_out
SELECT COUNT(*) FROM (
  SELECT 1 FROM stock WHERE low = 1 AND shelf <> 'archived' AND available <= 0 LIMIT :most
) few

-- name: low
SELECT COUNT(*) FROM (
  SELECT 1 FROM stock WHERE low = 1 AND shelf <> 'archived' AND available > 0 LIMIT :most
) few

-- name: refunds_on_their_way
SELECT COUNT(*) FROM (SELECT 1 FROM refunds WHERE state IN ('requested', 'submitted') LIMIT :most) few

-- name: refunds_failed
SELECT COUNT(*) FROM (
  SELECT 1 FROM refunds WHERE state IN ('failed', 'canceled') AND resolved_at IS NULL LIMIT :most
) few

-- name: letters
SELECT COUNT(*) FROM (SELECT 1 FROM letters WHERE state = :state LIMIT :most) few

-- name: sales
SELECT day, orders, units, amount FROM sales_days WHERE day >= :since AND day <= :until ORDER BY day

-- name: best_sellers
SELECT b.sku, p.name, v.label, b.units, b.amount, s.available
FROM sellers b JOIN variants v ON v.sku = b.sku JOIN products p ON p.id = v.product_id JOIN stock s ON s.sku = b.sku
ORDER BY b.units DESC, b.sku LIMIT :size

-- name: open_refunds
SELECT r.id, o.number, r.amount, r.currency, r.state, r.source, r.reason, r.updated_at
FROM refunds r JOIN orders o ON o.id = r.order_id
WHERE r.state IN ('requested', 'submitted') AND (r.updated_at, r.id) > (:time, :id)
ORDER BY r.updated_at, r.id LIMIT :size
