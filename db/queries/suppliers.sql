-- name: add
INSERT INTO suppliers (id, name, email, lead_days, note) VALUES (:id, :name, :email, :lead_days, :note)
ON CONFLICT (name) DO NOTHING

-- name: page
SELECT id, name, email, lead_days, note, version, archived_at FROM suppliers
WHERE name > :after ORDER BY name LIMIT :size

-- name: choices
SELECT id, name, email, lead_days, note, version, archived_at FROM suppliers
WHERE archived_at IS NULL AND name > '' ORDER BY name LIMIT 500

-- name: by_id
SELECT id, name, email, lead_days, note, version, archived_at FROM suppliers WHERE id = :id

-- name: id_of
SELECT id FROM suppliers WHERE name = :name

-- name: change
UPDATE suppliers SET name = :name, email = :email, lead_days = :lead_days, note = :note, version = version + 1
WHERE id = :id AND version = :seen

-- name: archive
UPDATE suppliers SET archived_at = :at, version = version + 1 WHERE id = :id AND archived_at IS NULL

-- name: restore
UPDATE suppliers SET archived_at = NULL, version = version + 1 WHERE id = :id AND archived_at IS NOT NULL

-- name: terms
SELECT v.sku, p.name, v.label, v.supplier_id, u.name AS supplier, v.supplier_code, v.cost
FROM variants v
JOIN products p ON p.id = v.product_id
LEFT JOIN suppliers u ON u.id = v.supplier_id
WHERE v.sku = :sku

-- name: terms_of_supplier
SELECT v.sku, p.name, v.label, v.supplier_id, u.name AS supplier, v.supplier_code, v.cost
FROM suppliers u
CROSS JOIN variants v ON v.supplier_id = u.id
JOIN products p ON p.id = v.product_id
WHERE u.id = :id AND v.supplier_id IS NOT NULL AND v.supplier_id = :id AND v.sku > :after
ORDER BY v.sku LIMIT :size

-- name: agree
UPDATE variants SET supplier_id = :supplier_id, supplier_code = :code, cost = :cost WHERE sku = :sku

-- name: reprice
UPDATE variants SET cost = :cost WHERE sku = :sku
