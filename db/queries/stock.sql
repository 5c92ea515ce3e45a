-- name: add
INSERT INTO stock (sku, on_hand, held) VALUES (:sku, 0, 0)

-- name: hold
UPDATE stock SET held = held + :quantity, version = version + 1
WHERE sku = :sku AND on_hand - held >= :quantity

-- name: release
UPDATE stock SET held = held - :quantity, version = version + 1 WHERE sku = :sku

-- name: commit
UPDATE stock SET on_hand = on_hand - :quantity, held = held - :quantity, version = version + 1
WHERE sku = :sku

-- name: restock
UPDATE stock SET on_hand = on_hand + :quantity, version = version + 1 WHERE sku = :sku

-- name: retake
UPDATE stock SET on_hand = on_hand - :quantity, version = version + 1
WHERE sku = :sku AND on_hand - held >= :quantity

-- name: adjust
UPDATE stock SET on_hand = on_hand + :change, version = version + 1
WHERE sku = :sku AND on_hand + :change >= held

-- name: log
-- One link of the chain: the number and the hash before it come from the head, never from the last row, so that
-- a row that was deleted leaves a gap for ever.
INSERT INTO movements (
  seq, sku, kind, on_hand_change, held_change, on_hand_after, held_after, reason, note, actor, cause, order_id,
  at, hash
)
SELECT h.seq + 1, s.sku, :kind, :on_hand_change, :held_change, s.on_hand, s.held, :reason, :note, :actor, :cause,
  :order_id, :at, chained(h.hash, h.seq + 1, s.sku, :kind, :on_hand_change, :held_change, s.on_hand, s.held,
    :reason, :note, :actor, :cause, :order_id, :at)
FROM stock s CROSS JOIN ledger_head h WHERE s.sku = :sku

-- name: newest_movement
SELECT seq FROM ledger_head WHERE id = 1

-- name: place_hold
INSERT INTO holds (order_id, sku, quantity, state) VALUES (:order_id, :sku, :quantity, 'held')

-- name: place_unheld
INSERT INTO holds (order_id, sku, quantity, state) VALUES (:order_id, :sku, :quantity, 'released')

-- name: holds_of
SELECT sku, quantity, state, returned FROM holds WHERE order_id = :order_id ORDER BY sku

-- name: move_hold
UPDATE holds SET state = :new WHERE order_id = :order_id AND sku = :sku AND state = :old

-- name: put_back
UPDATE holds SET returned = returned + :quantity
WHERE order_id = :order_id AND sku = :sku AND state = 'committed' AND returned + :quantity <= quantity

-- name: close_returned
UPDATE holds SET state = 'returned'
WHERE order_id = :order_id AND state = 'committed' AND returned = quantity
  AND EXISTS (SELECT 1 FROM orders o WHERE o.id = :order_id AND o.state = 'closed')

-- name: row
SELECT s.sku, v.product_id, p.slug, p.name, v.label, s.on_hand, s.held, s.available, s.version,
  v.price, s.shelf, COALESCE(s.threshold, h.threshold) AS threshold
FROM stock s
JOIN variants v ON v.sku = s.sku
JOIN products p ON p.id = v.product_id
CROSS JOIN shop h
WHERE s.sku = :sku
