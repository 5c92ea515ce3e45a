-- name: newest
SELECT id FROM products WHERE id < :after ORDER BY id DESC LIMIT :size

-- name: of_state
SELECT id FROM products WHERE state = :state AND id < :after ORDER BY id DESC LIMIT :size

-- name: of_category
SELECT id FROM products WHERE category_id = :category AND id < :after ORDER BY id DESC LIMIT :size

-- name: of_category_and_state
SELECT id FROM products WHERE category_id = :category AND state = :state AND id < :after
ORDER BY id DESC LIMIT :size

-- name: found
SELECT f.id AS position, p.id AS product_id, p.state, p.category_id
FROM variant_words w
JOIN variant_finds f ON f.id = w.rowid
JOIN variants v ON v.sku = f.sku
JOIN products p ON p.id = v.product_id
WHERE variant_words MATCH :pattern AND w.rowid < :before
ORDER BY w.rowid DESC LIMIT :size

-- name: beginning
SELECT f.id AS position, p.id AS product_id, p.state, p.category_id
FROM variants v
JOIN variant_finds f ON f.sku = v.sku
JOIN products p ON p.id = v.product_id
WHERE v.sku >= :begin AND v.sku < :end ORDER BY v.sku LIMIT :size

-- name: row
SELECT p.id, p.slug, p.name, p.state, c.name AS category_name,
  (SELECT i.id FROM pictures i WHERE i.product_id = p.id AND i.removed_at IS NULL
   ORDER BY i.position LIMIT 1) AS picture_id,
  COUNT(v.sku) AS variants, MIN(v.price) AS price_from, MAX(v.price) AS price_to,
  COALESCE(SUM(s.on_hand), 0) AS on_hand, COALESCE(SUM(s.available), 0) AS available
FROM products p
JOIN categories c ON c.id = p.category_id
LEFT JOIN variants v ON v.product_id = p.id AND v.archived_at IS NULL
LEFT JOIN stock s ON s.sku = v.sku
WHERE p.id = :id
