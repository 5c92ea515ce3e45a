-- name: holders
SELECT o.hold_until, o.cart_id FROM (
  SELECT order_id FROM holds WHERE sku = :sku AND state = 'held' LIMIT 100
) h CROSS JOIN orders o ON o.id = h.order_id
WHERE o.state = 'open'
