-- name: parcel
SELECT order_id, carrier, tracking FROM shipments WHERE id = :id

-- name: newest_order
SELECT id FROM orders WHERE person_id = :person_id ORDER BY id DESC LIMIT 1
