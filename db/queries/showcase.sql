-- name: holders
SELECT o.hold_until, o.cart_id FROM (
  SELECT order_id FROM holds WHERE sku = :sku AND state = 'held' LIMIT 100
) h CROSS JOIN orders o ON o.id = h.order_id
WHERE o.state = 'open'

-- name: neighbours
SELECT p.id AS product_id, p.slug, p.name, MIN(v.price) AS price_from, MAX(v.price) AS price_to,
  (SELECT i.id FROM pictures i WHERE i.product_id = p.id AND i.removed_at IS NULL
   ORDER BY i.position LIMIT 1) AS picture_id,
  SUM(s.available) AS available
FROM (
  SELECT id, slug, name FROM products
  WHERE category_id = :category_id AND published = 1 AND id < :before
  ORDER BY id DESC LIMIT :size
) p
JOIN variants v ON v.product_id = p.id AND v.archived_at IS NULL
JOIN stock s ON s.sku = v.sku
GROUP BY p.id ORDER BY p.id DESC
