-- name: within
WITH RECURSIVE below (id, steps) AS (
  SELECT :id, 0
  UNION
  SELECT c.id, b.steps + 1 FROM below b JOIN categories c ON c.parent_id = b.id WHERE b.steps < 3
)
SELECT id FROM below LIMIT :most

-- name: above
WITH RECURSIVE up (id, steps) AS (
  SELECT c.parent_id, 1 FROM categories c WHERE c.id = :id
  UNION
  SELECT c.parent_id, u.steps + 1 FROM up u JOIN categories c ON c.id = u.id WHERE u.steps < 3
)
SELECT c.id, c.slug, c.name, c.description, c.parent_id
FROM up u JOIN categories c ON c.id = u.id ORDER BY u.steps DESC

-- name: inside
SELECT id, slug, name, description, parent_id FROM categories WHERE parent_id = :id ORDER BY position, id

-- name: newest
SELECT product_id, price FROM product_finds
WHERE category_id = :category_id AND shown = 1 AND product_id < :product_id
ORDER BY product_id DESC LIMIT :size

-- name: newest_in_stock
SELECT product_id, price FROM product_finds
WHERE category_id = :category_id AND shown = 1 AND in_stock = 1 AND product_id < :product_id
ORDER BY product_id DESC LIMIT :size

-- name: newest_of
SELECT product_id, price FROM product_options
WHERE category_id = :category_id AND option = :option AND value = :value AND product_id < :product_id
ORDER BY product_id DESC LIMIT :size

-- name: cheapest
SELECT product_id, price FROM product_finds
WHERE category_id = :category_id AND shown = 1 AND (price, product_id) > (:price, :product_id)
ORDER BY price, product_id LIMIT :size

-- name: cheapest_in_stock
SELECT product_id, price FROM product_finds
WHERE category_id = :category_id AND shown = 1 AND in_stock = 1 AND (price, product_id) > (:price, :product_id)
ORDER BY price, product_id LIMIT :size

-- name: cheapest_of
SELECT product_id, price FROM product_options
WHERE category_id = :category_id AND option = :option AND value = :value AND (price, product_id) > (:price, :product_id)
ORDER BY price, product_id LIMIT :size

-- name: dearest
SELECT product_id, price FROM product_finds
WHERE category_id = :category_id AND shown = 1 AND (price, product_id) < (:price, :product_id)
ORDER BY price DESC, product_id DESC LIMIT :size

-- name: dearest_in_stock
SELECT product_id, price FROM product_finds
WHERE category_id = :category_id AND shown = 1 AND in_stock = 1 AND (price, product_id) < (:price, :product_id)
ORDER BY price DESC, product_id DESC LIMIT :size

-- name: dearest_of
SELECT product_id, price FROM product_options
WHERE category_id = :category_id AND option = :option AND value = :value AND (price, product_id) < (:price, :product_id)
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

-- name: most_of
SELECT option, value, products FROM option_counts WHERE category_id = :category_id
ORDER BY products DESC, option DESC, value DESC LIMIT 60

-- name: counts
SELECT o.option, o.value, o.products
FROM json_each(:pairs) p CROSS JOIN json_each(:ids) c CROSS JOIN option_counts o
WHERE o.category_id = c.value AND o.option = p.value ->> 0 AND o.value = p.value ->> 1
