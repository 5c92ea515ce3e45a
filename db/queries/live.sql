-- name: moved
SELECT m.seq, v.product_id FROM movements m CROSS JOIN variants v
WHERE m.seq > :after AND v.sku = m.sku
ORDER BY m.seq LIMIT :most

-- name: told
SELECT e.seq, e.object, v.product_id
FROM events e LEFT JOIN variants v ON v.sku = CASE WHEN e.object GLOB 'variant:*' THEN SUBSTR(e.object, 9) END
WHERE e.seq > :after
ORDER BY e.seq LIMIT :most

-- name: last_moved
SELECT seq FROM movements ORDER BY seq DESC LIMIT 1

-- name: last_told
SELECT seq FROM events ORDER BY seq DESC LIMIT 1

-- name: product_slug
SELECT slug FROM products WHERE id = :id AND published = 1

-- name: category_slug
SELECT slug FROM categories WHERE id = :id

-- name: card
SELECT p.id AS product_id, p.slug, p.name, MIN(v.price) AS price_from, MAX(v.price) AS price_to,
  (SELECT i.id FROM pictures i WHERE i.product_id = p.id AND i.removed_at IS NULL
   ORDER BY i.position LIMIT 1) AS picture_id,
  SUM(s.available) AS available
FROM products p
JOIN variants v ON v.product_id = p.id AND v.archived_at IS NULL
JOIN stock s ON s.sku = v.sku
WHERE p.slug = :slug AND p.published = 1
GROUP BY p.id
