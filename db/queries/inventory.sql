-- The walks: each goes along one index from a place on, and says no more than where it passes.

-- name: by_available
SELECT available AS key, sku FROM stock
WHERE shelf <> 'archived' AND available <= :most AND (available, sku) > (:key, :sku)
ORDER BY available, sku LIMIT :size

-- name: by_available_down
SELECT available AS key, sku FROM stock
WHERE shelf <> 'archived' AND (available, sku) < (:key, :sku)
ORDER BY available DESC, sku DESC LIMIT :size

-- name: of_category
SELECT available AS key, sku FROM stock
WHERE category_id = :category_id AND shelf <> 'archived' AND (available, sku) > (:key, :sku)
ORDER BY available, sku LIMIT :size

-- name: of_supplier
SELECT available AS key, sku FROM stock
WHERE supplier_id = :supplier_id AND shelf <> 'archived' AND (available, sku) > (:key, :sku)
ORDER BY available, sku LIMIT :size

-- name: drafts
SELECT available AS key, sku FROM stock
WHERE shelf = 'draft' AND (available, sku) > (:key, :sku)
ORDER BY available, sku LIMIT :size

-- name: archived
SELECT available AS key, sku FROM stock
WHERE shelf = 'archived' AND (available, sku) > (:key, :sku)
ORDER BY available, sku LIMIT :size

-- name: running_low
SELECT available AS key, sku FROM stock
WHERE low = 1 AND (available, sku) > (:key, :sku)
ORDER BY available, sku LIMIT :size

-- name: well_stocked
SELECT available AS key, sku FROM stock
WHERE low = 0 AND shelf <> 'archived' AND (available, sku) > (:key, :sku)
ORDER BY available, sku LIMIT :size

-- name: with_holds
SELECT available AS key, sku FROM stock
WHERE held > 0 AND (available, sku) > (:key, :sku)
ORDER BY available, sku LIMIT :size

-- name: by_on_hand
SELECT on_hand AS key, sku FROM stock
WHERE (on_hand, sku) > (:key, :sku)
ORDER BY on_hand, sku LIMIT :size

-- name: by_on_hand_down
SELECT on_hand AS key, sku FROM stock
WHERE (on_hand, sku) < (:key, :sku)
ORDER BY on_hand DESC, sku DESC LIMIT :size

-- name: by_price
SELECT price AS key, sku FROM variants
WHERE (price, sku) > (:key, :sku)
ORDER BY price, sku LIMIT :size

-- name: by_price_down
SELECT price AS key, sku FROM variants
WHERE (price, sku) < (:key, :sku)
ORDER BY price DESC, sku DESC LIMIT :size

-- name: by_name
SELECT sort_name AS key, sku FROM variants
WHERE (sort_name, sku) > (:key, :sku)
ORDER BY sort_name, sku LIMIT :size

-- name: by_name_down
SELECT sort_name AS key, sku FROM variants
WHERE (sort_name, sku) < (:key, :sku)
ORDER BY sort_name DESC, sku DESC LIMIT :size

-- name: by_sku
SELECT sku AS key, sku FROM stock
WHERE (sku, sku) > (:key, :sku)
ORDER BY sku LIMIT :size

-- name: by_sku_down
SELECT sku AS key, sku FROM stock
WHERE (sku, sku) < (:key, :sku)
ORDER BY sku DESC LIMIT :size

-- name: passing
SELECT s.sku, s.available, s.on_hand, v.price, v.sort_name
FROM json_each(:skus) j
JOIN stock s ON s.sku = j.value
JOIN variants v ON v.sku = s.sku
WHERE (CAST(:category_id AS TEXT) IS NULL OR s.category_id = :category_id)
  AND (CAST(:supplier_id AS TEXT) IS NULL OR s.supplier_id = :supplier_id)
  AND CASE :shelf WHEN 'unpublished' THEN s.shelf = 'draft' WHEN 'archived' THEN s.shelf = 'archived'
    ELSE s.shelf <> 'archived' END
  AND CASE :state WHEN 'sold_out' THEN s.available <= 0 WHEN 'held' THEN s.held > 0
    WHEN 'low' THEN s.low = 1 AND s.available > 0
    WHEN 'in_stock' THEN s.low = 0 ELSE TRUE END

-- name: of_skus
SELECT s.sku, v.product_id, p.slug, p.name, v.label, s.on_hand, s.held, s.available, s.version,
  v.price, s.shelf, COALESCE(s.threshold, h.threshold) AS threshold
FROM json_each(:skus) j
JOIN stock s ON s.sku = j.value
JOIN variants v ON v.sku = s.sku
JOIN products p ON p.id = v.product_id
CROSS JOIN shop h

-- name: matching
SELECT f.sku FROM variant_words w JOIN variant_finds f ON f.id = w.rowid
WHERE variant_words MATCH :pattern ORDER BY w.rowid DESC LIMIT :size

-- name: beginning
SELECT sku FROM variants WHERE sku >= :prefix AND sku < :upto ORDER BY sku LIMIT :size

-- name: category
SELECT id FROM categories WHERE slug = :slug

-- name: supplier
SELECT id FROM suppliers WHERE name = :name

-- name: suppliers
SELECT name FROM suppliers ORDER BY name LIMIT 100
