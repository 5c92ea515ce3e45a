-- name: add
INSERT INTO shipments (id, order_id, carrier, tracking, actor, at)
VALUES (:id, :order_id, :carrier, :tracking, :actor, :at)
ON CONFLICT (order_id, carrier, tracking) DO NOTHING

-- name: of_order
SELECT carrier, tracking, at FROM shipments WHERE order_id = :order_id ORDER BY at, id

-- name: write_off
UPDATE orders SET discount = discount + :amount, total = total - :amount, version = version + 1
WHERE id = :id AND state = 'review'

-- name: paid_in_another_currency
SELECT a.id FROM payment_attempts a JOIN orders o ON o.id = a.order_id
WHERE a.order_id = :order_id AND a.captured > 0 AND a.captured_currency <> o.currency

-- name: last_carrier
SELECT carrier FROM shipments ORDER BY at DESC LIMIT 1
