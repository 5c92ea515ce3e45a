-- name: add
INSERT INTO shipments (id, order_id, carrier, tracking, actor, at)
VALUES (:id, :order_id, :carrier, :tracking, :actor, :at)
ON CONFLICT (order_id, carrier, tracking) DO NOTHING

-- name: of_order
SELECT id, carrier, tracking, at, arrived_at FROM shipments WHERE order_id = :order_id ORDER BY at, id

-- name: last_carrier
SELECT carrier FROM shipments ORDER BY at DESC LIMIT 1

-- name: arrived
UPDATE shipments SET arrived_at = :at WHERE id = :id AND arrived_at IS NULL

-- name: not_arrived
UPDATE shipments SET arrived_at = NULL WHERE id = :id AND arrived_at IS NOT NULL
