-- name: add
INSERT INTO stocktakes (id, name, scope, scope_id, state, actor, at)
VALUES (:id, :name, :scope, :scope_id, 'counting', :actor, :at)

-- name: by_id
SELECT t.id, t.name, t.scope, t.scope_id, t.state, t.counted, COALESCE(p.name, t.actor) AS actor, t.at, t.ended_at
FROM stocktakes t LEFT JOIN people p ON p.id = substr(t.actor, 8) WHERE t.id = :id

-- name: page
SELECT t.id, t.name, t.scope, t.scope_id, t.state, t.counted, COALESCE(p.name, t.actor) AS actor, t.at, t.ended_at
FROM stocktakes t LEFT JOIN people p ON p.id = substr(t.actor, 8)
WHERE t.id < :before ORDER BY t.id DESC LIMIT :size

-- name: category_name
SELECT name FROM categories WHERE id = :id

-- name: sheet_of_everything
SELECT '' AS product_id, v.sku FROM variants v WHERE v.sku > :sku ORDER BY v.sku LIMIT :size

-- name: sheet_of_supplier
SELECT '' AS product_id, v.sku FROM variants v
WHERE v.supplier_id = :scope_id AND v.supplier_id IS NOT NULL AND v.sku > :sku ORDER BY v.sku LIMIT :size

-- name: sheet_of_category
SELECT p.id AS product_id, v.sku FROM products p CROSS JOIN variants v ON v.product_id = p.id
WHERE p.category_id = :scope_id AND p.id >= :product_id AND (p.id, v.sku) > (:product_id, :sku)
ORDER BY p.id, v.sku LIMIT :size

-- name: is_of_category
SELECT 1 FROM variants v JOIN products p ON p.id = v.product_id WHERE v.sku = :sku AND p.category_id = :scope_id

-- name: is_of_supplier
SELECT 1 FROM variants v WHERE v.sku = :sku AND v.supplier_id = :scope_id

-- name: line
SELECT v.sku, p.name, v.label, s.on_hand, s.held, l.counted, l.expected, COALESCE(l.version, 0) AS version,
  COALESCE(w.name, l.actor) AS counter, l.at, v.cost
FROM variants v
JOIN products p ON p.id = v.product_id
JOIN stock s ON s.sku = v.sku
LEFT JOIN stocktake_lines l ON l.stocktake_id = :id AND l.sku = v.sku
LEFT JOIN people w ON w.id = substr(l.actor, 8)
WHERE v.sku = :sku

-- name: count
INSERT INTO stocktake_lines (stocktake_id, sku, counted, expected, actor, at)
SELECT :id, s.sku, :counted, s.on_hand, :actor, :at FROM stock s WHERE s.sku = :sku
ON CONFLICT (stocktake_id, sku) DO UPDATE SET counted = excluded.counted, expected = excluded.expected,
  version = version + 1, actor = excluded.actor, at = excluded.at

-- name: counted_more
UPDATE stocktakes SET counted = counted + :change WHERE id = :id

-- name: differences
SELECT v.sku, p.name, v.label, s.on_hand, s.held, l.counted, l.expected, l.version,
  COALESCE(w.name, l.actor) AS counter, l.at, v.cost
FROM stocktake_lines l
CROSS JOIN variants v ON v.sku = l.sku
CROSS JOIN products p ON p.id = v.product_id
CROSS JOIN stock s ON s.sku = l.sku
LEFT JOIN people w ON w.id = substr(l.actor, 8)
WHERE l.stocktake_id = :id AND l.difference <> 0 AND l.sku > :sku
ORDER BY l.sku LIMIT :size

-- name: sums
SELECT COUNT(*) AS lines, COALESCE(SUM(d.more), 0) AS more, COALESCE(SUM(d.less), 0) AS less,
  COALESCE(SUM(d.difference * d.cost), 0) AS value, COALESCE(SUM(d.cost IS NULL), 0) AS without_cost
FROM (
  SELECT l.difference, MAX(l.difference, 0) AS more, MAX(-l.difference, 0) AS less, v.cost
  FROM stocktake_lines l CROSS JOIN variants v ON v.sku = l.sku
  WHERE l.stocktake_id = :id AND l.difference <> 0 LIMIT 5000
) d

-- name: move
UPDATE stocktakes SET state = :new, ended_at = :at WHERE id = :id AND state = :old
