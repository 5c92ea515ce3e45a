-- name: add_receipt
INSERT INTO receipts (id, order_id, intention, units, actor, at)
VALUES (:id, :order_id, :intention, :units, :actor, :at)

-- name: receipt_of_intention
SELECT id FROM receipts WHERE intention = :intention

-- name: add_receipt_line
INSERT INTO receipt_lines (receipt_id, sku, quantity, cost, former_cost)
VALUES (:receipt_id, :sku, :quantity, :cost, :former_cost)

-- name: receipt
SELECT r.id, r.order_id, o.number, r.units, COALESCE(p.name, r.actor) AS actor, r.at, r.undone_at
FROM receipts r
LEFT JOIN purchase_orders o ON o.id = r.order_id
LEFT JOIN people p ON p.id = substr(r.actor, 8)
WHERE r.id = :id

-- name: receipts
SELECT r.id, r.order_id, o.number, r.units, COALESCE(p.name, r.actor) AS actor, r.at, r.undone_at
FROM receipts r
LEFT JOIN purchase_orders o ON o.id = r.order_id
LEFT JOIN people p ON p.id = substr(r.actor, 8)
WHERE r.id < :before ORDER BY r.id DESC LIMIT :size

-- name: receipts_of_order
SELECT r.id, r.order_id, o.number, r.units, COALESCE(p.name, r.actor) AS actor, r.at, r.undone_at
FROM receipts r
JOIN purchase_orders o ON o.id = r.order_id
LEFT JOIN people p ON p.id = substr(r.actor, 8)
WHERE r.order_id = :order_id ORDER BY r.id DESC LIMIT 100

-- name: receipt_lines
SELECT l.sku, p.name, v.label, l.quantity, l.cost, l.former_cost
FROM receipt_lines l
CROSS JOIN variants v ON v.sku = l.sku
CROSS JOIN products p ON p.id = v.product_id
WHERE l.receipt_id = :receipt_id ORDER BY l.sku

-- name: take_back
UPDATE receipts SET undone_at = :at WHERE id = :id AND undone_at IS NULL
