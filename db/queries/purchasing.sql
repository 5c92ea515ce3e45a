-- name: next_number
SELECT COALESCE(MAX(number), 0) + 1 FROM purchase_orders

-- name: add
INSERT INTO purchase_orders (id, number, supplier_id, state, expected_on, note, intention, actor, at)
VALUES (:id, :number, :supplier_id, 'open', :expected_on, :note, :intention, :actor, :at)

-- name: of_intention
SELECT id FROM purchase_orders WHERE intention = :intention

-- name: by_id
SELECT o.id, o.number, o.supplier_id, u.name AS supplier, o.state, o.expected_on, o.note, o.version, o.at,
  (SELECT COALESCE(SUM(l.quantity), 0) FROM purchase_lines l WHERE l.order_id = o.id) AS units,
  (SELECT COALESCE(SUM(l.received), 0) FROM purchase_lines l WHERE l.order_id = o.id) AS received,
  (SELECT COALESCE(SUM(l.outstanding), 0) FROM purchase_lines l WHERE l.order_id = o.id) AS outstanding
FROM purchase_orders o JOIN suppliers u ON u.id = o.supplier_id
WHERE o.id = :id

-- name: page
SELECT o.id, o.number, o.supplier_id, u.name AS supplier, o.state, o.expected_on, o.note, o.version, o.at,
  (SELECT COALESCE(SUM(l.quantity), 0) FROM purchase_lines l WHERE l.order_id = o.id) AS units,
  (SELECT COALESCE(SUM(l.received), 0) FROM purchase_lines l WHERE l.order_id = o.id) AS received,
  (SELECT COALESCE(SUM(l.outstanding), 0) FROM purchase_lines l WHERE l.order_id = o.id) AS outstanding
FROM purchase_orders o CROSS JOIN suppliers u ON u.id = o.supplier_id
WHERE o.number < :before ORDER BY o.number DESC LIMIT :size

-- name: page_of_state
SELECT o.id, o.number, o.supplier_id, u.name AS supplier, o.state, o.expected_on, o.note, o.version, o.at,
  (SELECT COALESCE(SUM(l.quantity), 0) FROM purchase_lines l WHERE l.order_id = o.id) AS units,
  (SELECT COALESCE(SUM(l.received), 0) FROM purchase_lines l WHERE l.order_id = o.id) AS received,
  (SELECT COALESCE(SUM(l.outstanding), 0) FROM purchase_lines l WHERE l.order_id = o.id) AS outstanding
FROM purchase_orders o CROSS JOIN suppliers u ON u.id = o.supplier_id
WHERE o.state = :state AND o.number < :before ORDER BY o.number DESC LIMIT :size

-- name: page_of_supplier
SELECT o.id, o.number, o.supplier_id, u.name AS supplier, o.state, o.expected_on, o.note, o.version, o.at,
  (SELECT COALESCE(SUM(l.quantity), 0) FROM purchase_lines l WHERE l.order_id = o.id) AS units,
  (SELECT COALESCE(SUM(l.received), 0) FROM purchase_lines l WHERE l.order_id = o.id) AS received,
  (SELECT COALESCE(SUM(l.outstanding), 0) FROM purchase_lines l WHERE l.order_id = o.id) AS outstanding
FROM purchase_orders o CROSS JOIN suppliers u ON u.id = o.supplier_id
WHERE o.supplier_id = :supplier_id AND o.number < :before ORDER BY o.number DESC LIMIT :size

-- name: lines
SELECT l.sku, p.name, v.label, v.supplier_code, l.quantity, l.received, l.outstanding, l.cost
FROM purchase_lines l
CROSS JOIN variants v ON v.sku = l.sku
CROSS JOIN products p ON p.id = v.product_id
WHERE l.order_id = :order_id ORDER BY l.sku

-- name: put_line
INSERT INTO purchase_lines (order_id, sku, quantity, outstanding, cost)
VALUES (:order_id, :sku, :quantity, :quantity, :cost)
ON CONFLICT (order_id, sku) DO UPDATE SET quantity = excluded.quantity, cost = excluded.cost,
  outstanding = MAX(excluded.quantity - received, 0)

-- name: drop_line
DELETE FROM purchase_lines WHERE order_id = :order_id AND sku = :sku AND received = 0

-- name: receive_line
UPDATE purchase_lines SET received = received + :units,
  outstanding = MAX(quantity - received - :units, 0)
WHERE order_id = :order_id AND sku = :sku

-- name: expect_nothing
UPDATE purchase_lines SET outstanding = 0 WHERE order_id = :order_id

-- name: expect_again
UPDATE purchase_lines SET outstanding = MAX(quantity - received, 0) WHERE order_id = :order_id

-- name: move
UPDATE purchase_orders SET state = :state WHERE id = :id

-- name: change
UPDATE purchase_orders SET expected_on = :expected_on, note = :note, version = version + 1
WHERE id = :id AND version = :seen

-- name: expected_in
SELECT o.number FROM purchase_lines l CROSS JOIN purchase_orders o ON o.id = l.order_id
WHERE l.sku = :sku AND l.outstanding > 0 LIMIT 5
