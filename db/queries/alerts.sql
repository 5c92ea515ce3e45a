-- name: low_keys
SELECT available, sku, supplier_id, shelf = 'archived' AS archived FROM stock
WHERE low = 1 AND shelf <> 'archived' AND available <= :most AND (available, sku) > (:available, :sku)
ORDER BY available, sku LIMIT :size

-- name: low_keys_of_supplier
SELECT available, sku, supplier_id, shelf = 'archived' AS archived FROM stock
WHERE low = 1 AND shelf <> 'archived' AND supplier_id IS :supplier_id
  AND available <= :most AND (available, sku) > (:available, :sku)
ORDER BY available, sku LIMIT :size

-- name: found_keys
SELECT s.available, s.sku, s.supplier_id, s.shelf = 'archived' AS archived, s.low
FROM variant_words w
CROSS JOIN variant_finds f ON f.id = w.rowid
CROSS JOIN stock s ON s.sku = f.sku
WHERE variant_words MATCH :pattern
ORDER BY w.rowid DESC LIMIT :size

-- name: prefixed_keys
SELECT s.available, s.sku, s.supplier_id, s.shelf = 'archived' AS archived, s.low
FROM stock s
WHERE s.sku >= :prefix AND s.sku < :upto
ORDER BY s.sku LIMIT :size

-- name: row
SELECT s.sku, v.product_id, p.name, v.label, s.on_hand, s.held, s.available, s.threshold,
  h.threshold AS default_threshold, s.low, a.opened_at AS since, COALESCE(e.units, 0) AS units,
  (SELECT COALESCE(SUM(l.outstanding), 0) FROM purchase_lines l WHERE l.sku = s.sku AND l.outstanding > 0)
    AS on_order,
  v.supplier_id, u.name AS supplier, u.lead_days, v.supplier_code, v.cost
FROM stock s
JOIN shop h ON h.id = 1
JOIN variants v ON v.sku = s.sku
JOIN products p ON p.id = v.product_id
LEFT JOIN alerts a ON a.sku = s.sku AND a.closed_at IS NULL
LEFT JOIN sellers e ON e.sku = s.sku
LEFT JOIN suppliers u ON u.id = v.supplier_id
WHERE s.sku = :sku

-- name: closed
SELECT a.id, a.sku, p.name, v.label, a.available, a.threshold, a.opened_at, a.closed_at
FROM alerts a
CROSS JOIN variants v ON v.sku = a.sku
CROSS JOIN products p ON p.id = v.product_id
WHERE a.closed_at IS NOT NULL AND (a.closed_at, a.id) < (:closed_at, :id)
ORDER BY a.closed_at DESC, a.id DESC LIMIT :size

-- name: default_threshold
SELECT threshold FROM shop WHERE id = 1

-- name: set_default
UPDATE shop SET threshold = :threshold, threshold_at = :at WHERE id = 1

-- name: set_threshold
UPDATE stock SET threshold = :threshold, threshold_at = :at WHERE sku = :sku
