-- name: found
SELECT f.id, f.product_id, f.name FROM product_words w JOIN product_finds f ON f.id = w.rowid
WHERE product_words MATCH :pattern AND w.rowid < :after ORDER BY w.rowid DESC LIMIT :size

-- name: found_count
SELECT COUNT(*) FROM (SELECT 1 FROM product_words WHERE product_words MATCH :pattern LIMIT :most) few

-- The word that follows each of these in the order of all words: it, or what it begins, where there is one.
-- name: words_from
SELECT j.value AS guess, COALESCE((
  SELECT v.term FROM product_vocabulary v WHERE v.term >= j.value ORDER BY v.term LIMIT 1
), '') AS word
FROM json_each(:words) j

-- name: newest
SELECT product_id, price FROM product_finds
WHERE category_id = :category_id AND shown = 1 AND product_id < :after
ORDER BY product_id DESC LIMIT :size

-- name: newest_in_stock
SELECT product_id, price FROM product_finds
WHERE category_id = :category_id AND shown = 1 AND in_stock = 1 AND product_id < :after
ORDER BY product_id DESC LIMIT :size

-- name: cheapest
SELECT product_id, price FROM product_finds
WHERE category_id = :category_id AND shown = 1 AND (price, product_id) > (:price, :product_id)
ORDER BY price, product_id LIMIT :size

-- name: cheapest_in_stock
SELECT product_id, price FROM product_finds
WHERE category_id = :category_id AND shown = 1 AND in_stock = 1 AND (price, product_id) > (:price, :product_id)
ORDER BY price, product_id LIMIT :size

-- name: dearest
SELECT product_id, price FROM product_finds
WHERE category_id = :category_id AND shown = 1 AND (price, product_id) < (:price, :product_id)
ORDER BY price DESC, product_id DESC LIMIT :size

-- name: dearest_in_stock
SELECT product_id, price FROM product_finds
WHERE category_id = :category_id AND shown = 1 AND in_stock = 1 AND (price, product_id) < (:price, :product_id)
ORDER BY price DESC, product_id DESC LIMIT :size

-- name: count
SELECT COUNT(*) FROM (
  SELECT 1 FROM product_finds
  WHERE category_id = :category_id AND shown = 1 AND price >= :least AND price <= :most LIMIT :limit
) few

-- name: count_in_stock
SELECT COUNT(*) FROM (
  SELECT 1 FROM product_finds
  WHERE category_id = :category_id AND shown = 1 AND in_stock = 1 AND price >= :least AND price <= :most LIMIT :limit
) few

-- name: cards
SELECT p.id AS product_id, p.slug, p.name, MIN(v.price) AS price_from, MAX(v.price) AS price_to,
  (SELECT i.id FROM pictures i WHERE i.product_id = p.id AND i.removed_at IS NULL
   ORDER BY i.position LIMIT 1) AS picture_id,
  SUM(s.available) AS available
FROM json_each(:ids) j CROSS JOIN products p ON p.id = j.value
CROSS JOIN variants v ON v.product_id = p.id AND v.archived_at IS NULL
CROSS JOIN stock s ON s.sku = v.sku
GROUP BY p.id
